//! `GET /learn/{section_id}` and `GET /learn/document/{document_id}`: a lesson, or the
//! wait for it.

use std::sync::Arc;

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use ultudy_app::{
    App, documents,
    lessons::{self, LessonOf, Opened},
};
use ultudy_domain::mastery::MasteryState;
use uuid::Uuid;

use super::{
    lesson_text::{LessonText, LessonTexts},
    markdown::{Picture, Pictures},
    page,
    visitor::Visitor,
    waiting, words,
};
use crate::{HttpState, error::ApiError, input::Id};

#[derive(Template)]
#[template(path = "learn.html")]
pub(super) struct LearnPage {
    pub(super) at: &'static str,
    pub(super) opened: Opened,
    pub(super) text: Arc<LessonText>,
}

/// The lesson on a section.
pub async fn section(
    state: State<HttpState>,
    texts: Extension<LessonTexts>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    lesson(&state.app, &texts, &visitor, LessonOf::Section(id)).await
}

/// The lesson on a whole document.
pub async fn document(
    state: State<HttpState>,
    texts: Extension<LessonTexts>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    lesson(&state.app, &texts, &visitor, LessonOf::Document(id)).await
}

async fn lesson(
    app: &App,
    texts: &LessonTexts,
    visitor: &Visitor,
    of: LessonOf,
) -> Result<Response, ApiError> {
    let opened = lessons::open(app, &visitor.owner, of).await?;
    let Some(id) = opened.lesson_id else {
        return waiting::answer(app, visitor, opened).await;
    };
    let text = match texts.kept(id) {
        Some(text) => text,
        None => {
            let lesson = lessons::get(app, &visitor.owner, of).await?;
            let pictures = pictures(app, &visitor.owner, lesson.document_id).await?;
            texts.set(&lesson, &pictures)
        }
    };
    page::answer(&LearnPage {
        at: "courses",
        opened,
        text,
    })
}

/// The document's pictures, at the addresses where the API serves them.
pub(super) async fn pictures(
    app: &App,
    owner: &str,
    document_id: Uuid,
) -> Result<Pictures, ApiError> {
    let sizes = documents::figure_sizes(app, owner, document_id).await?;
    let picture = |size: documents::FigureSize| {
        let side = |pixels: i32| u32::try_from(pixels).unwrap_or(0);
        let picture = Picture {
            src: format!("/api/documents/{document_id}/figures/{}", size.number),
            width: side(size.width),
            height: side(size.height),
        };
        Some((u32::try_from(size.number).ok()?, picture))
    };
    Ok(sizes.into_iter().filter_map(picture).collect())
}

impl LearnPage {
    /// How well a concept is known.
    pub(super) fn state(&self, concept_id: &Uuid) -> MasteryState {
        let known = self.opened.states.get(concept_id).copied();
        known.unwrap_or(MasteryState::NotLearned)
    }
}

/// Where a concept is learnt.
pub(super) fn address(document_id: &Uuid, section_id: &Option<Uuid>, number: &i32) -> String {
    match section_id {
        Some(id) => format!("/learn/{id}#concept-{number}"),
        None => format!("/learn/document/{document_id}#concept-{number}"),
    }
}
