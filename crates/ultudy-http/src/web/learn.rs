//! `GET /learn/{section_id}` and `GET /learn/document/{document_id}`: a lesson, or the
//! wait for it.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use ultudy_app::{
    App, Error, documents,
    lessons::{self, LessonOf},
    progress,
};
use ultudy_domain::{document::Document, lesson::Lesson, mastery::MasteryState, section::Section};
use uuid::Uuid;

use super::{
    lesson_text::{LessonText, LessonTexts},
    page,
    sections::all_concepts,
    visitor::Visitor,
    waiting, words,
};
use crate::{HttpState, error::ApiError, input::Id};

#[derive(Template)]
#[template(path = "learn.html")]
pub(super) struct LearnPage {
    pub(super) at: &'static str,
    pub(super) place: Place,
    pub(super) lesson: Lesson,
    pub(super) text: Arc<LessonText>,
    pub(super) states: HashMap<Uuid, MasteryState>,
}

/// What a lesson is on.
pub(super) struct Place {
    pub(super) document: Document,
    /// None for the whole document.
    pub(super) section: Option<Section>,
    /// The section to learn after this one.
    pub(super) next: Option<Section>,
}

/// The lesson on a section.
pub async fn section(
    state: State<HttpState>,
    texts: Extension<LessonTexts>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let document_id = documents::section(&state.app, &visitor.owner, id)
        .await?
        .section
        .document_id;
    let place = Place::find(&state.app, &visitor.owner, document_id, Some(id)).await?;
    lesson(&state.app, &texts, &visitor, place, LessonOf::Section(id)).await
}

/// The lesson on a whole document.
pub async fn document(
    state: State<HttpState>,
    texts: Extension<LessonTexts>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let place = Place::find(&state.app, &visitor.owner, id, None).await?;
    lesson(&state.app, &texts, &visitor, place, LessonOf::Document(id)).await
}

async fn lesson(
    app: &App,
    texts: &LessonTexts,
    visitor: &Visitor,
    place: Place,
    of: LessonOf,
) -> Result<Response, ApiError> {
    let lesson = match lessons::get(app, &visitor.owner, of).await {
        Err(Error::NotFound(_)) => return waiting::answer(app, visitor, place).await,
        found => found?,
    };
    let overview = progress::overview(app, &visitor.owner, None, Some(lesson.document_id)).await?;
    let states = all_concepts(&overview).map(|concept| (concept.id, concept.mastery_state));
    let learn = LearnPage {
        at: "courses",
        text: texts.of(&lesson),
        states: states.collect(),
        place,
        lesson,
    };
    Ok(page::answer(&learn)?.into_response())
}

impl Place {
    async fn find(
        app: &App,
        owner: &str,
        document_id: Uuid,
        section_id: Option<Uuid>,
    ) -> Result<Self, ApiError> {
        let document = documents::get(app, owner, document_id).await?;
        let sections = documents::sections(app, owner, document_id).await?;
        let at = sections
            .iter()
            .position(|section| Some(section.id) == section_id);
        let next = match at {
            Some(at) => sections.get(at + 1),
            None => sections.first(),
        };
        Ok(Self {
            document,
            section: at.and_then(|at| sections.get(at)).cloned(),
            next: next.cloned(),
        })
    }

    /// What the lesson is called.
    pub(super) fn title(&self) -> &str {
        let section = self.section.as_ref();
        section.map_or(&self.document.title, |section| &section.name)
    }
}

impl LearnPage {
    /// How well a concept is known.
    pub(super) fn state(&self, concept_id: &Uuid) -> MasteryState {
        let known = self.states.get(concept_id).copied();
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
