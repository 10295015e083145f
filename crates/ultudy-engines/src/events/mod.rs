//! Events: tells browsers that a job moved. Nothing depends on an event arriving: the
//! job's row is replayed to whoever reconnects.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use uuid::Uuid;

pub mod conformance;
mod fanout;
mod in_process;
mod redis;

pub use self::redis::RedisEvents;
pub use in_process::InProcessEvents;

/// A job changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobChanged {
    /// Whose job.
    pub owner_id: Arc<str>,
    /// Which job.
    pub job_id: Uuid,
    /// The row's version after the change.
    pub version: i64,
}

/// Carries [`JobChanged`] from whoever changes a job to whoever watches its owner.
///
/// An engine promises: a subscriber sees, in order, every event of its owner published
/// after it subscribed, or (after falling behind or losing its connection) a
/// [`Notice::Missed`], upon which it reads the rows again; and no event of another owner.
#[async_trait]
pub trait Events: Send + Sync {
    /// Tells the owner's subscribers; never fails, never waits for them.
    async fn publish(&self, event: JobChanged);

    /// The owner's events from now on.
    async fn subscribe(&self, owner_id: &str) -> BoxStream<'static, Notice>;
}

/// What a subscriber is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A job changed.
    Changed(JobChanged),
    /// Some events were lost: read the rows again.
    Missed,
}
