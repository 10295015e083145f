//! `POST /check-ins/submit`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::check_ins::{self, Asked, Graded, QuestionRef, Submission};
use ultudy_domain::field;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, blank_is_none},
};

/// Longest question or answer, in characters.
const TEXT_MAX: usize = 20_000;

/// An answer: `check_in_id` and `answer`, or the question in words and the answer.
/// What it says is right counts for nothing.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct SubmitCheckIn {
    /// The question.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    check_in_id: Option<Uuid>,
    /// The chosen option's text or letter, or an answer in own words.
    answer: Option<String>,
    /// The concept, if known.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    concept_id: Option<Uuid>,
    /// The concept's name.
    concept_name: Option<String>,
    /// The course, if known.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    course_id: Option<Uuid>,
    /// The document, if known.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    document_id: Option<Uuid>,
    /// The question in words.
    question: Option<String>,
    /// The chosen option's text, or an answer in own words.
    user_answer: Option<String>,
    /// `mcq`: an option was chosen. `llm`: the answer is in the student's own words. Without
    /// a language model it is graded by the key terms of the expected answer, and says so.
    evaluation_mode: Option<String>,
    /// The chosen option.
    mcq: Option<Chosen>,
}

/// The chosen option.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Chosen {
    /// Its text.
    selected_text: Option<String>,
}

/// Grades an answer from the server's own copy of the question.
#[utoipa::path(post, path = "/api/check-ins/submit", tag = "check-ins", request_body = SubmitCheckIn,
    responses((status = 200, body = Graded), Problems))]
pub async fn submit(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<SubmitCheckIn>,
) -> Result<Json<Graded>, ApiError> {
    let submission = submission(body)?;
    Ok(Json(
        check_ins::submit(&state.app, &owner, &submission).await?,
    ))
}

fn submission(body: SubmitCheckIn) -> Result<Submission, ApiError> {
    let in_own_words = match body.evaluation_mode.as_deref() {
        None | Some("mcq") => false,
        Some("llm") => true,
        Some(_) => return Err(ApiError::field("evaluation_mode", "must be mcq or llm")),
    };
    if let Some(id) = body.check_in_id {
        let answer = required("answer", body.answer.as_deref())?;
        return Ok(Submission {
            question: Asked::Id(id),
            answer,
            in_own_words,
        });
    }
    let chosen = body.mcq.and_then(|mcq| mcq.selected_text);
    let answer = match in_own_words {
        true => body.user_answer,
        false => chosen.or(body.user_answer),
    };
    let by = QuestionRef {
        concept_id: body.concept_id,
        concept_name: required("concept_name", body.concept_name.as_deref())?,
        document_id: body.document_id,
        course_id: body.course_id,
        question: required("question", body.question.as_deref())?,
    };
    Ok(Submission {
        question: Asked::Wording(by),
        answer: required("user_answer", answer.as_deref())?,
        in_own_words,
    })
}

fn required(name: &str, value: Option<&str>) -> Result<String, ApiError> {
    let value = value.ok_or_else(|| ApiError::field(name, "is missing"))?;
    field::required(name, value, TEXT_MAX).map_err(|error| ultudy_app::Error::from(error).into())
}
