//! Concepts and their mastery.

use ultudy_domain::{
    Timestamp,
    concept::Concept,
    mastery::{Mastery, MasteryState},
};
use uuid::Uuid;

use crate::{
    Result, TenantTx,
    db::{FromRow, Row, Sql, binds},
    read::{self, Read, Statement, own_binds},
};

/// A taken name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptName {
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
        let state: String = row.get("mastery_state")?;
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            document_id: row.get("document_id")?,
            section_id: row.get("section_id")?,
            course_id: row.get("course_id")?,
            chapter: row.get("chapter")?,
            concept_number: row.get("concept_number")?,
            mastery: Mastery {
                state: MasteryState::parse(&state),
                total_attempts: row.get("total_attempts")?,
                correct_attempts: row.get("correct_attempts")?,
                consecutive_correct: row.get("consecutive_correct")?,
            },
            last_reviewed_at: row.get("last_reviewed_at")?,
        })
    }
}

impl FromRow for ConceptName {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
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
    macro_rules! document {
        () => {
            "SELECT id FROM documents WHERE owner_id = $1 AND id = $2"
        };
    }
    // A transaction that writes has SQLite to itself.
    let lock = Sql::pair(document!(), concat!(document!(), " FOR NO KEY UPDATE"));
    tx.rows(lock, binds![document_id]).await?;
    tx.all(
        "SELECT name, section_id FROM concepts
        WHERE owner_id = $1 AND document_id = $2 ORDER BY name",
        binds![document_id],
    )
    .await
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
    read::all(Statement::new(
        concat!(
            select!(),
            "LEFT JOIN sections s ON s.owner_id = c.owner_id AND s.id = c.section_id
            WHERE c.owner_id = $1 AND c.lesson_id IS NOT NULL
                AND ($2 IS NULL OR d.course_id = $2)
                AND ($3 IS NULL OR d.id = $3)
            ORDER BY d.id, COALESCE(s.section_number, 0), c.concept_number"
        ),
        own_binds![course_id, document_id],
    ))
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
