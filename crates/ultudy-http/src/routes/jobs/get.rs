//! `GET /jobs/{id}`

use axum::{Json, extract::State};
use ultudy_app::jobs;

use super::JobView;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// One job.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobView), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<JobView>, ApiError> {
    Ok(Json(jobs::get(&state.app, &owner, id).await?.into()))
}
