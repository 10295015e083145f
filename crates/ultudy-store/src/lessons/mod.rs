//! Lessons: one student's copy of a generation, with its concepts and check-ins.

use ultudy_domain::{
    Timestamp,
    check_in::{CheckIn, CheckInContent, Question, TextCheckIn, TextCheckInContent},
    lesson::{ConceptContent, Lesson, LessonConcept, LessonContent},
    lesson_text::LessonText,
};
use uuid::Uuid;

use crate::{
    Result, StoreError, TenantTx,
    db::{FromRow, Row, binds},
    outdated_lessons,
    read::{self, Read, Statement, own_binds},
};

mod asked;
mod insert;

pub use asked::{Asked, Source, read_asked};
pub use insert::{insert, write};

/// A lesson to store. Its concepts and check-ins come with it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLesson {
    /// Its id.
    pub id: Uuid,
    /// The document it teaches.
    pub document_id: Uuid,
    /// The section it teaches; none for the whole document.
    pub section_id: Option<Uuid>,
    /// The generation it copies, stored before.
    pub generation_key: String,
    /// The variant it is.
    pub variant: i32,
    /// Its concepts, in the generation's order, one for each of the generation's.
    pub concepts: Vec<NewConcept>,
}

/// A concept of a [`NewLesson`].
#[derive(Debug, Clone, PartialEq)]
pub struct NewConcept {
    /// Its id; ignored if the document already has a concept of this name (from an
    /// earlier lesson on the same section), which is then taken over with its mastery.
    pub id: Uuid,
    /// Name, made unique in the document by the use case.
    pub name: String,
    /// Its check-ins with their ids, in order.
    pub check_ins: Vec<(Uuid, CheckInContent)>,
    /// Its questions to answer in one's own words with their ids, in order.
    pub text_check_ins: Vec<(Uuid, TextCheckInContent)>,
}

/// Which lesson is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LessonOf {
    /// The lesson on a section.
    Section(Uuid),
    /// The lesson on a whole document.
    Document(Uuid),
}

/// What is read to answer a lesson, whose texts are written down already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The lesson's id.
    pub id: Uuid,
    /// The document it teaches.
    pub document_id: Uuid,
    /// The section it teaches; none for the whole document.
    pub section_id: Option<Uuid>,
    /// The document's course.
    pub course_id: Option<Uuid>,
    /// The document's chapter.
    pub chapter: Option<String>,
    /// Its texts; none if they were not asked for, or of a lesson that was stored before they
    /// were written down.
    pub text: Option<LessonText>,
}

impl FromRow for Kept {
    fn from_row(row: &Row) -> Result<Self> {
        let text: Option<String> = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            document_id: row.get(1)?,
            section_id: row.get(2)?,
            course_id: row.get(3)?,
            chapter: row.get(4)?,
            text: text.and_then(LessonText::kept),
        })
    }
}

/// A statement on the lesson on a section, or else on a whole document, as each finds it by its
/// own index; `$2` is the section or document.
macro_rules! of_lesson {
    ($of:expr, $select:literal, $rest:literal, $($bind:expr),*) => {
        match $of {
            LessonOf::Section(id) => Statement::new(
                concat!($select, " WHERE l.owner_id = $1 AND l.section_id = $2 ", $rest),
                own_binds![id, $($bind),*],
            ),
            LessonOf::Document(id) => Statement::new(
                concat!(
                    $select,
                    " WHERE l.owner_id = $1 AND l.document_id = $2 AND l.section_id IS NULL ",
                    $rest
                ),
                own_binds![id, $($bind),*],
            ),
        }
    };
}

/// Keeps the texts of a lesson as they are answered.
pub async fn keep(tx: &mut TenantTx, id: Uuid, text: &LessonText) -> Result<()> {
    tx.execute(
        "UPDATE lessons SET written = $3 WHERE owner_id = $1 AND id = $2",
        binds![id, text.as_str()],
    )
    .await?;
    Ok(())
}

/// The lesson's id, if there is one; a lesson under the same id never changes.
pub async fn id(tx: &mut TenantTx, of: LessonOf) -> Result<Option<Uuid>> {
    let ids = read::all(of_lesson!(of, "SELECT l.id FROM lessons l", "",));
    Ok(ids.run(tx).await?.pop())
}

/// What is read to answer the lesson, if there is one.
#[must_use]
pub fn read_kept(of: LessonOf, with_text: bool) -> Read<Option<Kept>> {
    let kept = of_lesson!(
        of,
        "SELECT l.id, l.document_id, l.section_id, d.course_id, d.chapter,
            CASE WHEN $3 THEN l.written END
        FROM lessons l
        JOIN documents d ON d.owner_id = l.owner_id AND d.id = l.document_id",
        "",
        with_text
    );
    read::first(kept)
}

/// See [`read_kept`].
pub async fn kept(tx: &mut TenantTx, of: LessonOf) -> Result<Option<Kept>> {
    read_kept(of, true).run(tx).await
}

/// The lesson, if there is one.
pub async fn find(tx: &mut TenantTx, of: LessonOf) -> Result<Option<Lesson>> {
    read(of).run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read(of: LessonOf) -> Read<Option<Lesson>> {
    let lesson = of_lesson!(
        of,
        "SELECT l.id, l.document_id, l.section_id, l.created_at, d.course_id, d.chapter,
            g.content
        FROM lessons l
        JOIN documents d ON d.owner_id = l.owner_id AND d.id = l.document_id
        JOIN generations g ON g.key = l.generation_key",
        "",
    );
    let own = of_lesson!(
        of,
        "SELECT c.id AS concept_id, c.name, c.concept_number, k.id, k.kind, k.content
        FROM lessons l
        JOIN concepts c ON c.owner_id = l.owner_id AND c.lesson_id = l.id
        LEFT JOIN check_ins k ON k.owner_id = c.owner_id AND k.concept_id = c.id
            AND k.lesson_id = c.lesson_id",
        "ORDER BY c.concept_number, k.place",
    );
    Read::new(vec![lesson, own], |rows| {
        let [lessons, own] = rows else {
            return Err(StoreError::Other(sqlx::Error::RowNotFound));
        };
        let lesson = lessons.first().map(|row| assemble(row, own));
        lesson.transpose()
    })
}

/// Deletes a lesson and raises the variant of its section or document, so that asking
/// again makes another. Its concepts (with their mastery) and check-ins stay, without a
/// lesson, so that older versions stay gradable. False if the owner does not have it.
pub async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    for unlink in [
        "UPDATE concepts SET lesson_id = NULL WHERE owner_id = $1 AND lesson_id = $2",
        "UPDATE check_ins SET lesson_id = NULL WHERE owner_id = $1 AND lesson_id = $2",
    ] {
        tx.execute(unlink, binds![id]).await?;
    }
    let gone = tx
        .rows(
            "DELETE FROM lessons WHERE owner_id = $1 AND id = $2
            RETURNING document_id, section_id, variant",
            binds![id],
        )
        .await?;
    let Some(row) = gone.first() else {
        return Ok(false);
    };
    let section_id: Option<Uuid> = row.get("section_id")?;
    let raise = match section_id {
        Some(_) => "UPDATE sections SET lesson_variant = $3 + 1 WHERE owner_id = $1 AND id = $2",
        None => "UPDATE documents SET lesson_variant = $3 + 1 WHERE owner_id = $1 AND id = $2",
    };
    let of = match section_id {
        Some(section_id) => section_id,
        None => row.get("document_id")?,
    };
    let variant: i32 = row.get("variant")?;
    tx.execute(raise, binds![of, variant]).await?;
    outdated_lessons::note(tx).await?;
    Ok(true)
}

/// The generation's texts under the owner's own names and ids.
fn assemble(row: &Row, own: &[Row]) -> Result<Lesson> {
    let mut content: LessonContent = row.json("content")?;
    let concepts = std::mem::take(&mut content.concepts);
    let concepts = concepts
        .into_iter()
        .zip(own.chunk_by(same_concept))
        .map(|(concept, rows)| assemble_concept(concept, rows))
        .collect::<Result<Vec<_>>>()?;
    let place = Place {
        id: row.get("id")?,
        document_id: row.get("document_id")?,
        section_id: row.get("section_id")?,
        course_id: row.get("course_id")?,
        chapter: row.get("chapter")?,
        created_at: row.get("created_at")?,
    };
    Ok(joined(place, content, concepts))
}

/// What a lesson does not have from its generation.
struct Place {
    id: Uuid,
    document_id: Uuid,
    section_id: Option<Uuid>,
    course_id: Option<Uuid>,
    chapter: Option<String>,
    created_at: Timestamp,
}

/// A lesson of the generation's texts and its own concepts.
fn joined(place: Place, content: LessonContent, concepts: Vec<LessonConcept>) -> Lesson {
    Lesson {
        id: place.id,
        document_id: place.document_id,
        section_id: place.section_id,
        course_id: place.course_id,
        chapter: place.chapter,
        topic: content.topic,
        summary: content.summary,
        summary_parts: content.summary_parts,
        explanation: content.explanation,
        examples: content.examples,
        analogies: content.analogies,
        check_ins: concepts
            .iter()
            .flat_map(|concept| concept.check_ins.iter().cloned())
            .collect(),
        text_check_ins: concepts
            .iter()
            .flat_map(|concept| concept.text_check_ins.iter().cloned())
            .collect(),
        concepts,
        created_at: place.created_at,
    }
}

fn same_concept(left: &Row, right: &Row) -> bool {
    let number = |row: &Row| row.get::<i32, _>("concept_number").ok();
    number(left) == number(right)
}

fn assemble_concept(content: ConceptContent, rows: &[Row]) -> Result<LessonConcept> {
    let row = rows
        .first()
        .ok_or(StoreError::Other(sqlx::Error::RowNotFound))?;
    let concept_id = row.get("concept_id")?;
    let mut check_ins = Vec::with_capacity(rows.len());
    let mut text_check_ins = Vec::new();
    for row in rows {
        if row.get::<Option<Uuid>, _>("id")?.is_some() {
            match Question::from_row(row)? {
                Question::Choice(check_in) => check_ins.push(check_in),
                Question::Text(check_in) => text_check_ins.push(check_in),
            }
        }
    }
    let own = (concept_id, row.get("name")?);
    Ok(joined_concept(content, own, check_ins, text_check_ins))
}

fn joined_concept(
    content: ConceptContent,
    (id, name): (Uuid, String),
    check_ins: Vec<CheckIn>,
    text_check_ins: Vec<TextCheckIn>,
) -> LessonConcept {
    LessonConcept {
        id,
        name,
        explanation: content.explanation,
        examples: content.examples,
        analogies: content.analogies,
        formulas: content.formulas,
        important_notes: content.important_notes,
        pages: content.pages,
        check_ins,
        text_check_ins,
    }
}
