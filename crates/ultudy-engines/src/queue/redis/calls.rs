//! The calls on one queue that callers make together.

use std::sync::Arc;

use redis::{RedisError, Script, ScriptInvocation};
use ultudy_domain::{Timestamp, job::QueueName};
use uuid::Uuid;

use super::{KEEP, KEEP_FOR, entry, millis, scripts};
use crate::{queue::QueueEntry, redis::Redis};

/// Most jobs added, or ended, in one call.
pub(super) const ADDED_AT_ONCE: usize = 500;
pub(super) const ENDED_AT_ONCE: usize = 100;

/// Calls scripts on one queue. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    redis: Redis,
    /// What the queue's keys begin with.
    pub(super) prefix: Arc<str>,
    /// Tells our messages from those of other clients.
    pub(super) token: Arc<str>,
    /// What all its jobs have of Bull's options.
    options: Arc<str>,
}

/// A job to add.
#[derive(Debug)]
pub(super) struct Added {
    priority: i16,
    delay_ms: i64,
    id: String,
    data: String,
}

/// A job to end.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) id: Vec<u8>,
    pub(super) lease: Uuid,
    /// `completed`, `failed` or `gone`.
    pub(super) how: &'static str,
    /// What came of it, or why it failed.
    pub(super) value: String,
}

impl Added {
    pub(super) fn new(entry: &QueueEntry, now: Timestamp) -> Self {
        Self {
            priority: entry.priority.number(),
            delay_ms: entry::delay_ms(entry.run_at, now),
            id: entry.job_id.to_string(),
            data: entry::data(entry),
        }
    }
}

impl Calls {
    pub(super) fn new(redis: Redis, queue: QueueName, token: Arc<str>) -> Self {
        let prefix = format!("bull:{}", redis.tagged(queue.as_str()));
        Self {
            options: entry::options(queue).into(),
            redis,
            prefix: prefix.into(),
            token,
        }
    }

    /// A call of a script, whose first argument is the prefix.
    pub(super) fn of<'s>(&self, script: &'s Script) -> ScriptInvocation<'s> {
        let mut call = script.key(format!("{}:wait", self.prefix));
        call.arg(&*self.prefix);
        call
    }

    /// Adds these, the first to be served first within one priority.
    pub(super) async fn add(&self, mut jobs: Vec<Added>) -> Result<(), RedisError> {
        jobs.sort_by_key(|job| job.priority);
        let mut left = jobs.as_slice();
        while !left.is_empty() {
            let (batch, _) = left.split_at(left.len().min(ADDED_AT_ONCE));
            let mut call = self.of(&scripts::ADD);
            call.arg(&*self.token).arg(&*self.options);
            for job in batch {
                call.arg(&job.id)
                    .arg(job.priority)
                    .arg(job.delay_ms)
                    .arg(&job.data);
            }
            let done: usize = self.redis.run(&call).await?;
            left = left.get(done.max(1)..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends those of these, at most [`ENDED_AT_ONCE`], whose lease is held.
    pub(super) async fn end(&self, jobs: Vec<Ended>) -> Result<(), RedisError> {
        let mut call = self.of(&scripts::FINISH);
        call.arg(KEEP).arg(millis(KEEP_FOR));
        for job in &jobs {
            call.arg(&job.id)
                .arg(job.lease.to_string())
                .arg(job.how)
                .arg(&job.value);
        }
        self.redis.run(&call).await
    }
}
