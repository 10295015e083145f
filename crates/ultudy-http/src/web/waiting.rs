//! The page of a lesson that is not there yet: it asks for it, shows how far it is, and
//! gives way to it; or says why there is none.

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;
use ultudy_app::{
    App, Page,
    jobs::{self, Filter},
    lessons::Opened,
};
use ultudy_domain::job::{Job, JobStatus, JobType};

use super::{page, visitor::Visitor, words};
use crate::error::ApiError;

/// Latest lesson jobs of a document among which that on the whole of it is looked for.
const LOOKED_AT: u32 = 200;

#[derive(Template)]
#[template(path = "waiting.html")]
pub(super) struct WaitingPage {
    pub(super) at: &'static str,
    pub(super) opened: Opened,
    /// Why the last attempt came to nothing; asked for again only by the student.
    pub(super) failure: Option<String>,
    pub(super) progress: i16,
    pub(super) stage: Cow<'static, str>,
}

/// The page for a lesson that does not exist.
pub(super) async fn answer(
    app: &App,
    visitor: &Visitor,
    opened: Opened,
) -> Result<Response, ApiError> {
    let job = latest_job(app, &visitor.owner, &opened).await?;
    page::answer(&WaitingPage::new(opened, job))
}

impl WaitingPage {
    pub(super) fn new(opened: Opened, job: Option<Job>) -> Self {
        let in_flight = job.as_ref().filter(|job| !job.status.is_final());
        Self {
            at: "courses",
            opened,
            progress: in_flight.map_or(0, |job| job.progress),
            stage: in_flight.map_or(words::QUEUED.into(), |job| {
                words::stage(job.status, &job.stage)
            }),
            failure: job.and_then(failure),
        }
    }
}

fn failure(job: Job) -> Option<String> {
    let unknown = || "The lesson could not be made.".to_owned();
    match job.status {
        JobStatus::Failed => Some(job.failure.map_or_else(unknown, |failure| failure.message)),
        JobStatus::Cancelled => Some("Making this lesson was stopped.".into()),
        _ => None,
    }
}

async fn latest_job(app: &App, owner: &str, opened: &Opened) -> Result<Option<Job>, ApiError> {
    let section_id = opened.section.as_ref().map(|section| section.id);
    let filter = Filter {
        job_type: Some(JobType::GenerateLesson),
        document_id: Some(opened.document.id),
        section_id,
        ..Filter::default()
    };
    let page = Page {
        limit: if section_id.is_some() { 1 } else { LOOKED_AT },
        after: None,
    };
    let jobs = jobs::list(app, owner, &filter, page).await?;
    let is_on_this = |job: &Job| section_id.is_some() || job.data["section_id"].is_null();
    Ok(jobs.into_iter().find(is_on_this))
}
