//! Documents. A document is invisible to every list and look-up until [`publish`].

use ultudy_domain::{
    Timestamp,
    document::{Document, DocumentChange, MaterialType, Sectioning},
};
use uuid::Uuid;

use crate::{Page, Result, TenantTx};

/// A document whose file has arrived and is not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Its id.
    pub id: Uuid,
    /// Title, checked.
    pub title: String,
    /// Its course, checked to be the owner's.
    pub course_id: Option<Uuid>,
    /// Chapter.
    pub chapter: Option<String>,
    /// Kind.
    pub material_type: Option<MaterialType>,
    /// The file's hash; the blob is held (see [`crate::blobs::hold`]).
    pub sha256: String,
    /// Name of the file as it was sent.
    pub file_name: String,
    /// When it arrived.
    pub uploaded_at: Timestamp,
}

/// Where a document's file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFile {
    /// The file's hash.
    pub sha256: String,
    /// Its key in the object store.
    pub object_key: String,
    /// Its length in bytes.
    pub size: i64,
    /// Name of the file as it was sent.
    pub file_name: String,
}

/// What was deleted with a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedDocument {
    /// Sections.
    pub sections: i64,
    /// Lessons.
    pub lessons: i64,
    /// Concepts.
    pub concepts: i64,
    /// Check-ins.
    pub check_ins: i64,
    /// The object nobody refers to any more, to be deleted after the commit.
    pub released_object: Option<String>,
}

/// Stores an unread document.
pub async fn insert(_tx: &mut TenantTx, _document: &NewDocument) -> Result<()> {
    todo!()
}

/// Makes a document visible, its sections being stored in the same transaction. False if
/// it is gone.
pub async fn publish(
    _tx: &mut TenantTx,
    _id: Uuid,
    _pages: i32,
    _sectioning: Sectioning,
) -> Result<bool> {
    todo!()
}

/// The visible document, if the owner has it.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<Document>> {
    todo!()
}

/// The owner's visible documents, oldest first, of one course or of all.
pub async fn list(
    _tx: &mut TenantTx,
    _course_id: Option<Uuid>,
    _page: Page,
) -> Result<Vec<Document>> {
    todo!()
}

/// Where the file lies, of a visible or unread document.
pub async fn file(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<DocumentFile>> {
    todo!()
}

/// Changes a visible document; none if the owner does not have it.
pub async fn update(
    _tx: &mut TenantTx,
    _id: Uuid,
    _change: &DocumentChange,
) -> Result<Option<Document>> {
    todo!()
}

/// Ids of all documents of a course, unread ones too.
pub async fn ids_of_course(_tx: &mut TenantTx, _course_id: Uuid) -> Result<Vec<Uuid>> {
    todo!()
}

/// Deletes a document, visible or unread, with everything made from it (the history in
/// `answers` too), and releases its blob; none if the owner does not have it. Its jobs
/// stay as they are.
pub async fn delete(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<DeletedDocument>> {
    todo!()
}

/// The variant a new lesson on the whole document is to have.
pub async fn lesson_variant(_tx: &mut TenantTx, _id: Uuid) -> Result<i32> {
    todo!()
}
