//! `POST /practice/mcq`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::practice::{self, PracticeItem, PracticeRequest, QUESTIONS_DEFAULT};
use ultudy_domain::practice::Difficulty;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, blank_is_none},
};

/// What to practise. All that is given must fit.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct PracticeMcq {
    /// In words; found by search.
    topic: Option<String>,
    /// In this course.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    course_id: Option<Uuid>,
    /// In this document.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    document_id: Option<Uuid>,
    /// In documents of this chapter.
    chapter: Option<String>,
    /// Concepts that need it most first: those that slipped, then those not yet understood.
    weak_areas: Option<bool>,
    /// How many questions, 1 to 20; 10 if absent.
    #[schema(minimum = 1, maximum = 20)]
    n: Option<usize>,
    /// `easy`, `med` or `hard`: an estimate from how much the wrong options look like the
    /// right one and from how often the student was wrong about the concept. `med` if absent.
    difficulty: Option<String>,
}

/// A set of questions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PracticeSet {
    /// Fewer than asked for, or none, where there is not enough to ask about.
    items: Vec<PracticeItem>,
}

/// Questions to practise with, from lessons and, where there are none yet, made just now.
#[utoipa::path(post, path = "/api/practice/mcq", tag = "practice", request_body = PracticeMcq,
    responses((status = 200, body = PracticeSet), Problems))]
pub async fn mcq(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<PracticeMcq>,
) -> Result<Json<PracticeSet>, ApiError> {
    let asked = PracticeRequest {
        topic: body.topic,
        course_id: body.course_id,
        document_id: body.document_id,
        chapter: body.chapter,
        weak_areas: body.weak_areas.unwrap_or_default(),
        count: body.n.unwrap_or(QUESTIONS_DEFAULT),
        difficulty: difficulty(body.difficulty.as_deref())?,
    };
    let items = practice::set(&state.app, &owner, &asked).await?;
    Ok(Json(PracticeSet { items }))
}

/// The difficulty of this name; blank is the middle one.
pub(crate) fn difficulty(name: Option<&str>) -> Result<Difficulty, ApiError> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        None => Ok(Difficulty::default()),
        Some(name) => Difficulty::parse(name)
            .ok_or_else(|| ApiError::field("difficulty", "must be easy, med or hard")),
    }
}
