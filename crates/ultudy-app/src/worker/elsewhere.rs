//! Ends that workers of another program gave our jobs, such as Bull's: read from the engine into
//! the rows. Such a worker carries no run token, so what is believed of it is what it has stored.

use std::collections::HashSet;

use ultudy_domain::job::{Job, JobFailure, JobType, QueueName};
use ultudy_store::{
    TenantTx, documents,
    jobs::{self, Waiting},
    lessons::{self, LessonOf},
};
use uuid::Uuid;

use crate::{App, Result, lessons::single_flight};

/// Writes the ends of those of these jobs that were ended elsewhere; which.
pub(super) async fn take_over(
    app: &App,
    queue: QueueName,
    page: &[Waiting],
) -> Result<HashSet<Uuid>> {
    let ids: Vec<_> = page.iter().map(|job| job.id).collect();
    let ended = app.queue.ended_elsewhere(queue, &ids).await?;
    let mut written = HashSet::new();
    for end in ended {
        let Some(waiting) = page.iter().find(|job| job.id == end.job_id) else {
            continue;
        };
        let mut tx = app.store.write(&waiting.owner_id).await?;
        let Some(job) = jobs::find(&mut tx, end.job_id).await? else {
            continue;
        };
        let outcome = match end.outcome {
            Ok(_) if !has_its_effect(&mut tx, &job).await? => Err(JobFailure {
                code: "not_stored".into(),
                message: "Another program says that this is done, but has stored nothing.".into(),
            }),
            Ok(value) => Ok(value),
            Err(message) => Err(JobFailure {
                code: "failed_elsewhere".into(),
                message,
            }),
        };
        let now = app.clock.now();
        let job = jobs::end_elsewhere(&mut tx, job.id, outcome.as_ref(), now).await?;
        tx.commit().await?;
        if let Some(job) = job {
            tracing::info!(job_id = %job.id, status = job.status.as_str(), "job ended by another program's worker");
            app.announce(&job).await;
            single_flight::go_on_after(app, &job).await;
        }
        written.insert(end.job_id);
    }
    Ok(written)
}

/// Whether what the job is for is there.
async fn has_its_effect(tx: &mut TenantTx, job: &Job) -> Result<bool> {
    let id = |name: &str| job.data.get(name)?.as_str()?.parse().ok();
    let Some(document_id) = id("document_id") else {
        return Ok(false);
    };
    Ok(match job.job_type {
        JobType::UploadPdf => documents::find(tx, document_id).await?.is_some(),
        JobType::GenerateLesson => {
            let of = id("section_id").map_or(LessonOf::Document(document_id), LessonOf::Section);
            lessons::find(tx, of).await?.is_some()
        }
    })
}
