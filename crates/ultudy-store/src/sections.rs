//! Sections.

use ultudy_domain::{Timestamp, section::Section};
use uuid::Uuid;

use crate::{
    Result, TenantTx,
    db::{FromRow, Row, binds},
    read::{self, Read, Statement, own_binds},
};

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

macro_rules! columns {
    () => {
        "s.id, s.document_id, s.section_number, s.name, s.description, s.page_start, s.page_end,
            s.created_at,
            EXISTS (SELECT 1 FROM lessons l
                WHERE l.owner_id = s.owner_id AND l.section_id = s.id) AS concepts_generated"
    };
}

macro_rules! of_visible_documents {
    () => {
        " FROM sections s
        JOIN documents d ON d.owner_id = s.owner_id AND d.id = s.document_id AND d.published
        WHERE s.owner_id = $1 "
    };
}

impl FromRow for Section {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            document_id: row.get("document_id")?,
            section_number: row.get("section_number")?,
            name: row.get("name")?,
            description: row.get("description")?,
            page_start: row.get("page_start")?,
            page_end: row.get("page_end")?,
            concepts_generated: row.get("concepts_generated")?,
            created_at: row.get("created_at")?,
        })
    }
}

impl FromRow for SectionText {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            section: Section::from_row(row)?,
            markdown: row.get("markdown")?,
            lesson_variant: row.get("lesson_variant")?,
        })
    }
}

/// Stores a document's sections.
pub async fn insert_all(
    tx: &mut TenantTx,
    document_id: Uuid,
    sections: &[NewSection],
    now: Timestamp,
) -> Result<()> {
    for section in sections {
        tx.execute(
            "INSERT INTO sections (owner_id, id, document_id, section_number, name, level,
                description, page_start, page_end, markdown, content_hash, lesson_variant,
                created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)",
            binds![
                section.id,
                document_id,
                section.section_number,
                section.name,
                section.level,
                section.description,
                section.page_start,
                section.page_end,
                section.markdown,
                section.content_hash,
                now
            ],
        )
        .await?;
    }
    Ok(())
}

/// The sections of a visible document in order; empty if the owner does not have it.
pub async fn list(tx: &mut TenantTx, document_id: Uuid) -> Result<Vec<Section>> {
    tx.all(
        concat!(
            "SELECT ",
            columns!(),
            of_visible_documents!(),
            "AND s.document_id = $2 ORDER BY s.section_number"
        ),
        binds![document_id],
    )
    .await
}

/// The sections of all visible documents of a course, document by document, in order.
pub async fn of_course(tx: &mut TenantTx, course_id: Uuid) -> Result<Vec<Section>> {
    tx.all(
        concat!(
            "SELECT ",
            columns!(),
            of_visible_documents!(),
            "AND d.course_id = $2 ORDER BY s.document_id, s.section_number"
        ),
        binds![course_id],
    )
    .await
}

/// One section with its text, of a visible document.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<SectionText>> {
    read_text(id).run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read_text(id: Uuid) -> Read<Option<SectionText>> {
    read::first(Statement::new(
        concat!(
            "SELECT s.markdown, s.lesson_variant, ",
            columns!(),
            of_visible_documents!(),
            "AND s.id = $2"
        ),
        own_binds![id],
    ))
}

/// A section of a visible document and the one after it: at most two, none if the owner
/// does not have it.
pub async fn with_next(tx: &mut TenantTx, id: Uuid) -> Result<Vec<Section>> {
    tx.all(
        concat!(
            "SELECT ",
            columns!(),
            of_visible_documents!(),
            "AND s.document_id = (SELECT document_id FROM sections
                    WHERE owner_id = $1 AND id = $2)
                AND s.section_number >= (SELECT section_number FROM sections
                    WHERE owner_id = $1 AND id = $2)
            ORDER BY s.section_number LIMIT 2"
        ),
        binds![id],
    )
    .await
}

/// All sections of a visible document with their texts, in order.
pub async fn texts(tx: &mut TenantTx, document_id: Uuid) -> Result<Vec<SectionText>> {
    read_texts(document_id).run(tx).await
}

/// See [`texts`].
#[must_use]
pub fn read_texts(document_id: Uuid) -> Read<Vec<SectionText>> {
    read::all(Statement::new(
        concat!(
            "SELECT s.markdown, s.lesson_variant, ",
            columns!(),
            of_visible_documents!(),
            "AND s.document_id = $2 ORDER BY s.section_number"
        ),
        own_binds![document_id],
    ))
}
