//! The queue on Redis, in the layout of Bull 4: its workers, its producers and its dashboards
//! work on the same keys.
//!
//! A queue's keys begin with `bull:lesson-generation`, on a cluster `bull:{lesson-generation}`:
//!
//! | key | type | holds |
//! |---|---|---|
//! | `:wait` | list | ids that may run, of all priorities; served from the right. `:paused` while paused |
//! | `:priority` | zset | by priority, those of them that have one: where to insert |
//! | `:active` | list | ids that run, here or in a Bull worker |
//! | `:delayed` | zset | by due time in ms × 4096, ids that may not run yet |
//! | `:completed`, `:failed` | zset | by their end in ms, ended ids; 1,000 or 24 hours of each |
//! | `:<id>` | hash | the job, until its end is trimmed; `lease` while it runs here |
//! | `:<id>:lock` | string | who runs it; ends by itself with the lease |
//! | `:stalled`, `:stalled-check` | set, string | Bull's check for workers that are gone |
//! | `:id` | string | counts the jobs added |
//! | `:ultudy:complete` | string | that all committed jobs were pushed; ends after 5 minutes, and with all else when Redis comes back empty |
//! | `:ultudy:reconciling` | string | that somebody looks for what is missing; ends after 5 seconds, or 30 if all is missing |
//!
//! Our job's id is the id of its row. Each transition is one script (`lua/`). All times are the
//! server's: what a caller says is only ever taken as a difference.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use redis::{RedisError, ScriptInvocation};
use ultudy_domain::{Timestamp, job::QueueName};
use uuid::Uuid;

use super::{Counts, Delivery, End, KEEP_FOR, LEASE, Missing, Queue, QueueEntry, QueueError};
use crate::redis::Redis;

mod entry;
mod scripts;
mod state;
mod wakers;

use entry::Known;
use state::State;
use wakers::Ears;

/// Ended jobs kept of each kind, as Bull counts them.
const KEEP: usize = 1_000;
/// Most jobs sent in one call.
const PUSHED_AT_ONCE: usize = 500;
/// How often missing jobs are looked for, by whichever process asks first.
const RECONCILE_EVERY: Duration = Duration::from_secs(5);
/// How often all jobs are pushed again, though nothing is known to be missing.
const COMPLETE_FOR: Duration = Duration::from_mins(5);

/// Delivers jobs through Redis. Leases are Bull's locks.
#[derive(Debug)]
pub struct RedisQueue {
    redis: Redis,
    /// Tells our messages from those of other clients.
    token: String,
    uploads: State,
    lessons: State,
    /// Redis' ids of jobs held here, by lease, where they are not the row's.
    foreign: Mutex<HashMap<Uuid, String>>,
    _ears: Ears,
}

impl RedisQueue {
    /// The queues on this Redis, which they may share with others. `client` names this process
    /// in what is published.
    #[must_use]
    pub fn new(redis: Redis, client: Uuid) -> Self {
        let [uploads, lessons] = [QueueName::UploadProcessing, QueueName::LessonGeneration]
            .map(|queue| State::new(&redis, queue));
        let wakers = [&uploads, &lessons].map(|of| (of.prefix.clone(), Arc::clone(&of.waker)));
        Self {
            _ears: Ears::open(&redis, wakers.into()),
            redis,
            token: client.to_string(),
            uploads,
            lessons,
            foreign: Mutex::default(),
        }
    }

    /// What the keys of a queue begin with.
    #[must_use]
    pub fn prefix(&self, queue: QueueName) -> &str {
        &self.state(queue).prefix
    }

    fn state(&self, queue: QueueName) -> &State {
        match queue {
            QueueName::UploadProcessing => &self.uploads,
            QueueName::LessonGeneration => &self.lessons,
        }
    }

    /// A call on one queue, whose prefix is the first argument.
    fn call<'s>(&self, script: &'s redis::Script, queue: QueueName) -> ScriptInvocation<'s> {
        let prefix = self.prefix(queue);
        let mut call = script.key(format!("{prefix}:wait"));
        call.arg(prefix);
        call
    }

    /// Redis' id of a job that is held.
    fn id_of(&self, delivery: &Delivery) -> String {
        let foreign = self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
        let id = foreign.get(&delivery.lease).cloned();
        id.unwrap_or_else(|| delivery.job_id.to_string())
    }

    fn let_go(&self, delivery: &Delivery) {
        let mut foreign = self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
        foreign.remove(&delivery.lease);
    }

    async fn add(
        &self,
        queue: QueueName,
        entries: &[&QueueEntry],
        now: Timestamp,
    ) -> Result<(), RedisError> {
        let mut left = entries;
        while !left.is_empty() {
            let (batch, _) = left.split_at(left.len().min(PUSHED_AT_ONCE));
            let mut call = self.call(&scripts::ADD, queue);
            call.arg(&self.token);
            for entry in batch {
                let delay_ms = entry::delay_ms(entry.run_at, now);
                call.arg(entry.job_id.to_string())
                    .arg(entry.priority.number())
                    .arg(delay_ms)
                    .arg(entry::data(entry))
                    .arg(entry::options(entry, delay_ms));
            }
            let done: usize = self.redis.run(&call).await?;
            left = left.get(done.max(1)..).unwrap_or_default();
        }
        Ok(())
    }

    /// What became of a job that was taken: it is delivered, or failed for what is wrong with it.
    async fn deliver(
        &self,
        queue: QueueName,
        lease: Uuid,
        (id, failed_before, data): (String, bool, String),
    ) -> Result<Option<Delivery>, RedisError> {
        let known = match Known::read(&data) {
            Ok(known) => known,
            Err(reason) => {
                tracing::warn!(
                    queue = queue.as_str(),
                    id,
                    reason,
                    "job of somebody else failed"
                );
                self.end(queue, &id, lease, "failed", &reason).await?;
                return Ok(None);
            }
        };
        let mut asked = None;
        if id != known.job_id.to_string() {
            let mut foreign = self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
            foreign.insert(lease, id);
            asked = serde_json::from_str(&data).ok();
        }
        Ok(Some(Delivery {
            job_id: known.job_id,
            owner_id: known.owner_id,
            queue,
            lease,
            retried: failed_before,
            asked,
        }))
    }

    async fn end(
        &self,
        queue: QueueName,
        id: &str,
        lease: Uuid,
        how: &str,
        value: &str,
    ) -> Result<(), RedisError> {
        let mut call = self.call(&scripts::FINISH, queue);
        call.arg(id)
            .arg(lease.to_string())
            .arg(how)
            .arg(value)
            .arg(KEEP)
            .arg(millis(KEEP_FOR));
        self.redis.run(&call).await
    }
}

#[async_trait]
impl Queue for RedisQueue {
    async fn push(&self, entries: &[QueueEntry], now: Timestamp) -> Result<(), QueueError> {
        for queue in QueueName::ALL {
            let mut these: Vec<_> = entries
                .iter()
                .filter(|entry| entry.queue == queue)
                .collect();
            if these.is_empty() {
                continue;
            }
            these.sort_by_key(|entry| (entry.priority.number(), entry.run_at, entry.job_id));
            self.add(queue, &these, now).await.map_err(failed)?;
            // Sooner than it is heard.
            self.state(queue).waker.wake();
        }
        Ok(())
    }

    async fn claim(
        &self,
        queue: QueueName,
        _worker_id: &str,
        lease_ids: &[Uuid],
        _now: Timestamp,
    ) -> Result<Vec<Delivery>, QueueError> {
        let state = self.state(queue);
        let mut call = self.call(&scripts::CLAIM, queue);
        call.arg(&self.token)
            .arg(millis(LEASE))
            .arg(u8::from(state.sweeps_now()));
        for lease in lease_ids {
            call.arg(lease.to_string());
        }
        let (next_due_ms, taken): (i64, Vec<(String, bool, String)>) =
            self.redis.run(&call).await.map_err(failed)?;
        let due_in = u64::try_from(next_due_ms).ok().map(Duration::from_millis);
        state.waker.set_next_due(due_in);
        if !taken.is_empty() && taken.len() == lease_ids.len() {
            // There may be more: one wake can have been for several jobs.
            state.waker.wake();
        }
        let mut deliveries = Vec::with_capacity(taken.len());
        for (job, lease) in taken.into_iter().zip(lease_ids) {
            deliveries.extend(self.deliver(queue, *lease, job).await.map_err(failed)?);
        }
        Ok(deliveries)
    }

    async fn renew(&self, held: &[Delivery], _now: Timestamp) -> Result<Vec<Uuid>, QueueError> {
        let mut refused = Vec::new();
        for queue in QueueName::ALL {
            let these: Vec<_> = held.iter().filter(|held| held.queue == queue).collect();
            if these.is_empty() {
                continue;
            }
            let mut call = self.call(&scripts::RENEW, queue);
            call.arg(millis(LEASE));
            for delivery in &these {
                call.arg(self.id_of(delivery))
                    .arg(delivery.lease.to_string());
            }
            let places: Vec<usize> = self.redis.run(&call).await.map_err(failed)?;
            for lost in places.into_iter().filter_map(|place| these.get(place)) {
                self.let_go(lost);
                refused.push(lost.job_id);
            }
        }
        Ok(refused)
    }

    async fn finish(&self, delivery: &Delivery, end: &End) -> Result<(), QueueError> {
        let id = self.id_of(delivery);
        let (how, value) = match end {
            End::Completed => ("completed", "null"),
            End::Failed(reason) => ("failed", reason.as_str()),
            End::Gone => ("gone", ""),
        };
        let ended = self.end(delivery.queue, &id, delivery.lease, how, value);
        ended.await.map_err(failed)?;
        self.let_go(delivery);
        Ok(())
    }

    async fn release(
        &self,
        delivery: &Delivery,
        run_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let mut call = self.call(&scripts::RELEASE, delivery.queue);
        call.arg(&self.token)
            .arg(self.id_of(delivery))
            .arg(delivery.lease.to_string())
            .arg(entry::delay_ms(run_at, now));
        let () = self.redis.run(&call).await.map_err(failed)?;
        self.let_go(delivery);
        self.state(delivery.queue).waker.wake();
        Ok(())
    }

    async fn remove(&self, job_id: Uuid) -> Result<(), QueueError> {
        for queue in QueueName::ALL {
            let mut call = self.call(&scripts::REMOVE, queue);
            call.arg(job_id.to_string());
            let () = self.redis.run(&call).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn counts(&self, queue: QueueName, _now: Timestamp) -> Result<Counts, QueueError> {
        let call = self.call(&scripts::COUNTS, queue);
        let counts = self.redis.run(&call).await.map_err(failed)?;
        let (waiting, active, delayed, completed, failed, paused) = counts;
        Ok(Counts {
            waiting,
            active,
            delayed,
            completed,
            failed,
            paused,
        })
    }

    async fn wait(&self, queue: QueueName, at_most: Duration) {
        self.state(queue).waker.wait(at_most).await;
    }

    async fn missing(&self, queue: QueueName) -> Result<Missing, QueueError> {
        let mut call = self.call(&scripts::MISSING, queue);
        call.arg(millis(RECONCILE_EVERY));
        let missing: String = self.redis.run(&call).await.map_err(failed)?;
        Ok(match missing.as_str() {
            "everything" => Missing::Everything,
            "recent" => Missing::Recent,
            _ => Missing::Nothing,
        })
    }

    async fn complete(&self, queue: QueueName) -> Result<(), QueueError> {
        let mut set = redis::cmd("SET");
        set.arg(format!("{}:ultudy:complete", self.prefix(queue)))
            .arg(1)
            .arg("PX")
            .arg(millis(COMPLETE_FOR));
        let mut connection = self.redis.connection();
        set.query_async(&mut connection).await.map_err(failed)
    }
}

fn failed(error: RedisError) -> QueueError {
    QueueError(error.into())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
