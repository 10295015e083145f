//! `POST /jobs/{id}/retry`

use axum::{Json, extract::State};
use ultudy_app::jobs;

use super::JobView;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// Puts a failed or cancelled job back.
#[utoipa::path(post, path = "/api/jobs/{id}/retry", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobView), Problems))]
pub async fn retry(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<JobView>, ApiError> {
    Ok(Json(jobs::retry(&state.app, &owner, id).await?.into()))
}
