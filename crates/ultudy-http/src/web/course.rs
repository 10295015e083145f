//! `GET /courses/{id}`: a course with its documents, and the place to put in more.

use askama::Template;
use axum::{extract::State, response::Response};
use ultudy_app::{courses, preferences, progress};
use ultudy_domain::{
    document::{Document, MaterialType},
    progress::MasteryCounts,
    section::Section,
};

use super::{
    courses::CourseCard,
    page,
    sections::{self, SectionRow, States},
    uploads::{self, Upload},
    visitor::Visitor,
    words,
};
use crate::{HttpState, error::ApiError, input::Id};

#[derive(Template)]
#[template(path = "course.html")]
pub(super) struct CoursePage {
    pub(super) at: &'static str,
    pub(super) card: CourseCard,
    pub(super) documents: Vec<DocumentRow>,
    pub(super) uploads: Vec<Upload>,
    pub(super) upload_bytes_max: u64,
    /// In which language lessons are wanted, where that can be chosen; empty: the document's.
    pub(super) lesson_language: Option<&'static str>,
}

/// A document with its sections.
pub(super) struct DocumentRow {
    pub(super) document: Document,
    pub(super) sections: Vec<SectionRow>,
    pub(super) counts: MasteryCounts,
}

/// The page.
pub async fn course(
    State(state): State<HttpState>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let (app, owner) = (&state.app, &visitor.owner);
    // Read before the documents: an upload that ends in between shows as both, not as neither.
    let uploads = uploads::of_course(app, &visitor, id).await?;
    let content = courses::content(app, owner, id).await?;
    let overview = progress::overview(app, owner, Some(id), None).await?;
    let states = States::of(&overview);
    let rows = content
        .documents
        .into_iter()
        .map(|(document, sections)| DocumentRow::new(document, sections, &states));
    let documents: Vec<_> = rows.collect();
    page::answer(&CoursePage {
        at: "courses",
        card: CourseCard::new(content.course, documents.len(), visitor.today()),
        documents,
        uploads,
        upload_bytes_max: app.upload_bytes_max,
        lesson_language: match app.generator.writes_any_language() {
            true => Some(preferences::get(app, owner).await?.language.unwrap_or("")),
            false => None,
        },
    })
}

impl DocumentRow {
    pub(super) fn new(document: Document, sections: Vec<Section>, states: &States) -> Self {
        let sections = SectionRow::all(sections, states);
        Self {
            document,
            counts: sections::total(&sections),
            sections,
        }
    }
}
