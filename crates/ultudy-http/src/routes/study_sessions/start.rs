//! `POST /study-sessions/start`

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use ultudy_app::study_sessions::{self, NewSession};
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, blank_is_none},
};

/// A session to be started.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct StartSession {
    /// `lesson`, `practice`, `review` or `flashcards`.
    session_type: String,
    /// Chapter.
    #[schema(max_length = 300)]
    chapter: Option<String>,
    /// Document.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    document_id: Option<Uuid>,
    /// Course.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    course_id: Option<Uuid>,
}

/// The session.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Started {
    session_id: Uuid,
    message: &'static str,
}

/// Starts a study session.
#[utoipa::path(post, path = "/api/study-sessions/start", tag = "study-sessions",
    request_body = StartSession, responses((status = 201, body = Started), Problems))]
pub async fn start(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<StartSession>,
) -> Result<(StatusCode, Json<Started>), ApiError> {
    let new = NewSession {
        session_type: body.session_type,
        chapter: body.chapter,
        document_id: body.document_id,
        course_id: body.course_id,
    };
    let session = study_sessions::start(&state.app, &owner, new).await?;
    let started = Started {
        session_id: session.id,
        message: "The study session has begun.",
    };
    Ok((StatusCode::CREATED, Json(started)))
}
