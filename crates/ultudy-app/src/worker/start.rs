//! What comes of a delivery at its start.

use chrono::TimeDelta;
use ultudy_domain::{Timestamp, job::JobStatus};
use ultudy_engines::queue::{Delivery, Due, End};
use ultudy_store::{
    StoreError, Ticket,
    jobs::{self, Start},
};

use super::{
    JobError, Run,
    adopt::{self, Adopted},
    runs::RunGuard,
};
use crate::{
    App, Error,
    lessons::{followers::Cause, single_flight},
    metrics,
};

/// Before a job is delivered again that its row holds for another delivery.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

/// What came of a delivery.
pub(super) enum Begun {
    Run(Box<Run>),
    /// There is nothing to run.
    Over(End),
    /// It is to be delivered again after so long.
    Later(TimeDelta),
    /// Another run has it: this lease is left to lapse.
    Elsewhere,
}

/// A job that is delivered again to the process that still runs it, since the engine has lost its lease,
/// is begun when that run is over and its end is written: nobody has vanished, and nothing is counted.
pub(super) async fn start(
    app: &App,
    worker_id: &str,
    delivery: &mut Delivery,
    guard: &RunGuard,
) -> Result<Begun, JobError> {
    if delivery.retried {
        if let Some(after) = retry(app, delivery).await? {
            return Ok(Begun::Later(after));
        }
        delivery.retried = false;
    }
    if let Some(asked) = &delivery.asked {
        // Before its row may be started: that may be running under its own name.
        match adopt::adopt(app, delivery, asked).await? {
            Adopted::Row => {}
            Adopted::Over(how) => return Ok(Begun::Over(how)),
            Adopted::Later(after) => return Ok(Begun::Later(after)),
        }
    }
    tokio::select! {
        () = app.runs.earlier_ended(delivery) => {}
        () = guard.cancel.cancelled() => return Ok(Begun::Later(TimeDelta::zero())),
    }
    match start_row(app, worker_id, delivery).await? {
        Start::Started(job) => {
            app.announce(&job).await;
            Ok(Begun::Run(Box::new(Run {
                app: app.clone(),
                job,
                cancel: guard.cancel.clone(),
                token: delivery.lease,
            })))
        }
        Start::Poisoned(job) => {
            tracing::error!(job_id = %job.id, lost = job.lost, "job failed: its workers keep vanishing");
            app.announce(&job).await;
            if let Some(failure) = &job.failure {
                metrics::job_failed(delivery.queue, &failure.code);
                // It was failed as it was found.
                single_flight::fail_before(app, (&job, None), failure, Cause::Other).await;
            }
            single_flight::go_on_after(app, &job).await;
            let reason = job
                .failure
                .map_or_else(String::new, |failure| failure.message);
            Ok(Begun::Over(End::Failed(reason)))
        }
        Start::Early(run_at) => Ok(Begun::Later(run_at - now_of(app, delivery))),
        Start::NotDue => settle(app, delivery).await,
    }
}

async fn start_row(app: &App, worker_id: &str, delivery: &Delivery) -> Result<Start, JobError> {
    let (id, token) = (delivery.job_id, delivery.lease);
    let (now, due_by) = match delivery.due {
        Due::Now => (app.clock.now(), None),
        Due::ByRow(now) => (now, Some(now)),
    };
    let start = jobs::write_start(id, token, worker_id.to_owned(), now, due_by);
    let started = app
        .store
        .write_together(&delivery.owner_id, start, Ticket::default());
    if let Some(job) = started.await.map_err(StoreError::from)?.flatten() {
        return Ok(Start::Started(job));
    }
    let mut tx = app.store.write(&delivery.owner_id).await?;
    let started = match due_by {
        Some(_) => jobs::start(&mut tx, id, token, worker_id, now).await?,
        None => jobs::start_due(&mut tx, id, token, worker_id, now).await?,
    };
    tx.commit().await?;
    Ok(started)
}

/// What the row says of a delivery that is not to be run, or whose run was overtaken.
pub(super) async fn settle(app: &App, delivery: &Delivery) -> Result<Begun, JobError> {
    // Where it is written: what was just stored is what counts.
    let mut tx = app.store.write(&delivery.owner_id).await?;
    let row = jobs::deliverable(&mut tx, delivery.job_id).await?;
    Ok(match row {
        Some(job) if job.status == JobStatus::Queued => {
            Begun::Later((job.run_at - now_of(app, delivery)).max(PAUSE))
        }
        Some(job) if job.status == JobStatus::Processing => Begun::Elsewhere,
        // It is final, gone, or waits for another's generation.
        _ => Begun::Over(End::Gone),
    })
}

/// By the clock that the engine goes by, where it said so.
fn now_of(app: &App, delivery: &Delivery) -> Timestamp {
    match delivery.due {
        Due::Now => app.clock.now(),
        Due::ByRow(now) => now,
    }
}

/// Somebody tried an ended job again past this program, by a dashboard of the queue. How long to
/// wait, if its owner has asked for too much just now.
async fn retry(app: &App, delivery: &Delivery) -> Result<Option<TimeDelta>, JobError> {
    match crate::jobs::retry(app, &delivery.owner_id, delivery.job_id).await {
        Err(error @ (Error::Unavailable(_) | Error::Full(_) | Error::Internal(_))) => {
            Err(error.into())
        }
        Err(Error::Limited { standing, .. }) => Ok(Some(
            TimeDelta::from_std(standing.reset).unwrap_or_default(),
        )),
        // Whatever else it is, the row says what becomes of it.
        Ok(_) | Err(_) => Ok(None),
    }
}
