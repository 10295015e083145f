//! Courses: made, listed, changed, deleted with everything under them.

use ultudy_domain::{
    course::{Course, CourseChange},
    document::Document,
    field::{self, LABEL_MAX, NAME_MAX},
    section::Section,
};
use ultudy_store::{Page, courses, sections};
use uuid::Uuid;

use crate::{App, Error, Result, documents};

/// What a new course is asked to be, unchecked.
#[derive(Debug, Clone, Default)]
pub struct NewCourse {
    /// Name.
    pub name: String,
    /// Code; blank is none.
    pub code: Option<String>,
    /// Term; blank is none.
    pub term: Option<String>,
    /// Exam date; blank is none.
    pub exam_date: Option<String>,
}

/// What is to change, unchecked. `None` leaves a field as it is; `Some(None)` or blank
/// clears it.
#[derive(Debug, Clone, Default)]
pub struct CourseEdit {
    /// Name.
    pub name: Option<String>,
    /// Code.
    pub code: Option<Option<String>>,
    /// Term.
    pub term: Option<Option<String>>,
    /// Exam date.
    pub exam_date: Option<Option<String>>,
    /// Put away, or bring back.
    pub archived: Option<bool>,
}

/// Makes a course.
///
/// # Errors
/// A field that cannot be taken.
pub async fn create(app: &App, owner_id: &str, new: NewCourse) -> Result<Course> {
    let now = app.clock.now();
    let course = Course {
        id: app.clock.new_id(),
        name: field::required("name", &new.name, NAME_MAX)?,
        code: field::optional("code", new.code.as_deref(), LABEL_MAX)?,
        term: field::optional("term", new.term.as_deref(), LABEL_MAX)?,
        exam_date: field::optional_date("exam_date", new.exam_date.as_deref())?,
        archived: false,
        archived_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.store.write(owner_id).await?;
    courses::insert(&mut tx, &course).await?;
    tx.commit().await?;
    Ok(course)
}

/// The owner's courses, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(
    app: &App,
    owner_id: &str,
    include_archived: bool,
    page: Page,
) -> Result<Vec<Course>> {
    let list = courses::read_list(include_archived, page);
    Ok(app.store.read_at_once(owner_id, list).await?)
}

/// One course.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, owner_id: &str, id: Uuid) -> Result<Course> {
    let mut tx = app.store.read(owner_id).await?;
    courses::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("course"))
}

/// A course with what is in it.
#[derive(Debug, Clone)]
pub struct CourseContent {
    /// The course.
    pub course: Course,
    /// Its documents that are ready, oldest first, each with its sections in order.
    pub documents: Vec<(Document, Vec<Section>)>,
}

/// One course with its documents and their sections, as they stand at one moment.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn content(app: &App, owner_id: &str, id: Uuid) -> Result<CourseContent> {
    let mut tx = app.store.read(owner_id).await?;
    let course = courses::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("course"))?;
    let listed = ultudy_store::documents::list(&mut tx, Some(id), Page::ALL).await?;
    let mut sections = sections::of_course(&mut tx, id).await?;
    let documents = listed.into_iter().map(|document| {
        let own = |section: &mut Section| section.document_id == document.id;
        let own = sections.extract_if(.., own).collect();
        (document, own)
    });
    Ok(CourseContent {
        documents: documents.collect(),
        course,
    })
}

/// Changes a course.
///
/// # Errors
/// A field that cannot be taken; [`Error::NotFound`].
pub async fn update(app: &App, owner_id: &str, id: Uuid, edit: CourseEdit) -> Result<Course> {
    let label = |name: &str, value: Option<Option<String>>| {
        value
            .map(|text| field::optional(name, text.as_deref(), LABEL_MAX))
            .transpose()
    };
    let change = CourseChange {
        name: edit
            .name
            .map(|name| field::required("name", &name, NAME_MAX))
            .transpose()?,
        code: label("code", edit.code)?,
        term: label("term", edit.term)?,
        exam_date: edit
            .exam_date
            .map(|date| field::optional_date("exam_date", date.as_deref()))
            .transpose()?,
        archived: edit.archived,
    };
    let mut tx = app.store.write(owner_id).await?;
    let course = courses::update(&mut tx, id, &change, app.clock.now()).await?;
    tx.commit().await?;
    course.ok_or(Error::NotFound("course"))
}

/// Deletes a course with its documents and all that was made from them, in one
/// transaction.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(app: &App, owner_id: &str, id: Uuid) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    courses::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("course"))?;
    let mut removed = Vec::new();
    for document_id in ultudy_store::documents::ids_of_course(&mut tx, id).await? {
        removed.extend(documents::remove(app, &mut tx, document_id).await?);
    }
    courses::delete(&mut tx, id).await?;
    tx.commit().await?;
    for document in removed {
        document.settle(app, owner_id).await;
    }
    Ok(())
}
