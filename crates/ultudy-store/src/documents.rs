//! Documents. A document is invisible to every list and look-up until [`publish`].

use serde_json::json;
use ultudy_domain::{
    Timestamp,
    document::{Document, DocumentChange, MaterialType, Sectioning},
};
use uuid::Uuid;

use crate::{
    Page, Result, TenantTx, blobs,
    db::{FromRow, Row, binds},
    figures, outdated_lessons,
    read::{self, Read, Statement, own_binds},
};

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

/// What reading a document told beside its sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading<'a> {
    /// Number of pages.
    pub pages: i32,
    /// How its sections were found.
    pub sectioning: Sectioning,
    /// ISO 639-1 code of its language.
    pub language: Option<&'a str>,
    /// Pages that hold no text that can be read.
    pub unreadable_pages: &'a [u32],
    /// Pages read from their pictures.
    pub recognised_pages: &'a [u32],
    /// Pages that a language model read from their pictures.
    pub transcribed_pages: &'a [u32],
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
    /// The objects nobody refers to any more, to be deleted after the commit.
    pub released_objects: Vec<String>,
}

macro_rules! columns {
    () => {
        "id, title, pages, uploaded_at, material_type, chapter, user_tags, course_id, sectioning,
            language, unreadable_pages, recognised_pages, transcribed_pages"
    };
}

impl FromRow for Document {
    fn from_row(row: &Row) -> Result<Self> {
        let material_type: Option<String> = row.get("material_type")?;
        let sectioning: String = row.get("sectioning")?;
        Ok(Self {
            id: row.get("id")?,
            title: row.get("title")?,
            pages: row.get("pages")?,
            uploaded_at: row.get("uploaded_at")?,
            material_type: material_type.as_deref().and_then(MaterialType::parse),
            chapter: row.get("chapter")?,
            user_tags: row.json("user_tags")?,
            course_id: row.get("course_id")?,
            sectioning: Sectioning::parse(&sectioning),
            language: row.get("language")?,
            unreadable_pages: row.json("unreadable_pages")?,
            recognised_pages: row.json("recognised_pages")?,
            transcribed_pages: row.json("transcribed_pages")?,
        })
    }
}

impl FromRow for DocumentFile {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            sha256: row.get("sha256")?,
            object_key: row.get("object_key")?,
            size: row.get("size")?,
            file_name: row.get("file_name")?,
        })
    }
}

impl FromRow for DeletedDocument {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            sections: row.get("sections")?,
            lessons: row.get("lessons")?,
            concepts: row.get("concepts")?,
            check_ins: row.get("check_ins")?,
            released_objects: Vec::new(),
        })
    }
}

/// Stores an unread document.
pub async fn insert(tx: &mut TenantTx, document: &NewDocument) -> Result<()> {
    tx.execute(
        "INSERT INTO documents (owner_id, id, title, course_id, chapter, material_type, user_tags,
            sha256, file_name, uploaded_at, published, lesson_variant)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)",
        binds![
            document.id,
            document.title,
            document.course_id,
            document.chapter,
            document.material_type.map(MaterialType::as_str),
            json!([]),
            document.sha256,
            document.file_name,
            document.uploaded_at,
            false
        ],
    )
    .await?;
    Ok(())
}

/// Makes a document visible, its sections being stored in the same transaction. False if
/// it is gone.
pub async fn publish(tx: &mut TenantTx, id: Uuid, read: &Reading<'_>) -> Result<bool> {
    let published = tx
        .execute(
            "UPDATE documents SET published = $3, pages = $4, sectioning = $5, language = $6,
                unreadable_pages = $7, recognised_pages = $8, transcribed_pages = $9
            WHERE owner_id = $1 AND id = $2",
            binds![
                id,
                true,
                read.pages,
                read.sectioning.as_str(),
                read.language,
                json!(read.unreadable_pages),
                json!(read.recognised_pages),
                json!(read.transcribed_pages)
            ],
        )
        .await?;
    Ok(published > 0)
}

/// The visible document, if the owner has it.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Document>> {
    read(id).run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read(id: Uuid) -> Read<Option<Document>> {
    read::first(Statement::new(
        concat!(
            "SELECT ",
            columns!(),
            " FROM documents WHERE owner_id = $1 AND id = $2 AND published"
        ),
        own_binds![id],
    ))
}

/// Whether the owner has the visible document.
pub async fn is_there(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    read_is_there(Some(id)).run(tx).await
}

/// See [`is_there`]; true if none is meant.
#[must_use]
pub fn read_is_there(id: Option<Uuid>) -> Read<bool> {
    read::is_there(id.map(|id| {
        Statement::new(
            "SELECT 1 FROM documents WHERE owner_id = $1 AND id = $2 AND published",
            own_binds![id],
        )
    }))
}

/// The owner's visible documents, oldest first (by id, which holds the time), of one
/// course or of all.
pub async fn list(tx: &mut TenantTx, course_id: Option<Uuid>, page: Page) -> Result<Vec<Document>> {
    tx.all(
        concat!(
            "SELECT ",
            columns!(),
            " FROM documents
            WHERE owner_id = $1 AND published
                AND ($2 IS NULL OR course_id = $2)
                AND ($3 IS NULL OR id > $3)
            ORDER BY id
            LIMIT $4"
        ),
        binds![course_id, page.after, i64::from(page.limit)],
    )
    .await
}

/// Where the file lies, of a visible or unread document.
pub async fn file(tx: &mut TenantTx, id: Uuid) -> Result<Option<DocumentFile>> {
    tx.first(
        "SELECT d.sha256, b.object_key, b.size, d.file_name
        FROM documents d JOIN blobs b ON b.sha256 = d.sha256
        WHERE d.owner_id = $1 AND d.id = $2",
        binds![id],
    )
    .await
}

/// Changes a visible document; none if the owner does not have it.
pub async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    change: &DocumentChange,
) -> Result<Option<Document>> {
    // Lessons are answered with their document's course and chapter.
    outdated_lessons::note(tx).await?;
    let material_type = change.material_type.flatten();
    tx.first(
        concat!(
            "UPDATE documents SET
                title = COALESCE($3, title),
                material_type = CASE WHEN $4 THEN $5 ELSE material_type END,
                chapter = CASE WHEN $6 THEN $7 ELSE chapter END,
                user_tags = COALESCE($8, user_tags),
                course_id = CASE WHEN $9 THEN $10 ELSE course_id END
            WHERE owner_id = $1 AND id = $2 AND published
            RETURNING ",
            columns!()
        ),
        binds![
            id,
            change.title,
            change.material_type.is_some(),
            material_type.map(MaterialType::as_str),
            change.chapter.is_some(),
            change.chapter.clone().flatten(),
            change.user_tags.as_ref().map(|tags| json!(tags)),
            change.course_id.is_some(),
            change.course_id.flatten()
        ],
    )
    .await
}

/// Ids of all documents of a course, unread ones too.
pub async fn ids_of_course(tx: &mut TenantTx, course_id: Uuid) -> Result<Vec<Uuid>> {
    tx.all(
        "SELECT id FROM documents WHERE owner_id = $1 AND course_id = $2 ORDER BY id",
        binds![course_id],
    )
    .await
}

/// Ids of all documents, unread ones too.
pub async fn ids(tx: &mut TenantTx) -> Result<Vec<Uuid>> {
    tx.all(
        "SELECT id FROM documents WHERE owner_id = $1 ORDER BY id",
        binds![],
    )
    .await
}

/// Deletes a document, visible or unread, with everything made from it (the history in
/// `answers` too), and releases its blobs; none if the owner does not have it. Its jobs
/// stay as they are.
pub async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<Option<DeletedDocument>> {
    let mut deleted: DeletedDocument = tx.one(COUNTS, binds![id]).await?;
    tx.execute(
        "UPDATE study_sessions SET document_id = NULL WHERE owner_id = $1 AND document_id = $2",
        binds![id],
    )
    .await?;
    let mut held = figures::held(tx, id).await?;
    let sha256: Option<String> = tx
        .first(
            "DELETE FROM documents WHERE owner_id = $1 AND id = $2 RETURNING sha256",
            binds![id],
        )
        .await?;
    let Some(sha256) = sha256 else {
        return Ok(None);
    };
    held.push(sha256);
    held.sort();
    for sha256 in &held {
        let released = blobs::release(tx, sha256).await?;
        deleted.released_objects.extend(released);
    }
    outdated_lessons::note(tx).await?;
    Ok(Some(deleted))
}

/// What goes with a document.
const COUNTS: &str = "SELECT
    (SELECT count(*) FROM sections WHERE owner_id = $1 AND document_id = $2) AS sections,
    (SELECT count(*) FROM lessons WHERE owner_id = $1 AND document_id = $2) AS lessons,
    (SELECT count(*) FROM concepts WHERE owner_id = $1 AND document_id = $2) AS concepts,
    (SELECT count(*)
        FROM check_ins k JOIN concepts c ON c.owner_id = k.owner_id AND c.id = k.concept_id
        WHERE c.owner_id = $1 AND c.document_id = $2) AS check_ins";

/// The variant a new lesson on the whole document is to have, from 0; 0 too if the owner
/// does not have the document.
pub async fn lesson_variant(tx: &mut TenantTx, id: Uuid) -> Result<i32> {
    let variant = tx
        .first(
            "SELECT lesson_variant FROM documents WHERE owner_id = $1 AND id = $2",
            binds![id],
        )
        .await?;
    Ok(variant.unwrap_or(0))
}
