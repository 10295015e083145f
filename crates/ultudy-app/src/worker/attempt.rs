//! One attempt at a delivered job: start, run, and one of the ways to end.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use futures_util::FutureExt;
use ultudy_domain::job::{Job, JobFailure, JobType};
use ultudy_engines::queue::{Delivery, End, QueueError};
use ultudy_store::jobs;

use super::{
    JobError, Run, Worker,
    put_back::put_back,
    put_off::{WaitsFor, put_off, spread},
    runs::RunGuard,
    start::{Begun, settle, start},
};
use crate::{
    App, Error, documents,
    lessons::{self, followers::Cause, single_flight},
    metrics,
};

/// Before what came to nothing is tried anew.
pub(super) const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// For so long a run that is to stop may go on to where it stops by itself, or to its end. It is less than
/// the drain allows after that for handing the job back.
const LAST_STEPS: Duration = Duration::from_secs(1);

/// Runs a delivered job to one of its ends. What cannot be written here since the database is away is
/// put back once it can; what cannot for another reason is left to the lease: it lapses, the job is
/// delivered again, and that is counted. What surrounds the run is in boxes: most of a run's time goes by
/// in waiting, and runs are many.
pub(super) async fn attempt(worker: &Worker, mut delivery: Delivery, guard: RunGuard) {
    let app = &worker.app;
    let starting = start(app, &worker.config.worker_id, &mut delivery, &guard);
    let begun = Box::pin(starting).await;
    let delivery = &delivery;
    let ended = match begun {
        Ok(Begun::Run(run)) => {
            let outcome = measured(&run).await;
            Box::pin(end(&run, delivery, outcome)).await
        }
        Ok(Begun::Over(how)) => finish(app, delivery, &how).await,
        Ok(Begun::Later(after)) => release(app, delivery, after).await,
        Ok(Begun::Elsewhere) => Ok(()),
        // What the lease alone brings again is not known to be tried again, and what another program
        // asks for may have no row yet to be put back.
        Err(error) if delivery.retried || delivery.asked.is_some() => {
            tracing::warn!(job_id = %delivery.job_id, ?error, "job tried again later");
            release(app, delivery, AGAIN).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::warn!(job_id = %delivery.job_id, ?error, "job left unsettled for now");
        if error.is_of_an_absent_database() {
            Box::pin(put_back(worker, delivery)).await;
        }
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
        Err(JobError::Later { .. }) => "later",
        Err(JobError::Fail(_)) => "failed",
        Err(JobError::Stopped) => "stopped",
        Err(JobError::Stale) => "stale",
    };
    metrics::job_ran(&run.job, name, begun.elapsed());
    outcome
}

/// Runs the handler; a panic in it is an error like others, and does not kill the worker. One that is to
/// stop and does not, as it stores a book or waits for an answer, is dropped: its transaction is rolled
/// back. Whether a commit that was under way came to be, the row says.
async fn execute(run: &Run) -> Result<(), JobError> {
    let handler = async {
        match run.job.job_type {
            JobType::UploadPdf => Box::pin(documents::extract::run(run)).await,
            JobType::GenerateLesson => lessons::generate::run(run).await,
        }
    };
    let ended = tokio::select! {
        biased;
        ended = AssertUnwindSafe(handler).catch_unwind() => ended,
        () = is_overdue(run) => {
            tracing::info!(job_id = %run.job.id, "a run that was to stop is broken off");
            return Err(JobError::Stopped);
        }
    };
    ended.unwrap_or_else(|_| {
        Err(JobError::Retry {
            code: "internal".into(),
            message: "Something went wrong on our side. It has been recorded.".into(),
            retry_after: None,
            source: Some("the job's handler panicked".into()),
        })
    })
}

/// Returns once a run has been told to stop and has had the time for it.
async fn is_overdue(run: &Run) {
    run.cancel.cancelled().await;
    tokio::time::sleep(LAST_STEPS).await;
}

async fn end(
    run: &Run,
    delivery: &Delivery,
    outcome: Result<(), JobError>,
) -> Result<(), JobError> {
    match outcome {
        Ok(()) => finish(&run.app, delivery, &End::Completed).await,
        Err(JobError::Stale) => stale(&run.app, delivery).await,
        Err(JobError::Stopped) => hand_back(&run.app, delivery).await,
        Err(JobError::Fail(failure)) => fail(run, delivery, &failure, Cause::Input).await,
        Err(JobError::Later {
            wait,
            failure,
            is_at_work,
        }) => {
            let waits_for = match is_at_work {
                true => WaitsFor::Turn(wait),
                false => WaitsFor::Unwell(wait),
            };
            match put_off(run, delivery, waits_for).await? {
                true => Ok(()),
                false => retry_or_fail(run, delivery, &failure, Some(wait)).await,
            }
        }
        Err(error) if is_put_off_for_its_store(run, delivery, &error).await? => Ok(()),
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

/// Whether nothing but the object store is away, and the job waits for it.
async fn is_put_off_for_its_store(
    run: &Run,
    delivery: &Delivery,
    error: &JobError,
) -> Result<bool, JobError> {
    let is_away = error.is_of_an_absent_object_store();
    let is_put_off = is_away && put_off(run, delivery, WaitsFor::Store).await?;
    if is_put_off {
        tracing::warn!(job_id = %run.job.id, ?error, "the object store is away: job put back");
        metrics::waited_for_storage(delivery.queue);
    }
    Ok(is_put_off)
}

async fn retry_or_fail(
    run: &Run,
    delivery: &Delivery,
    failure: &JobFailure,
    retry_after: Option<Duration>,
) -> Result<(), JobError> {
    let errors = run.job.attempt.saturating_add(1);
    if errors >= run.job.max_attempts {
        return fail(run, delivery, failure, Cause::Other).await;
    }
    let (clock, policy) = (&run.app.clock, run.job.job_type.retry_policy());
    let own = policy.delay_after(errors, clock.jitter());
    let own = TimeDelta::from_std(own).unwrap_or(AGAIN);
    let delay = match retry_after {
        Some(asked) => own.max(spread(&**clock, asked)),
        None => own,
    };
    let run_at = clock.now() + delay;
    let mut tx = run.app.store.write(&run.job.owner_id).await?;
    let waiting = jobs::retry_later(&mut tx, run.job.id, run.token, failure, run_at).await?;
    tx.commit().await?;
    let Some(job) = waiting else {
        return stale(&run.app, delivery).await;
    };
    release(&run.app, delivery, delay).await?;
    run.app.announce(&job).await;
    Ok(())
}

/// Where the file of an upload is at fault, it goes, with its document, and the job keeps the reason;
/// where it is not, the student may have it tried again.
async fn fail(
    run: &Run,
    delivery: &Delivery,
    failure: &JobFailure,
    cause: Cause,
) -> Result<(), JobError> {
    let app = &run.app;
    single_flight::fail_before(app, (&run.job, Some(run.token)), failure, cause).await;
    let mut tx = app.store.write(&run.job.owner_id).await?;
    let failed = jobs::fail(&mut tx, run.job.id, run.token, failure, app.clock.now()).await?;
    let Some(job) = failed else {
        drop(tx);
        return stale(app, delivery).await;
    };
    let removed = match (cause, job.job_type, crate::jobs::document_id(&job)) {
        (Cause::Input, JobType::UploadPdf, Some(id)) => documents::remove(app, &mut tx, id).await?,
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
async fn hand_back(app: &App, delivery: &Delivery) -> Result<(), JobError> {
    let handed = hand_row_back(app, delivery, TimeDelta::zero()).await?;
    handed_back(app, delivery, handed, TimeDelta::zero()).await
}

/// Uncounted, to be run after so long.
pub(super) async fn hand_row_back(
    app: &App,
    delivery: &Delivery,
    after: TimeDelta,
) -> ultudy_store::Result<Option<Job>> {
    let mut tx = app.store.write(&delivery.owner_id).await?;
    let run_at = app.clock.now() + after;
    let handed = jobs::hand_back(&mut tx, delivery.job_id, delivery.lease, run_at).await?;
    tx.commit().await?;
    Ok(handed)
}

/// What follows once the row has been handed back, if it was this delivery's: it is delivered again
/// after so long.
pub(super) async fn handed_back(
    app: &App,
    delivery: &Delivery,
    handed: Option<Job>,
    after: TimeDelta,
) -> Result<(), JobError> {
    let Some(job) = handed else {
        return stale(app, delivery).await;
    };
    release(app, delivery, after).await?;
    app.announce(&job).await;
    Ok(())
}

/// The run was overtaken: what becomes of its delivery the row says.
async fn stale(app: &App, delivery: &Delivery) -> Result<(), JobError> {
    match settle(app, delivery).await? {
        Begun::Over(how) => finish(app, delivery, &how).await,
        Begun::Later(after) => release(app, delivery, after).await,
        Begun::Run(_) | Begun::Elsewhere => Ok(()),
    }
}

async fn finish(app: &App, delivery: &Delivery, end: &End) -> Result<(), JobError> {
    settled(app.queue.finish(delivery, end).await)
}

async fn release(app: &App, delivery: &Delivery, after: TimeDelta) -> Result<(), JobError> {
    let now = app.clock.now();
    let released = app.queue.release(delivery, now + after, now);
    settled(released.await)
}

/// What the engine was not told: the lease lapses, the job is delivered again, and its row says what
/// becomes of it.
fn settled(told: Result<(), QueueError>) -> Result<(), JobError> {
    if told.is_err() {
        metrics::queue_not_told("settle");
    }
    Ok(told.map_err(Error::from)?)
}
