//! Concepts and their mastery.

use ultudy_domain::{Timestamp, concept::Concept, mastery::Mastery};
use uuid::Uuid;

use crate::{Result, TenantTx};

/// The concept, if the owner has it.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<Concept>> {
    todo!()
}

/// Names of a document's concepts, with the section each comes from and whether a lesson
/// holds it now.
pub async fn names(_tx: &mut TenantTx, _document_id: Uuid) -> Result<Vec<ConceptName>> {
    todo!()
}

/// A taken name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptName {
    /// The name.
    pub name: String,
    /// Its section; none for a lesson on the whole document.
    pub section_id: Option<Uuid>,
}

/// Concepts that a lesson holds now, in order of document, section and place; of a
/// course, of a document, or of all.
pub async fn list(
    _tx: &mut TenantTx,
    _course_id: Option<Uuid>,
    _document_id: Option<Uuid>,
) -> Result<Vec<Concept>> {
    todo!()
}

/// Locks a concept against other answers until the transaction ends, and reads it.
pub async fn lock(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<Concept>> {
    todo!()
}

/// Writes a concept's mastery.
pub async fn set_mastery(
    _tx: &mut TenantTx,
    _id: Uuid,
    _mastery: &Mastery,
    _now: Timestamp,
) -> Result<()> {
    todo!()
}
