//! Figures: pictures of documents. What is in them lies in the object store, counted by
//! [`crate::blobs`] as the documents' own files are.

use uuid::Uuid;

use crate::{
    Result, TenantTx,
    db::{FromRow, Row, binds},
};

/// A figure whose content is held (see [`crate::blobs::hold`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFigure {
    /// Place among the document's figures, from 1.
    pub number: i32,
    /// Page, from 1.
    pub page: i32,
    /// The content's hash.
    pub sha256: String,
    /// Such as `image/png`.
    pub media_type: String,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
    /// What the page prints with it.
    pub caption: Option<String>,
}

/// How large a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigureSize {
    /// Place among the document's figures, from 1.
    pub number: i32,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
}

/// Where a figure lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureFile {
    /// The content's hash.
    pub sha256: String,
    /// Its key in the object store.
    pub object_key: String,
    /// Its length in bytes.
    pub size: i64,
    /// Such as `image/png`.
    pub media_type: String,
}

impl FromRow for FigureSize {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            width: row.get("width")?,
            height: row.get("height")?,
        })
    }
}

impl FromRow for FigureFile {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            sha256: row.get("sha256")?,
            object_key: row.get("object_key")?,
            size: row.get("size")?,
            media_type: row.get("media_type")?,
        })
    }
}

/// Stores a document's figures.
pub async fn insert_all(tx: &mut TenantTx, document_id: Uuid, figures: &[NewFigure]) -> Result<()> {
    for figure in figures {
        tx.execute(
            "INSERT INTO figures (owner_id, document_id, number, page, sha256, media_type, width,
                height, caption)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            binds![
                document_id,
                figure.number,
                figure.page,
                figure.sha256,
                figure.media_type,
                figure.width,
                figure.height,
                figure.caption
            ],
        )
        .await?;
    }
    Ok(())
}

/// How large the figures of a visible document are, by number.
pub async fn sizes(tx: &mut TenantTx, document_id: Uuid) -> Result<Vec<FigureSize>> {
    tx.all(
        "SELECT f.number, f.width, f.height
        FROM figures f
        JOIN documents d ON d.owner_id = f.owner_id AND d.id = f.document_id AND d.published
        WHERE f.owner_id = $1 AND f.document_id = $2
        ORDER BY f.number",
        binds![document_id],
    )
    .await
}

/// Where a figure of a visible document lies; none if the owner does not have it.
pub async fn file(tx: &mut TenantTx, document_id: Uuid, number: i32) -> Result<Option<FigureFile>> {
    tx.first(
        "SELECT f.sha256, b.object_key, b.size, f.media_type
        FROM figures f
        JOIN documents d ON d.owner_id = f.owner_id AND d.id = f.document_id AND d.published
        JOIN blobs b ON b.sha256 = f.sha256
        WHERE f.owner_id = $1 AND f.document_id = $2 AND f.number = $3",
        binds![document_id, number],
    )
    .await
}

/// The hashes that a document's figures hold, one each, in the order in which contents are
/// held, so that two transactions do not wait for each other.
pub(crate) async fn held(tx: &mut TenantTx, document_id: Uuid) -> Result<Vec<String>> {
    tx.all(
        "SELECT sha256 FROM figures WHERE owner_id = $1 AND document_id = $2 ORDER BY sha256",
        binds![document_id],
    )
    .await
}
