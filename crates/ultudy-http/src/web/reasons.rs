//! `GET /learn/{section_id}/reasons/{check_in_id}` and the same for a whole document: why
//! each option of an answered question is right or wrong, for the page that asked it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use ultudy_app::{
    Error,
    lessons::{self, LessonOf},
};
use ultudy_domain::check_in::CheckIn;
use uuid::Uuid;

use super::{
    markdown::{self, Html},
    page,
    visitor::Visitor,
};
use crate::{HttpState, error::ApiError};

/// The reasons, as a fragment of the page.
#[derive(Template)]
#[template(path = "parts/reasons.html")]
pub(super) struct Reasons {
    options: Vec<Reason>,
}

struct Reason {
    letter: String,
    correct: bool,
    text: Html,
}

/// In the lesson on a section.
pub async fn section(
    state: State<HttpState>,
    visitor: Visitor,
    Path((id, check_in_id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let of = LessonOf::Section(uuid("id", &id)?);
    answer(&state, &visitor, of, uuid("check_in_id", &check_in_id)?).await
}

/// In the lesson on a whole document.
pub async fn document(
    state: State<HttpState>,
    visitor: Visitor,
    Path((id, check_in_id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let of = LessonOf::Document(uuid("id", &id)?);
    answer(&state, &visitor, of, uuid("check_in_id", &check_in_id)?).await
}

async fn answer(
    state: &HttpState,
    visitor: &Visitor,
    of: LessonOf,
    check_in_id: Uuid,
) -> Result<Response, ApiError> {
    let lesson = lessons::get(&state.app, &visitor.owner, of).await?;
    let mut check_ins = lesson.check_ins.iter();
    let check_in = check_ins
        .find(|check_in| check_in.id == check_in_id)
        .ok_or(Error::NotFound("question"))?;
    page::answer(&Reasons::new(check_in))
}

impl Reasons {
    pub(super) fn new(check_in: &CheckIn) -> Self {
        let options = check_in.content.options.iter().map(|option| Reason {
            letter: option.letter.clone(),
            correct: option.correct,
            text: markdown::inline(&option.explanation),
        });
        Self {
            options: options.collect(),
        }
    }
}

fn uuid(field: &str, text: &str) -> Result<Uuid, ApiError> {
    text.parse()
        .map_err(|_| ApiError::field(field, "must be a UUID"))
}
