//! Concepts and their mastery.

use std::collections::HashMap;

use ultudy_domain::{
    Timestamp,
    concept::Concept,
    mastery::{Mastery, MasteryState},
};
use uuid::Uuid;

use crate::{
    Result, StoreError, TenantTx, Write,
    db::{FromRow, Row, Sql, binds},
    read::{self, Read, Statement, own_binds},
};

/// A taken name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptName {
    /// The concept.
    pub id: Uuid,
    /// The lesson that holds it; none if none does now.
    pub lesson_id: Option<Uuid>,
    /// The name.
    pub name: String,
    /// Its section; none for a lesson on the whole document.
    pub section_id: Option<Uuid>,
}

macro_rules! select {
    () => {
        "SELECT c.id, c.name, c.document_id, c.section_id, d.course_id, d.chapter,
            c.concept_number, c.mastery_state, c.total_attempts, c.correct_attempts,
            c.consecutive_correct, c.last_reviewed_at
        FROM concepts c
        JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id "
    };
}

macro_rules! select_one {
    () => {
        concat!(select!(), "WHERE c.owner_id = $1 AND c.id = $2")
    };
}

impl FromRow for Concept {
    fn from_row(row: &Row) -> Result<Self> {
        // By places: there are hundreds of them, and to find a name each time takes longer than
        // to read what stands there.
        let state: String = row.get(7)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            document_id: row.get(2)?,
            section_id: row.get(3)?,
            course_id: row.get(4)?,
            chapter: row.get(5)?,
            concept_number: row.get(6)?,
            mastery: Mastery {
                state: MasteryState::parse(&state),
                total_attempts: row.get(8)?,
                correct_attempts: row.get(9)?,
                consecutive_correct: row.get(10)?,
            },
            last_reviewed_at: row.get(11)?,
        })
    }
}

impl FromRow for ConceptName {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            lesson_id: row.get("lesson_id")?,
            name: row.get("name")?,
            section_id: row.get("section_id")?,
        })
    }
}

/// The concept, if the owner has it.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Concept>> {
    tx.first(select_one!(), binds![id]).await
}

/// Names of a document's concepts, with the section each comes from; also of concepts
/// that no lesson holds now, since their names stay taken. Until the transaction, which
/// must be one that writes, ends, nobody else is told the document's names: two lessons
/// stored at once do not choose the same.
pub async fn names(tx: &mut TenantTx, document_id: Uuid) -> Result<Vec<ConceptName>> {
    hold_names(document_id).run(tx).await?;
    read_names(document_id).run(tx).await
}

/// Until the transaction ends nobody else is told the document's names, or holds them.
#[must_use]
pub fn hold_names(document_id: Uuid) -> Write<()> {
    macro_rules! document {
        () => {
            "SELECT id FROM documents WHERE owner_id = $1 AND id = $2"
        };
    }
    // A transaction that writes has SQLite to itself.
    let lock = Sql::pair(document!(), concat!(document!(), " FOR NO KEY UPDATE"));
    Write::new(vec![Statement::new(lock, own_binds![document_id])], |_| {
        Ok(())
    })
}

/// The same where nobody is kept from it.
#[must_use]
pub fn read_names(document_id: Uuid) -> Read<Vec<ConceptName>> {
    read::all(Statement::new(
        "SELECT id, lesson_id, name, section_id FROM concepts
        WHERE owner_id = $1 AND document_id = $2 ORDER BY name",
        own_binds![document_id],
    ))
}

/// The states of a lesson's concepts, by concept.
pub async fn states(tx: &mut TenantTx, lesson_id: Uuid) -> Result<Vec<(Uuid, MasteryState)>> {
    let rows = tx
        .rows(
            "SELECT id, mastery_state FROM concepts WHERE owner_id = $1 AND lesson_id = $2",
            binds![lesson_id],
        )
        .await?;
    let state = |row: &Row| {
        let state: String = row.get("mastery_state")?;
        Ok((row.get("id")?, MasteryState::parse(&state)))
    };
    rows.iter().map(state).collect()
}

/// Concepts that a lesson holds now, in order of document, section and place; of a
/// course, of a document, or of all.
pub async fn list(
    tx: &mut TenantTx,
    course_id: Option<Uuid>,
    document_id: Option<Uuid>,
) -> Result<Vec<Concept>> {
    read_list(course_id, document_id).run(tx).await
}

/// See [`list`].
#[must_use]
pub fn read_list(course_id: Option<Uuid>, document_id: Option<Uuid>) -> Read<Vec<Concept>> {
    // There may be hundreds: what they have in common comes once, and they are joined and sorted
    // here, which takes half of the time.
    macro_rules! listed {
        ($reviewed:literal) => {
            concat!(
                "SELECT c.id, c.name, c.document_id, c.section_id, c.concept_number,
                    c.mastery_state, c.total_attempts, c.correct_attempts, c.consecutive_correct, ",
                $reviewed,
                " FROM concepts c
                WHERE c.owner_id = $1 AND c.lesson_id IS NOT NULL
                    AND ($2 IS NULL OR c.document_id = $2)"
            )
        };
    }
    // Exact: a double holds microseconds until the year 2255.
    let concepts = Sql::pair(
        listed!("c.last_reviewed_at"),
        listed!("(date_part('epoch', c.last_reviewed_at) * 1000000)::bigint"),
    );
    let concepts = Statement::new(concepts, own_binds![document_id]);
    let documents = Statement::new(
        "SELECT id, course_id, chapter FROM documents
        WHERE owner_id = $1 AND ($2 IS NULL OR course_id = $2) AND ($3 IS NULL OR id = $3)",
        own_binds![course_id, document_id],
    );
    let sections = Statement::new(
        "SELECT id, section_number FROM sections
        WHERE owner_id = $1 AND ($2 IS NULL OR document_id = $2)",
        own_binds![document_id],
    );
    Read::new(vec![concepts, documents, sections], |rows| {
        let [concepts, documents, sections] = rows else {
            return Err(StoreError::Other(sqlx::Error::RowNotFound));
        };
        joined(concepts, documents, sections)
    })
}

/// Concepts with what their documents say, in order.
fn joined(concepts: &[Row], documents: &[Row], sections: &[Row]) -> Result<Vec<Concept>> {
    let document = |row: &Row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)));
    let documents = documents.iter().map(document);
    let documents: HashMap<Uuid, (Option<Uuid>, Option<String>)> =
        documents.collect::<Result<_>>()?;
    let number = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    let numbers: HashMap<Uuid, i32> = sections.iter().map(number).collect::<Result<_>>()?;
    let mut listed = Vec::with_capacity(concepts.len());
    for row in concepts {
        let document_id = row.get(2)?;
        let Some((course_id, chapter)) = documents.get(&document_id) else {
            continue;
        };
        let section_id: Option<Uuid> = row.get(3)?;
        let concept_number = row.get(4)?;
        let state: String = row.get(5)?;
        let concept = Concept {
            id: row.get(0)?,
            name: row.get(1)?,
            document_id,
            section_id,
            course_id: *course_id,
            chapter: chapter.clone(),
            concept_number,
            mastery: Mastery {
                state: MasteryState::parse(&state),
                total_attempts: row.get(6)?,
                correct_attempts: row.get(7)?,
                consecutive_correct: row.get(8)?,
            },
            last_reviewed_at: row.time_or_micros(9)?,
        };
        let section = section_id.and_then(|id| numbers.get(&id)).copied();
        listed.push(((document_id, section.unwrap_or(0), concept_number), concept));
    }
    listed.sort_by_key(|(place, _)| *place);
    Ok(listed.into_iter().map(|(_, concept)| concept).collect())
}

/// Locks a concept against other answers until the transaction ends, and reads it.
pub async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<Option<Concept>> {
    // A transaction that writes has SQLite to itself.
    let sql = Sql::pair(
        select_one!(),
        concat!(select_one!(), " FOR NO KEY UPDATE OF c"),
    );
    tx.first(sql, binds![id]).await
}

/// Writes a concept's mastery.
pub async fn set_mastery(
    tx: &mut TenantTx,
    id: Uuid,
    mastery: &Mastery,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "UPDATE concepts SET mastery_state = $3, total_attempts = $4, correct_attempts = $5,
            consecutive_correct = $6, last_reviewed_at = $7
        WHERE owner_id = $1 AND id = $2",
        binds![
            id,
            mastery.state.as_str(),
            mastery.total_attempts,
            mastery.correct_attempts,
            mastery.consecutive_correct,
            now
        ],
    )
    .await?;
    Ok(())
}
