//! What an import needs besides the nouns' own functions: to know what is there already, and
//! to store what no lesson holds.

use std::collections::HashSet;

use ultudy_domain::{Timestamp, mastery::Mastery};
use uuid::Uuid;

use crate::{Result, TenantTx, db::binds};

/// What can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// Courses.
    Courses,
    /// Documents.
    Documents,
    /// Sections.
    Sections,
    /// Lessons.
    Lessons,
    /// Concepts.
    Concepts,
    /// Study sessions.
    StudySessions,
}

/// A concept that no lesson holds.
#[derive(Debug, Clone, PartialEq)]
pub struct LoneConcept {
    /// Its id.
    pub id: Uuid,
    /// Its document.
    pub document_id: Uuid,
    /// Its section.
    pub section_id: Option<Uuid>,
    /// Place among its section's.
    pub concept_number: i32,
    /// Name.
    pub name: String,
    /// Counters and state.
    pub mastery: Mastery,
    /// When it was last answered.
    pub last_reviewed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The ids of all that the owner has.
pub async fn ids(tx: &mut TenantTx, noun: Noun) -> Result<HashSet<Uuid>> {
    let sql = match noun {
        Noun::Courses => "SELECT id FROM courses WHERE owner_id = $1",
        Noun::Documents => "SELECT id FROM documents WHERE owner_id = $1",
        Noun::Sections => "SELECT id FROM sections WHERE owner_id = $1",
        Noun::Lessons => "SELECT id FROM lessons WHERE owner_id = $1",
        Noun::Concepts => "SELECT id FROM concepts WHERE owner_id = $1",
        Noun::StudySessions => "SELECT id FROM study_sessions WHERE owner_id = $1",
    };
    let ids: Vec<Uuid> = tx.all(sql, &[]).await?;
    Ok(ids.into_iter().collect())
}

/// The names of all of the owner's concepts, folded.
pub async fn concept_names(tx: &mut TenantTx) -> Result<HashSet<String>> {
    let sql = "SELECT folded_name FROM concepts WHERE owner_id = $1";
    let names: Vec<String> = tx.all(sql, &[]).await?;
    Ok(names.into_iter().collect())
}

/// Stores a concept that a lesson of the same name takes over once there is one; false if the
/// document has a concept of this name.
pub async fn insert_lone_concept(tx: &mut TenantTx, concept: &LoneConcept) -> Result<bool> {
    let inserted = tx
        .execute(
            "INSERT INTO concepts (owner_id, id, document_id, section_id, concept_number, name,
                folded_name, mastery_state, total_attempts, correct_attempts,
                consecutive_correct, last_reviewed_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (owner_id, folded_name, document_id) DO NOTHING",
            binds![
                concept.id,
                concept.document_id,
                concept.section_id,
                concept.concept_number,
                concept.name,
                concept.name.to_lowercase(),
                concept.mastery.state.as_str(),
                concept.mastery.total_attempts,
                concept.mastery.correct_attempts,
                concept.mastery.consecutive_correct,
                concept.last_reviewed_at,
                concept.created_at
            ],
        )
        .await?;
    Ok(inserted > 0)
}
