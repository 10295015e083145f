//! Sections.

use ultudy_domain::{Timestamp, section::Section};
use uuid::Uuid;

use crate::{Result, TenantTx};

/// A section to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSection {
    /// Its id.
    pub id: Uuid,
    /// Place, from 1.
    pub section_number: i32,
    /// Name.
    pub name: String,
    /// Depth in the outline, from 1.
    pub level: i16,
    /// Description.
    pub description: Option<String>,
    /// First page.
    pub page_start: i32,
    /// Last page.
    pub page_end: i32,
    /// Text with page marks.
    pub markdown: String,
    /// SHA-256 of the text, hex.
    pub content_hash: String,
}

/// A section's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionText {
    /// The section.
    pub section: Section,
    /// Its text with page marks.
    pub markdown: String,
    /// The variant a new lesson on it is to have.
    pub lesson_variant: i32,
}

/// Stores a document's sections.
pub async fn insert_all(
    _tx: &mut TenantTx,
    _document_id: Uuid,
    _sections: &[NewSection],
    _now: Timestamp,
) -> Result<()> {
    todo!()
}

/// The sections of a visible document in order; empty if the owner does not have it.
pub async fn list(_tx: &mut TenantTx, _document_id: Uuid) -> Result<Vec<Section>> {
    todo!()
}

/// One section with its text, of a visible document.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<SectionText>> {
    todo!()
}

/// All sections of a visible document with their texts, in order.
pub async fn texts(_tx: &mut TenantTx, _document_id: Uuid) -> Result<Vec<SectionText>> {
    todo!()
}
