//! The queue: delivery of jobs to workers.
//!
//! **The engine owns delivery, the job's row owns truth.** An engine promises:
//! - a pushed job is delivered at least once, not before its `run_at`, the smaller
//!   [`Priority`] number first and the older job first within one priority: older by `run_at`,
//!   or by when it was pushed, where several calls pushed them;
//! - while a lease is held and renewed nobody else is given the job; a lease that is not
//!   renewed for [`LEASE`] lapses, and the job is delivered again;
//! - pushing a job it already holds changes nothing;
//! - [`Queue::wait`] returns soon after a push to that queue, and otherwise at the latest
//!   when asked to.
//!
//! `now` is the caller's clock. An engine that has one clock for all callers goes by that and
//! takes from theirs only differences, so that nobody's clock that is off ends another's lease.
//!
//! What is done at most once is done by the row: see `ultudy_store::jobs`.

use std::time::Duration;

use async_trait::async_trait;
use ultudy_domain::{
    Timestamp,
    job::{Priority, QueueName},
};
use uuid::Uuid;

pub mod conformance;
mod redis;

pub use redis::RedisQueue;

/// How long a lease holds without being renewed.
pub const LEASE: Duration = Duration::from_secs(8);
/// How long an engine counts a job that has ended; it may forget it sooner where there are many.
pub const KEEP_FOR: Duration = Duration::from_hours(24);
/// How often a worker renews.
pub const RENEW_EVERY: Duration = Duration::from_secs(2);

/// What the engine must know of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// The job's id.
    pub job_id: Uuid,
    /// Whose it is.
    pub owner_id: String,
    /// Where it waits.
    pub queue: QueueName,
    /// Which goes first.
    pub priority: Priority,
    /// Not before this moment.
    pub run_at: Timestamp,
}

/// Whether the time of a delivered job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The engine has seen to that, by its own clock.
    Now,
    /// Its `run_at` in the row says, compared with this time of the engine's clock: a lease lapsed,
    /// and what was written into the row under it the engine may not know.
    ByRow(Timestamp),
}

/// A job handed to a worker under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The job's id.
    pub job_id: Uuid,
    /// Whose it is.
    pub owner_id: String,
    /// Where it waited.
    pub queue: QueueName,
    /// Names this lease; a later delivery of the same job has another.
    pub lease: Uuid,
    /// Whether it may run now.
    pub due: Due,
    /// It had ended, and somebody told the engine, past this program, to try it again.
    pub retried: bool,
    /// What another program asked for, if that added the job: there may be no row yet.
    pub asked: Option<Asked>,
}

/// A job that another program added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What the engine calls it; the id of the row that is to be is [`Delivery::job_id`].
    pub id: String,
    /// Its data, but for the row's id and owner.
    pub data: serde_json::Value,
}

/// How a job ended, for an engine that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Its effect is committed.
    Completed,
    /// It was given up, and why.
    Failed(String),
    /// Its row was final before, or is gone: the engine knows nothing of it any more.
    Gone,
}

/// The end that somebody else's worker gave a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The job's id.
    pub job_id: Uuid,
    /// What came of it, null if it says nothing that can be read; or why it failed.
    pub outcome: Result<serde_json::Value, String>,
}

/// What an engine beside the database may lack of the jobs that are committed there, and what
/// time it is by the engine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing, or somebody else looks after it.
    Nothing,
    /// Jobs of the last minutes: a process may have ended between their commit and their push.
    Recent(Timestamp),
    /// Any: the engine may have come back empty.
    Everything(Timestamp),
}

/// How many jobs of a queue stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// May run, and nobody has them.
    pub waiting: u64,
    /// Under a lease.
    pub active: u64,
    /// May not run yet.
    pub delayed: u64,
    /// Ended well, within [`KEEP_FOR`].
    pub completed: u64,
    /// Given up, within [`KEEP_FOR`].
    pub failed: u64,
    /// Would wait, were the queue not paused.
    pub paused: u64,
}

impl Counts {
    /// Each count with its name.
    #[must_use]
    pub fn by_state(&self) -> [(&'static str, u64); 6] {
        [
            ("waiting", self.waiting),
            ("active", self.active),
            ("delayed", self.delayed),
            ("completed", self.completed),
            ("failed", self.failed),
            ("paused", self.paused),
        ]
    }
}

/// An engine's failure: it may pass, the caller tries again.
#[derive(Debug, thiserror::Error)]
#[error("queue: {0}")]
pub struct QueueError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// Delivers jobs. See the module for what an engine promises.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Makes jobs deliverable. Idempotent.
    async fn push(&self, entries: &[QueueEntry], now: Timestamp) -> Result<(), QueueError>;

    /// Due jobs, each under a new lease named by `lease_ids` in turn that holds for [`LEASE`] from
    /// `now`. Fewer than there are leases need not be all: only none says that no more is due.
    async fn claim(
        &self,
        queue: QueueName,
        worker_id: &str,
        lease_ids: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Delivery>, QueueError>;

    /// Extends leases to `now` + [`LEASE`]; gives back those that are no longer held, whose runs
    /// must stop.
    async fn renew(&self, held: &[Delivery], now: Timestamp) -> Result<Vec<Uuid>, QueueError>;

    /// The job's row is final (or gone): forget it. A stale lease changes nothing.
    async fn finish(&self, delivery: &Delivery, end: &End) -> Result<(), QueueError>;

    /// Give it back, to be delivered again from `run_at`. A stale lease changes nothing.
    async fn release(
        &self,
        delivery: &Delivery,
        run_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), QueueError>;

    /// Forget a job whoever holds it: its row was cancelled or deleted.
    async fn remove(&self, job_id: Uuid) -> Result<(), QueueError>;

    /// How many jobs stand where.
    async fn counts(&self, queue: QueueName, now: Timestamp) -> Result<Counts, QueueError>;

    /// Returns when a job of this queue may be due, at the latest after `at_most`.
    async fn wait(&self, queue: QueueName, at_most: Duration);

    /// What the caller is to push now, since the engine may lack it. Of all processes that ask
    /// every few seconds, one is told; an engine that is the database itself lacks nothing.
    async fn missing(&self, _queue: QueueName) -> Result<Missing, QueueError> {
        Ok(Missing::Nothing)
    }

    /// Those of these jobs that somebody else's worker has ended, each told once: an engine that
    /// nobody else works on knows of none.
    async fn ended_elsewhere(
        &self,
        _queue: QueueName,
        _jobs: &[Uuid],
    ) -> Result<Vec<Elsewhere>, QueueError> {
        Ok(Vec::new())
    }

    /// Everything is pushed that [`Queue::missing`] asked for.
    async fn complete(&self, _queue: QueueName) -> Result<(), QueueError> {
        Ok(())
    }
}
