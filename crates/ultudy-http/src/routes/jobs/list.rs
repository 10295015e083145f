//! `GET /jobs`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::jobs::{self, Filter};
use ultudy_domain::job::{JobStatus, JobType};
use uuid::Uuid;

use super::Jobs;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{PageParams, Params, next_cursor},
};

/// Which jobs.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListJobs {
    /// `upload_pdf` or `generate_lesson`.
    #[serde(rename = "type")]
    job_type: Option<String>,
    /// `queued`, `processing`, `completed`, `failed` or `cancelled`.
    status: Option<String>,
    /// Most rows; 1,000 if absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<Uuid>,
}

/// The owner's jobs, latest first.
#[utoipa::path(get, path = "/api/jobs", tag = "jobs", params(ListJobs),
    responses((status = 200, body = Jobs), Problems))]
pub async fn list(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<ListJobs>,
) -> Result<Json<Jobs>, ApiError> {
    let page = PageParams {
        limit: params.limit,
        cursor: params.cursor,
    }
    .page()?;
    let status = params.status.as_deref().map(status).transpose()?;
    let job_type = match params.job_type.as_deref().map(job_type).transpose()? {
        // A type of the contract of which there are no jobs yet.
        Some(None) => {
            return Ok(Json(Jobs {
                jobs: Vec::new(),
                next_cursor: None,
            }));
        }
        asked => asked.flatten(),
    };
    let filter = Filter {
        job_type,
        status,
        // A cancelled job is answered as a failed one, so it is found as one.
        or_status: (status == Some(JobStatus::Failed)).then_some(JobStatus::Cancelled),
        ..Filter::default()
    };
    let jobs = jobs::list(&state.app, &owner, &filter, page).await?;
    let next_cursor = next_cursor(page, &jobs, |job| job.id);
    Ok(Json(Jobs {
        jobs: jobs.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}

fn job_type(name: &str) -> Result<Option<JobType>, ApiError> {
    if name == "chapter_extraction" {
        return Ok(None);
    }
    let reason = "must be upload_pdf, generate_lesson or chapter_extraction";
    let job_type = JobType::parse(name).ok_or_else(|| ApiError::field("type", reason))?;
    Ok(Some(job_type))
}

fn status(name: &str) -> Result<JobStatus, ApiError> {
    let reason = "must be queued, processing, completed, failed or cancelled";
    JobStatus::parse(name).ok_or_else(|| ApiError::field("status", reason))
}
