//! The original file, for reading it beside the lesson.

use ultudy_store::documents::{self, DocumentFile};
use uuid::Uuid;

use crate::{App, Error, Result};

/// Where a ready document's file lies.
pub type StoredFile = DocumentFile;

/// The file of a document that is ready; its bytes are read with `Blobs::read`.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn file(app: &App, owner_id: &str, id: Uuid) -> Result<StoredFile> {
    let mut tx = app.store.read(owner_id).await?;
    documents::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))?;
    documents::file(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))
}
