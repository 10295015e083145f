//! The calls on one queue that callers make together.

use std::sync::Arc;

use redis::{RedisError, Script, ScriptInvocation};
use ultudy_domain::{Timestamp, job::QueueName};
use uuid::Uuid;

use super::{KEEP, KEEP_FOR, entry, millis, scripts};
use crate::{queue::QueueEntry, redis::Redis};

/// Most jobs added, or ended, in one call.
pub(super) const ADDED_AT_ONCE: usize = 250;
/// Most jobs that wait at the end of the queue for others with which they are put in their places.
const UNPLACED: usize = 1_000;
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

impl Ended {
    /// As most jobs end: the script need not be told more.
    fn is_plainly_completed(&self) -> bool {
        self.how == "completed" && self.value == "null"
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

    /// Adds these, the first to be served first within one priority, and puts them in their places, as
    /// well as those that were left without one before.
    pub(super) async fn add(&self, mut jobs: Vec<Added>) -> Result<(), RedisError> {
        jobs.sort_by_key(|job| job.priority);
        let batches = jobs.chunks(ADDED_AT_ONCE);
        let last = batches.len().saturating_sub(1);
        for (at, batch) in batches.enumerate() {
            let leave = if at == last { 0 } else { UNPLACED };
            self.add_some(batch, leave).await?;
        }
        Ok(())
    }

    /// Adds these, at most [`ADDED_AT_ONCE`]. More will follow at once: where a place costs much some are
    /// left without one for now. Whether there are such.
    pub(super) async fn add_first(&self, mut jobs: Vec<Added>) -> Result<bool, RedisError> {
        jobs.sort_by_key(|job| job.priority);
        Ok(self.add_some(&jobs, UNPLACED).await? > 0)
    }

    /// Puts in their places those that were left without one.
    pub(super) async fn place(&self) -> Result<(), RedisError> {
        self.add_some(&[], 0).await.map(drop)
    }

    /// Adds these and leaves so many without a place; how many are.
    async fn add_some(&self, jobs: &[Added], leave: usize) -> Result<usize, RedisError> {
        let mut unplaced = self.add_call(jobs, leave).await?;
        // Each call places at least one of those that are there now; others may add more meanwhile.
        let mut calls = unplaced;
        while unplaced > leave && calls > 0 {
            unplaced = self.add_call(&[], leave).await?;
            calls -= 1;
        }
        Ok(unplaced)
    }

    async fn add_call(&self, jobs: &[Added], leave: usize) -> Result<usize, RedisError> {
        let mut call = self.of(&scripts::ADD);
        call.arg(&*self.token).arg(&*self.options).arg(leave);
        for job in jobs {
            call.arg(&job.id)
                .arg(job.priority)
                .arg(job.delay_ms)
                .arg(&job.data);
        }
        self.redis.run(&call).await
    }

    /// Ends those of these, at most [`ENDED_AT_ONCE`], whose lease is held.
    pub(super) async fn end(&self, jobs: Vec<Ended>) -> Result<(), RedisError> {
        let mut call = self.of(&scripts::FINISH);
        let (plain, others): (Vec<_>, Vec<_>) =
            jobs.iter().partition(|job| job.is_plainly_completed());
        call.arg(KEEP).arg(millis(KEEP_FOR)).arg(plain.len());
        for job in plain {
            call.arg(&job.id).arg(job.lease.to_string());
        }
        for job in others {
            call.arg(&job.id)
                .arg(job.lease.to_string())
                .arg(job.how)
                .arg(&job.value);
        }
        self.redis.run(&call).await
    }
}
