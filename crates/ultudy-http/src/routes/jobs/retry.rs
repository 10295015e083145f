//! `POST /jobs/{id}/retry`

use axum::{Extension, Json, extract::State};
use ultudy_app::{jobs, limits::Standing};

use super::JobView;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// Puts a failed or cancelled job back. It counts like a new one.
#[utoipa::path(post, path = "/api/jobs/{id}/retry", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobView, headers(
        ("X-RateLimit-Limit" = u32, description = "Most within a minute"),
        ("X-RateLimit-Remaining" = u32, description = "How many more are allowed now"),
        ("X-RateLimit-Reset" = u64, description = "When one more will be, in Unix seconds"),
    )), Problems))]
pub async fn retry(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<(Option<Extension<Standing>>, Json<JobView>), ApiError> {
    let (job, standing) = jobs::retry(&state.app, &owner, id).await?;
    Ok((standing.map(Extension), Json(job.into())))
}
