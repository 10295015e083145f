//! `POST /study-sessions/{id}/track-checkin`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::study_sessions;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, Id},
    routes::Done,
};

/// An answer given in a session.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct TrackCheckIn {
    /// Whether it was right.
    correct: bool,
}

/// Counts an answer in a session.
#[utoipa::path(post, path = "/api/study-sessions/{id}/track-checkin", tag = "study-sessions",
    params(("id" = Uuid, Path)), request_body = TrackCheckIn,
    responses((status = 200, body = Done), Problems))]
pub async fn track(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
    Body(body): Body<TrackCheckIn>,
) -> Result<Json<Done>, ApiError> {
    study_sessions::track(&state.app, &owner, id, body.correct).await?;
    Ok(Json(Done::SUCCESS))
}
