//! `POST /study-sessions/{id}/complete`

use axum::{Json, extract::State};
use serde::Serialize;
use ultudy_app::study_sessions;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// What the session came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Completed {
    success: bool,
    duration_minutes: i32,
    total_check_ins: i32,
    correct_check_ins: i32,
}

/// Ends a study session.
#[utoipa::path(post, path = "/api/study-sessions/{id}/complete", tag = "study-sessions",
    params(("id" = Uuid, Path)), responses((status = 200, body = Completed), Problems))]
pub async fn complete(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<Completed>, ApiError> {
    let session = study_sessions::complete(&state.app, &owner, id).await?;
    Ok(Json(Completed {
        success: true,
        duration_minutes: session.duration_minutes.unwrap_or(0),
        total_check_ins: session.total_check_ins,
        correct_check_ins: session.correct_check_ins,
    }))
}
