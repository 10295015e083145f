//! Documents: uploaded, read, renamed, moved, deleted.

use ultudy_domain::{
    document::{Document, DocumentChange, MaterialType},
    field::{self, CHAPTER_MAX, FieldError, LABEL_MAX, NAME_MAX},
    section::Section,
};
use ultudy_store::{Page, courses, documents, sections};
use uuid::Uuid;

use crate::{App, Error, Result};

pub(crate) mod delete;
pub mod extract;
mod figures;
mod file;
pub(crate) mod held;
pub mod transcribe;
pub mod under_way;
pub mod upload;

pub use delete::delete;
pub(crate) use delete::remove;
pub use figures::{FigureSize, StoredFigure, figure, figure_sizes};
pub use file::{StoredFile, file};

/// Most tags a document may have.
const TAGS_MAX: usize = 50;

/// What is to change on a document, unchecked. `None` leaves a field as it is;
/// `Some(None)` or blank clears it.
#[derive(Debug, Clone, Default)]
pub struct DocumentEdit {
    /// Title.
    pub title: Option<String>,
    /// Kind.
    pub material_type: Option<Option<String>>,
    /// Chapter.
    pub chapter: Option<Option<String>>,
    /// Tags.
    pub user_tags: Option<Vec<String>>,
    /// Course.
    pub course_id: Option<Option<Uuid>>,
}

/// The owner's documents that are ready, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(
    app: &App,
    owner_id: &str,
    course_id: Option<Uuid>,
    page: Page,
) -> Result<Vec<Document>> {
    let mut tx = app.store.read(owner_id).await?;
    Ok(documents::list(&mut tx, course_id, page).await?)
}

/// One document that is ready.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, owner_id: &str, id: Uuid) -> Result<Document> {
    let mut tx = app.store.read(owner_id).await?;
    documents::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))
}

/// The sections of a document.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn sections(app: &App, owner_id: &str, id: Uuid) -> Result<Vec<Section>> {
    let mut tx = app.store.read(owner_id).await?;
    documents::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))?;
    Ok(sections::list(&mut tx, id).await?)
}

/// One section with its text.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn section(app: &App, owner_id: &str, id: Uuid) -> Result<sections::SectionText> {
    let mut tx = app.store.read(owner_id).await?;
    sections::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("section"))
}

/// Changes a document.
///
/// # Errors
/// A field that cannot be taken; [`Error::NotFound`] for the document or its new course.
pub async fn update(app: &App, owner_id: &str, id: Uuid, edit: DocumentEdit) -> Result<Document> {
    let change = checked(edit)?;
    let mut tx = app.store.write(owner_id).await?;
    if let Some(Some(course_id)) = change.course_id {
        courses::find(&mut tx, course_id)
            .await?
            .ok_or(Error::NotFound("course"))?;
    }
    let document = documents::update(&mut tx, id, &change).await?;
    tx.commit().await?;
    // Lessons are answered with their document's course and chapter.
    app.lessons.outdate(owner_id).await;
    document.ok_or(Error::NotFound("document"))
}

fn checked(edit: DocumentEdit) -> Result<DocumentChange> {
    Ok(DocumentChange {
        title: edit
            .title
            .map(|title| field::required("title", &title, NAME_MAX))
            .transpose()?,
        material_type: edit
            .material_type
            .map(|kind| material_type(kind.as_deref()))
            .transpose()?,
        chapter: edit
            .chapter
            .map(|chapter| field::optional("chapter", chapter.as_deref(), CHAPTER_MAX))
            .transpose()?,
        user_tags: edit.user_tags.map(|list| tags(&list)).transpose()?,
        course_id: edit.course_id,
    })
}

/// The kind of this name; blank is none.
fn material_type(name: Option<&str>) -> std::result::Result<Option<MaterialType>, FieldError> {
    let Some(name) = field::optional("material_type", name, LABEL_MAX)? else {
        return Ok(None);
    };
    MaterialType::parse(&name).map(Some).ok_or_else(|| {
        FieldError::new(
            "material_type",
            "must be textbook, lecture, tutorial or exam",
        )
    })
}

fn tags(list: &[String]) -> std::result::Result<Vec<String>, FieldError> {
    if list.len() > TAGS_MAX {
        return Err(FieldError::new(
            "user_tags",
            format!("must be at most {TAGS_MAX} tags"),
        ));
    }
    let mut checked = Vec::new();
    for tag in list {
        checked.extend(field::optional("user_tags", Some(tag), LABEL_MAX)?);
    }
    Ok(checked)
}
