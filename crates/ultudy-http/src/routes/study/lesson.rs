//! `POST /study/lesson`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::study::{self, PASSAGES_DEFAULT, TopicLesson};
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, blank_is_none},
};

/// What the lesson is to be about.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct StudyLesson {
    /// In words; `topic` is another name for it.
    query: Option<String>,
    /// See `query`.
    topic: Option<String>,
    /// Most passages it is made from, 1 to 12; 6 if absent.
    #[schema(minimum = 1, maximum = 12)]
    k: Option<usize>,
    /// From this course only.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    course_id: Option<Uuid>,
}

/// A lesson from the passages that say most about a topic, with these. It is not kept. 422
/// when the owner's documents say nothing, or too little, about it.
#[utoipa::path(post, path = "/api/study/lesson", tag = "lessons", request_body = StudyLesson,
    responses((status = 200, body = TopicLesson), Problems))]
pub async fn lesson(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<StudyLesson>,
) -> Result<Json<TopicLesson>, ApiError> {
    let topic = body.query.or(body.topic);
    let topic = topic.ok_or_else(|| ApiError::field("query", "is missing"))?;
    let count = body.k.unwrap_or(PASSAGES_DEFAULT);
    let lesson = study::lesson(&state.app, &owner, &topic, count, body.course_id).await?;
    Ok(Json(lesson))
}
