//! `POST /jobs/{id}/cancel`

use axum::{Json, extract::State};
use ultudy_app::jobs;

use super::JobView;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// Stops a job.
#[utoipa::path(post, path = "/api/jobs/{id}/cancel", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobView), Problems))]
pub async fn cancel(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<JobView>, ApiError> {
    Ok(Json(jobs::cancel(&state.app, &owner, id).await?.into()))
}
