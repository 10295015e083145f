//! A job as the API answers it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use ultudy_domain::job::{Job, JobStatus, JobType};
use uuid::Uuid;

/// A job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct JobView {
    id: Uuid,
    /// `upload_pdf` or `generate_lesson`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    job_type: JobType,
    /// `queued`, `processing`, `completed` or `failed`; a cancelled job is `failed` with
    /// `code: "cancelled"`.
    status: &'static str,
    /// Per cent, 0 to 100.
    progress: i16,
    /// What it is doing.
    stage: String,
    #[schema(value_type = Object)]
    data: serde_json::Value,
    #[schema(value_type = Option<Object>)]
    result: Option<serde_json::Value>,
    /// Why it failed, one sentence; there exactly when it failed.
    error: Option<String>,
    /// Stable code of the reason.
    code: Option<String>,
    /// Errors so far.
    attempt: i32,
    max_attempts: i32,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
}

/// Several jobs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Jobs {
    pub(super) jobs: Vec<JobView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<Uuid>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        let (error, code) = reason(&job);
        Self {
            id: job.id,
            job_type: job.job_type,
            status: status(job.status),
            progress: job.progress,
            stage: job.stage,
            data: job.data,
            result: job.result,
            error,
            code,
            attempt: job.attempt,
            max_attempts: job.max_attempts,
            created_at: job.created_at,
            started_at: job.started_at,
            completed_at: job.completed_at,
        }
    }
}

/// The contract knows no `cancelled`.
fn status(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Cancelled => JobStatus::Failed.as_str(),
        other => other.as_str(),
    }
}

/// A job that will be tried again shows no error: the contract reads any as the end.
fn reason(job: &Job) -> (Option<String>, Option<String>) {
    match job.status {
        JobStatus::Cancelled => (
            Some("This job was cancelled.".into()),
            Some("cancelled".into()),
        ),
        JobStatus::Failed => {
            let failure = job.failure.clone();
            let code = failure.as_ref().map(|failure| failure.code.clone());
            let unknown = || "It failed, and the reason was not recorded.".into();
            (
                Some(failure.map_or_else(unknown, |failure| failure.message)),
                code,
            )
        }
        _ => (None, None),
    }
}
