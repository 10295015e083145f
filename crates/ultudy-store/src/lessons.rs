//! Lessons: one student's copy of a generation, with its concepts and check-ins.

use ultudy_domain::{
    Timestamp,
    check_in::{self, CheckInContent, Question, TextCheckInContent},
    lesson::{ConceptContent, Lesson, LessonConcept, LessonContent},
    mastery::Mastery,
};
use uuid::Uuid;

use crate::{
    Result, StoreError, TenantTx,
    check_ins::{CHOICE, TEXT},
    db::{FromRow, Row, binds},
    read::{Read, Statement, own_binds},
};

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

impl LessonOf {
    /// Its section, or its document.
    fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Section(id) => (Some(id), None),
            Self::Document(id) => (None, Some(id)),
        }
    }
}

/// Stores a lesson with its concepts and check-ins. A conflict if there is one already,
/// or if another lesson of the document holds a concept of the same name.
pub async fn insert(tx: &mut TenantTx, lesson: &NewLesson, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO lessons (owner_id, id, document_id, section_id, generation_key, variant,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
        binds![
            lesson.id,
            lesson.document_id,
            lesson.section_id,
            lesson.generation_key,
            lesson.variant,
            now
        ],
    )
    .await?;
    for (number, concept) in (1..).zip(&lesson.concepts) {
        let concept_id = put_concept(tx, lesson, concept, number, now).await?;
        for question in questions(concept)? {
            put_question(tx, lesson.id, concept_id, &question, now).await?;
        }
    }
    Ok(())
}

async fn put_concept(
    tx: &mut TenantTx,
    lesson: &NewLesson,
    concept: &NewConcept,
    number: i32,
    now: Timestamp,
) -> Result<Uuid> {
    let id = tx
        .first(
            "INSERT INTO concepts (owner_id, id, document_id, section_id, lesson_id,
                concept_number, name, folded_name, mastery_state, total_attempts,
                correct_attempts, consecutive_correct, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10)
            ON CONFLICT (owner_id, folded_name, document_id) DO UPDATE SET
                section_id = excluded.section_id, lesson_id = excluded.lesson_id,
                concept_number = excluded.concept_number, name = excluded.name
            WHERE concepts.lesson_id IS NULL
            RETURNING id",
            binds![
                concept.id,
                lesson.document_id,
                lesson.section_id,
                lesson.id,
                number,
                concept.name,
                concept.name.to_lowercase(),
                Mastery::NEW.state.as_str(),
                now
            ],
        )
        .await?;
    id.ok_or_else(|| StoreError::conflict("another lesson holds a concept of this name"))
}

/// A question's row.
struct QuestionRow {
    id: Uuid,
    place: i32,
    kind: &'static str,
    question_key: String,
    content: serde_json::Value,
}

/// A concept's questions in order, those with options first.
fn questions(concept: &NewConcept) -> Result<Vec<QuestionRow>> {
    let choices = concept.check_ins.iter().map(|(id, content)| {
        let json = serde_json::to_value(content);
        (*id, CHOICE, &content.question, json)
    });
    let texts = concept.text_check_ins.iter().map(|(id, content)| {
        let json = serde_json::to_value(content);
        (*id, TEXT, &content.question, json)
    });
    (1..)
        .zip(choices.chain(texts))
        .map(|(place, (id, kind, question, json))| {
            let encode = |error: serde_json::Error| sqlx::Error::Encode(error.into());
            Ok(QuestionRow {
                id,
                place,
                kind,
                question_key: check_in::fold(question),
                content: json.map_err(encode)?,
            })
        })
        .collect()
}

async fn put_question(
    tx: &mut TenantTx,
    lesson_id: Uuid,
    concept_id: Uuid,
    question: &QuestionRow,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO check_ins (owner_id, id, concept_id, lesson_id, place, kind, question_key,
            content, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        binds![
            question.id,
            concept_id,
            lesson_id,
            question.place,
            question.kind,
            question.question_key,
            question.content,
            now
        ],
    )
    .await?;
    Ok(())
}

/// The lesson's id, if there is one; a lesson under the same id never changes.
pub async fn id(tx: &mut TenantTx, of: LessonOf) -> Result<Option<Uuid>> {
    let (section_id, document_id) = of.ids();
    let found = tx
        .rows(
            "SELECT id FROM lessons
            WHERE owner_id = $1
                AND (section_id = $2 OR (document_id = $3 AND section_id IS NULL))",
            binds![section_id, document_id],
        )
        .await?;
    found.first().map(|row| row.get("id")).transpose()
}

/// The lesson, if there is one.
pub async fn find(tx: &mut TenantTx, of: LessonOf) -> Result<Option<Lesson>> {
    read(of).run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read(of: LessonOf) -> Read<Option<Lesson>> {
    let (section_id, document_id) = of.ids();
    let lesson = Statement::new(
        "SELECT l.id, l.document_id, l.section_id, l.created_at, d.course_id, d.chapter,
            g.content
        FROM lessons l
        JOIN documents d ON d.owner_id = l.owner_id AND d.id = l.document_id
        JOIN generations g ON g.key = l.generation_key
        WHERE l.owner_id = $1
            AND (l.section_id = $2 OR (l.document_id = $3 AND l.section_id IS NULL))",
        own_binds![section_id, document_id],
    );
    let own = Statement::new(
        "SELECT c.id AS concept_id, c.name, c.concept_number, k.id, k.kind, k.content
        FROM lessons l
        JOIN concepts c ON c.owner_id = l.owner_id AND c.lesson_id = l.id
        LEFT JOIN check_ins k ON k.owner_id = c.owner_id AND k.concept_id = c.id
            AND k.lesson_id = c.lesson_id
        WHERE l.owner_id = $1
            AND (l.section_id = $2 OR (l.document_id = $3 AND l.section_id IS NULL))
        ORDER BY c.concept_number, k.place",
        own_binds![section_id, document_id],
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
    Ok(true)
}

/// The generation's texts under the owner's own names and ids.
fn assemble(row: &Row, own: &[Row]) -> Result<Lesson> {
    let content: LessonContent = row.json("content")?;
    let concepts = content
        .concepts
        .into_iter()
        .zip(own.chunk_by(same_concept))
        .map(|(concept, rows)| assemble_concept(concept, rows))
        .collect::<Result<Vec<_>>>()?;
    Ok(Lesson {
        id: row.get("id")?,
        document_id: row.get("document_id")?,
        section_id: row.get("section_id")?,
        course_id: row.get("course_id")?,
        chapter: row.get("chapter")?,
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
        created_at: row.get("created_at")?,
    })
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
    Ok(LessonConcept {
        id: concept_id,
        name: row.get("name")?,
        explanation: content.explanation,
        examples: content.examples,
        analogies: content.analogies,
        formulas: content.formulas,
        important_notes: content.important_notes,
        pages: content.pages,
        check_ins,
        text_check_ins,
    })
}
