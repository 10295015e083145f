//! `POST /jobs/poll`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::jobs;
use uuid::Uuid;

use super::Jobs;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Body,
};

/// Which jobs.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct PollJobs {
    /// At most 100 ids.
    #[schema(max_items = 100)]
    job_ids: Vec<Uuid>,
}

/// Several jobs at once; unknown ids are left out.
#[utoipa::path(post, path = "/api/jobs/poll", tag = "jobs", request_body = PollJobs,
    responses((status = 200, body = Jobs), Problems))]
pub async fn poll(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<PollJobs>,
) -> Result<Json<Jobs>, ApiError> {
    let jobs = jobs::poll(&state.app, &owner, &body.job_ids).await?;
    Ok(Json(Jobs {
        jobs: jobs.into_iter().map(Into::into).collect(),
        next_cursor: None,
    }))
}
