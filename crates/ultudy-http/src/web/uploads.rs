//! Uploads that are still being read, or could not be.

use std::borrow::Cow;

use askama::Template;
use chrono::TimeDelta;
use ultudy_app::{
    App, Page,
    jobs::{self, Filter},
};
use ultudy_domain::job::{Job, JobStatus, JobType};
use uuid::Uuid;

use super::{visitor::Visitor, words};
use crate::error::ApiError;

/// Latest uploads that are looked at.
const LOOKED_AT: u32 = 200;
/// How long a failed upload is shown unless it is dismissed.
const FAILED_SHOWN: TimeDelta = TimeDelta::days(7);

/// An upload as the course shows it.
#[derive(Template)]
#[template(path = "parts/upload.html")]
pub(super) struct Upload {
    pub(super) id: Uuid,
    pub(super) title: String,
    pub(super) progress: i16,
    pub(super) stage: Cow<'static, str>,
    /// Why it failed; it is in flight if there is no reason.
    pub(super) failure: Option<String>,
}

/// The uploads into a course that are in flight or failed lately.
pub(super) async fn of_course(
    app: &App,
    visitor: &Visitor,
    course_id: Uuid,
) -> Result<Vec<Upload>, ApiError> {
    let filter = Filter {
        job_type: Some(JobType::UploadPdf),
        ..Filter::default()
    };
    let page = Page {
        limit: LOOKED_AT,
        after: None,
    };
    let latest = jobs::list(app, &visitor.owner, &filter, page).await?;
    let id = course_id.to_string();
    let here = latest
        .into_iter()
        .filter(|job| job.data["course_id"].as_str() == Some(&id));
    Ok(here.filter_map(|job| Upload::new(job, visitor)).collect())
}

impl Upload {
    fn new(job: Job, visitor: &Visitor) -> Option<Self> {
        let failure = match job.status {
            JobStatus::Queued | JobStatus::Processing => None,
            JobStatus::Completed | JobStatus::Cancelled => return None,
            JobStatus::Failed => {
                let ended = job.completed_at.unwrap_or(job.created_at);
                let is_old = visitor.now() - ended > FAILED_SHOWN;
                if is_old || visitor.dismissed.contains(&job.id) {
                    return None;
                }
                let unknown = || "It could not be read.".to_owned();
                Some(job.failure.map_or_else(unknown, |failure| failure.message))
            }
        };
        Some(Self {
            id: job.id,
            title: job.data["title"].as_str().unwrap_or("Document").to_owned(),
            progress: job.progress,
            stage: words::stage(job.status, &job.stage),
            failure,
        })
    }
}
