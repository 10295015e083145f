//! The queue: delivery of jobs to workers.
//!
//! **The engine owns delivery, the job's row owns truth.** An engine promises:
//! - a pushed job is delivered at least once, not before its `run_at`, the smaller
//!   [`Priority`] number first and the older job first within one priority;
//! - while a lease is held and renewed nobody else is given the job; a lease that is not
//!   renewed for [`LEASE`] lapses, and the job is delivered again;
//! - pushing a job it already holds changes nothing;
//! - [`Queue::wait`] returns soon after a push to that queue, and otherwise at the latest
//!   when asked to.
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

/// How long a lease holds without being renewed.
pub const LEASE: Duration = Duration::from_secs(8);
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
}

/// An engine's failure: it may pass, the caller tries again.
#[derive(Debug, thiserror::Error)]
#[error("queue: {0}")]
pub struct QueueError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

/// Delivers jobs. See the module for what an engine promises.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Makes jobs deliverable. Idempotent.
    async fn push(&self, entries: &[QueueEntry]) -> Result<(), QueueError>;

    /// Up to `max` due jobs, each under a new lease named by `lease_ids` in turn (there
    /// must be at least `max` of them) that holds for [`LEASE`] from `now`.
    async fn claim(
        &self,
        queue: QueueName,
        worker_id: &str,
        lease_ids: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Delivery>, QueueError>;

    /// Extends leases to `now` + [`LEASE`]; gives back the jobs whose lease is no longer
    /// held, whose runs must stop.
    async fn renew(&self, held: &[Delivery], now: Timestamp) -> Result<Vec<Uuid>, QueueError>;

    /// The job's row is final (or gone): forget it. A stale lease changes nothing.
    async fn finish(&self, delivery: &Delivery) -> Result<(), QueueError>;

    /// Give it back, to be delivered again from `run_at`. A stale lease changes nothing.
    async fn release(&self, delivery: &Delivery, run_at: Timestamp) -> Result<(), QueueError>;

    /// Forget a job whoever holds it: its row was cancelled or deleted.
    async fn remove(&self, job_id: Uuid) -> Result<(), QueueError>;

    /// Returns when a job of this queue may be due, at the latest after `at_most`.
    async fn wait(&self, queue: QueueName, at_most: Duration);
}
