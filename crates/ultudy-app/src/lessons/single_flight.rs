//! One generation of a key at a time in the whole fleet. Who finds another job making what it needs
//! waits for it without a worker; once that has ended well, all who waited are completed with it; if it
//! failed for what it was given, so do they; if it failed otherwise or was cancelled, one of them leads.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    job::{Job, JobFailure, JobType},
    lesson::LessonContent,
};
use ultudy_store::{
    StoreError, generations,
    jobs::{self, Flight},
};
use uuid::Uuid;

use super::followers::{self, Cause};
use crate::{
    App, Result,
    worker::{JobError, Run},
};

/// How often it is looked for who waits in vain, since a process has vanished.
const EVERY: Duration = Duration::from_secs(2);
/// Followers delivered at once that could not be completed together.
const DELIVERED: u32 = 200;
/// How often a run tries to lead before it gives up: each time somebody else does has ended when it
/// looks.
const TRIES: u32 = 5;

/// The generation, if it has been made meanwhile; none if the run is to have it made. A run whose job
/// follows another is over.
pub(super) async fn board(
    run: &Run,
    key: &str,
) -> std::result::Result<Option<LessonContent>, JobError> {
    let mut conflict = None;
    for _ in 0..TRIES {
        match try_to_board(run, key).await {
            Err(error @ StoreError::Conflict(_)) => conflict = Some(error),
            Err(error) => return Err(error.into()),
            Ok(Boarded::Leads(known)) => return Ok(known.map(|known| *known)),
            Ok(Boarded::Over) => return Err(JobError::Stale),
        }
    }
    Err(conflict.map_or(JobError::Stale, JobError::from))
}

enum Boarded {
    Leads(Option<Box<LessonContent>>),
    Over,
}

async fn try_to_board(run: &Run, key: &str) -> ultudy_store::Result<Boarded> {
    let mut tx = run.app.store.write(&run.job.owner_id).await?;
    match jobs::lead_or_follow(&mut tx, run.job.id, run.token(), key).await? {
        None => Ok(Boarded::Over),
        Some(Flight::Follows(job)) => {
            tx.commit().await?;
            run.app.announce(&job).await;
            Ok(Boarded::Over)
        }
        Some(Flight::Leads) => {
            // The one before may have ended since it was looked for.
            let known = generations::find(&mut tx, key).await?;
            tx.commit().await?;
            Ok(Boarded::Leads(known.map(Box::new)))
        }
    }
}

/// After the commit that ended a job: who waits for it need wait no longer. What fails here is done
/// within seconds by [`keep_going`].
pub(crate) async fn go_on_after(app: &App, job: &Job) {
    if job.job_type == JobType::GenerateLesson {
        go_on(app).await;
    }
}

/// Before the commit that fails a job, of a `run` if it has one: see [`followers::fail`]. If that cannot be
/// done, one more of those who wait leads.
pub(crate) async fn fail_before(
    app: &App,
    (job, run): (&Job, Option<Uuid>),
    failure: &JobFailure,
    cause: Cause,
) {
    if job.job_type == JobType::GenerateLesson
        && let Err(error) = followers::fail(app, (job, run), failure, cause).await
    {
        tracing::warn!(job_id = %job.id, %error, "cannot tell who waits that it fails");
    }
}

/// Until `shutdown` fires.
pub(crate) async fn keep_going(app: App, shutdown: CancellationToken) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => go_on(&app).await,
        }
    }
}

async fn go_on(app: &App) {
    if let Err(error) = release_all(app).await {
        tracing::warn!(%error, "cannot release jobs that wait for another's generation");
    }
}

async fn release_all(app: &App) -> Result<()> {
    let mut tx = app.store.system_read().await?;
    let keys = jobs::unled(&mut tx).await?;
    drop(tx);
    for key in keys {
        match followers::generation(app, &key).await? {
            Some(content) => complete(app, &key, &content).await?,
            None => {
                deliver(app, &key, 1).await?;
            }
        }
    }
    Ok(())
}

/// Completes all who wait. Whom that cannot be done for together are delivered, each to be ended, and
/// perhaps to fail, alone.
async fn complete(app: &App, key: &str, content: &LessonContent) -> Result<()> {
    loop {
        let went_on = match followers::complete(app, key, content).await {
            Ok(completed) => completed,
            Err(error) => {
                tracing::warn!(%error, key, "cannot complete together who waited for this lesson");
                deliver(app, key, DELIVERED).await?
            }
        };
        if went_on == 0 {
            return Ok(());
        }
    }
}

/// Has some followers of a key delivered; how many.
async fn deliver(app: &App, key: &str, at_most: u32) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = app.store.system().await?;
    let released = match jobs::release_followers(&mut tx, key, at_most, now).await {
        Err(StoreError::Conflict(_)) => return Ok(0),
        released => released?,
    };
    tx.commit().await?;
    followers::push(app, &released).await;
    Ok(released.len())
}
