//! Keeps an engine beside the database complete: what a crash between commit and push left
//! behind, and everything when the engine has come back empty, is pushed again. A push of what
//! the engine has changes nothing, so nobody needs to know what exactly is missing.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    Timestamp,
    job::{JobStatus, Priority, QueueName},
};
use ultudy_engines::queue::{LEASE, Missing, QueueEntry};
use ultudy_store::jobs::{self, Waiting};
use uuid::Uuid;

use super::elsewhere;
use crate::{App, Result};

/// How often this process asks what is missing; the engine sees to it that of all processes
/// one is told.
const EVERY: Duration = Duration::from_secs(5);
/// How far back recent jobs go: longer than an engine counts as complete without being asked.
const RECENT: TimeDelta = TimeDelta::minutes(6);
/// Jobs read and pushed at once.
const PAGE: u32 = 1_000;

/// Until `shutdown` fires.
pub(super) async fn keep_complete(app: App, shutdown: CancellationToken) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        for queue in QueueName::ALL {
            if let Err(error) = complete(&app, queue).await {
                tracing::warn!(queue = queue.as_str(), %error, "cannot see to it that the queue has all jobs");
            }
        }
    }
}

async fn complete(app: &App, queue: QueueName) -> Result<()> {
    match app.queue.missing(queue).await? {
        Missing::Nothing => {}
        Missing::Recent(now) => {
            // By whichever clock is behind: what is looked at twice costs little.
            let since = now.min(app.clock.now()) - RECENT;
            let waits = |status| status == JobStatus::Queued;
            push(app, queue, since, now, waits).await?;
        }
        Missing::Everything(now) => {
            let pushed = push(app, queue, Timestamp::UNIX_EPOCH, now, |_| true).await?;
            app.queue.complete(queue).await?;
            tracing::debug!(queue = queue.as_str(), pushed, "the queue has all jobs");
        }
    }
    Ok(())
}

/// Pushes the jobs due from `since` on; how many. `now` is by the engine's clock.
async fn push(
    app: &App,
    queue: QueueName,
    since: Timestamp,
    now: Timestamp,
    wanted: impl Fn(JobStatus) -> bool,
) -> Result<usize> {
    let mut pushed = 0;
    for priority in Priority::ALL {
        let mut after = (since, Uuid::nil());
        loop {
            let mut tx = app.store.system_read().await?;
            let page = jobs::waiting(&mut tx, queue, priority, after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else {
                break;
            };
            after = (last.run_at, last.id);
            let ended = elsewhere::take_over(app, queue, &page).await?;
            let wanted = page.iter().filter(|job| wanted(job.status));
            let wanted = wanted.filter(|job| !ended.contains(&job.id));
            let entries: Vec<_> = wanted.map(|job| entry(job, queue, now)).collect();
            app.queue.push(&entries, now).await?;
            pushed += entries.len();
        }
    }
    Ok(pushed)
}

/// A job being worked on whose lease was lost with the engine is given the time to notice.
fn entry(job: &Waiting, queue: QueueName, now: Timestamp) -> QueueEntry {
    let run_at = match job.status {
        JobStatus::Processing => now + LEASE,
        _ => job.run_at,
    };
    QueueEntry {
        job_id: job.id,
        owner_id: job.owner_id.clone(),
        queue,
        priority: job.priority,
        run_at,
    }
}
