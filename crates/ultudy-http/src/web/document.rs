//! `GET /documents/{id}`: a document, its sections and how they were found.

use askama::Template;
use axum::{extract::State, response::Response};
use ultudy_app::{Page, courses, documents, progress};
use ultudy_domain::{
    course::Course,
    document::{Document, MaterialType},
    mastery::MasteryState,
    progress::MasteryCounts,
};

use super::{
    page,
    sections::{self, SectionRow, States},
    visitor::Visitor,
    words,
};
use crate::{HttpState, error::ApiError, input::Id};

#[derive(Template)]
#[template(path = "document.html")]
pub(super) struct DocumentPage {
    pub(super) at: &'static str,
    pub(super) document: Document,
    /// The course it belongs to.
    pub(super) course: Option<Course>,
    /// The courses it could belong to.
    pub(super) courses: Vec<Course>,
    pub(super) sections: Vec<SectionRow>,
    pub(super) counts: MasteryCounts,
    /// Of the lesson on the whole document; empty if there is none.
    pub(super) whole: Vec<MasteryState>,
}

/// The page.
pub async fn document(
    State(state): State<HttpState>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let (app, owner) = (&state.app, &visitor.owner);
    let document = documents::get(app, owner, id).await?;
    let sections = documents::sections(app, owner, id).await?;
    let overview = progress::overview(app, owner, None, Some(id)).await?;
    let courses = courses::list(app, owner, true, Page::ALL).await?;
    let states = States::of(&overview);
    let sections = SectionRow::all(sections, &states);
    let is_its_own = |course: &&Course| Some(course.id) == document.course_id;
    page::answer(&DocumentPage {
        at: "courses",
        course: courses.iter().find(is_its_own).cloned(),
        courses,
        counts: sections::total(&sections),
        whole: states.get(id, None),
        document,
        sections,
    })
}
