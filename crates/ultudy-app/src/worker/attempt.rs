//! One attempt at a delivered job: start, run, and one of the ways to end.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use ultudy_domain::job::{JobFailure, JobType};
use ultudy_engines::queue::{Delivery, End};
use ultudy_store::jobs::{self, Start};

use super::{JobError, Run, adopt, runs::RunGuard};
use crate::{
    App, Error, documents,
    lessons::{self, single_flight},
    metrics,
};

/// Runs a delivered job to one of its ends. What cannot be written here (the database is
/// away) is left to the lease: it lapses, and the job is delivered again.
pub(super) async fn attempt(app: &App, worker_id: &str, delivery: &Delivery, guard: RunGuard) {
    let ended = match start(app, worker_id, delivery, &guard).await {
        Ok(Begun::Run(run)) => {
            let outcome = measured(&run).await;
            end(&run, delivery, outcome).await
        }
        Ok(Begun::Over(how)) => finish(app, delivery, &how).await,
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::warn!(job_id = %delivery.job_id, ?error, "job left to its lease");
    }
}

/// What came of a delivery at its start.
enum Begun {
    Run(Box<Run>),
    /// There is nothing to run.
    Over(End),
}

async fn start(
    app: &App,
    worker_id: &str,
    delivery: &Delivery,
    guard: &RunGuard,
) -> Result<Begun, JobError> {
    if delivery.retried {
        retry(app, delivery).await?;
    }
    let token = delivery.lease;
    let mut tx = app.store.write(&delivery.owner_id).await?;
    let started = jobs::start(&mut tx, delivery.job_id, token, worker_id, app.clock.now()).await?;
    tx.commit().await?;
    match started {
        Start::Started(job) => {
            app.announce(&job).await;
            Ok(Begun::Run(Box::new(Run {
                app: app.clone(),
                job,
                cancel: guard.cancel.clone(),
                token,
            })))
        }
        Start::Poisoned(job) => {
            tracing::error!(job_id = %job.id, lost = job.lost, "job failed: its workers keep vanishing");
            app.announce(&job).await;
            if let Some(failure) = &job.failure {
                metrics::job_failed(delivery.queue, &failure.code);
            }
            single_flight::go_on_after(app, &job).await;
            let reason = job
                .failure
                .map_or_else(String::new, |failure| failure.message);
            Ok(Begun::Over(End::Failed(reason)))
        }
        Start::NotDue => Ok(Begun::Over(adopt::adopt(app, delivery).await?)),
    }
}

/// Somebody tried a failed job again past this program, by a dashboard of the queue.
async fn retry(app: &App, delivery: &Delivery) -> Result<(), JobError> {
    match crate::jobs::retry(app, &delivery.owner_id, delivery.job_id).await {
        Ok(_) => Ok(()),
        // The row says what becomes of it.
        Err(Error::NotFound(_) | Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Runs the handler and tells how long it took.
async fn measured(run: &Run) -> Result<(), JobError> {
    let _running = metrics::Running::begin(&run.job);
    let begun = Instant::now();
    let outcome = execute(run).await;
    let name = match &outcome {
        Ok(()) => "completed",
        Err(JobError::Retry { .. }) => "error",
        Err(JobError::Fail(_)) => "failed",
        Err(JobError::Stopped) => "stopped",
        Err(JobError::Stale) => "stale",
    };
    metrics::job_ran(&run.job, name, begun.elapsed());
    outcome
}

/// Runs the handler; a panic in it is an error like others, and does not kill the worker.
async fn execute(run: &Run) -> Result<(), JobError> {
    let handler = async {
        match run.job.job_type {
            JobType::UploadPdf => documents::extract::run(run).await,
            JobType::GenerateLesson => lessons::generate::run(run).await,
        }
    };
    AssertUnwindSafe(handler)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            Err(JobError::Retry {
                code: "internal".into(),
                message: "Something went wrong on our side. It has been recorded.".into(),
                retry_after: None,
                source: Some("the job's handler panicked".into()),
            })
        })
}

async fn end(
    run: &Run,
    delivery: &Delivery,
    outcome: Result<(), JobError>,
) -> Result<(), JobError> {
    match outcome {
        Ok(()) => finish(&run.app, delivery, &End::Completed).await,
        Err(JobError::Stale) => finish(&run.app, delivery, &End::Gone).await,
        Err(JobError::Stopped) => hand_back(run, delivery).await,
        Err(JobError::Fail(failure)) => fail(run, delivery, &failure, File::Discard).await,
        Err(JobError::Retry {
            code,
            message,
            retry_after,
            source,
        }) => {
            if let Some(source) = source {
                tracing::warn!(job_id = %run.job.id, error = %source, attempt = run.job.attempt + 1, "job failed");
            }
            let failure = JobFailure { code, message };
            retry_or_fail(run, delivery, &failure, retry_after).await
        }
    }
}

async fn retry_or_fail(
    run: &Run,
    delivery: &Delivery,
    failure: &JobFailure,
    retry_after: Option<Duration>,
) -> Result<(), JobError> {
    let errors = run.job.attempt.saturating_add(1);
    if errors >= run.job.max_attempts {
        return fail(run, delivery, failure, File::Keep).await;
    }
    let policy = run.job.job_type.retry_policy();
    let delay = policy
        .delay_after(errors, run.app.clock.jitter())
        .max(retry_after.unwrap_or_default());
    let delay = chrono::TimeDelta::from_std(delay).unwrap_or(chrono::TimeDelta::MAX);
    let run_at = run.app.clock.now() + delay;
    let mut tx = run.app.store.write(&run.job.owner_id).await?;
    let waiting = jobs::retry_later(&mut tx, run.job.id, run.token, failure, run_at).await?;
    tx.commit().await?;
    if let Some(job) = waiting {
        run.app
            .queue
            .release(delivery, run_at, run.app.clock.now())
            .await
            .map_err(Error::from)?;
        run.app.announce(&job).await;
    }
    Ok(())
}

/// What becomes of the file of an upload that failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    /// It is at fault: it goes, with its document; the job keeps the reason.
    Discard,
    /// It is not: the student may have it tried again.
    Keep,
}

async fn fail(
    run: &Run,
    delivery: &Delivery,
    failure: &JobFailure,
    file: File,
) -> Result<(), JobError> {
    let app = &run.app;
    let mut tx = app.store.write(&run.job.owner_id).await?;
    let failed = jobs::fail(&mut tx, run.job.id, run.token, failure, app.clock.now()).await?;
    let Some(job) = failed else {
        return finish(app, delivery, &End::Gone).await;
    };
    let removed = match (file, job.job_type, crate::jobs::document_id(&job)) {
        (File::Discard, JobType::UploadPdf, Some(id)) => {
            documents::remove(app, &mut tx, id).await?
        }
        _ => None,
    };
    tx.commit().await?;
    tracing::info!(job_id = %job.id, code = failure.code, "job failed for good");
    metrics::job_failed(delivery.queue, &failure.code);
    if let Some(removed) = removed {
        removed.settle(app, &run.job.owner_id).await;
    }
    app.announce(&job).await;
    single_flight::go_on_after(app, &job).await;
    finish(app, delivery, &End::Failed(failure.message.clone())).await
}

/// Hands a stopped run back uncounted. One that its owner cancelled, or that another
/// worker has started meanwhile, is not this run's to hand back: its token is stale.
async fn hand_back(run: &Run, delivery: &Delivery) -> Result<(), JobError> {
    let now = run.app.clock.now();
    let mut tx = run.app.store.write(&run.job.owner_id).await?;
    let handed = jobs::hand_back(&mut tx, run.job.id, run.token, now).await?;
    tx.commit().await?;
    let Some(job) = handed else {
        return finish(&run.app, delivery, &End::Gone).await;
    };
    run.app
        .queue
        .release(delivery, now, now)
        .await
        .map_err(Error::from)?;
    run.app.announce(&job).await;
    Ok(())
}

async fn finish(app: &App, delivery: &Delivery, end: &End) -> Result<(), JobError> {
    Ok(app.queue.finish(delivery, end).await.map_err(Error::from)?)
}
