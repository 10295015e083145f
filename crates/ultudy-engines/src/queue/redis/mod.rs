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
//! | `:<id>` | hash | the job, until its end is trimmed; `lease` while it runs here, which is `lapsed` once that lapsed, and empty once the row has its end; `stalledBefore`, how often Bull's check had put it back when it was taken |
//! | `:<id>:lock` | string | who runs it; ends by itself with the lease |
//! | `:stalled`, `:stalled-check` | set, string | Bull's check for workers that are gone |
//! | `:id` | string | counts the jobs added |
//! | `:ultudy:unplaced:<n>` | list | jobs of this priority that are at the end of `:wait` for now, and not in their place |
//! | `:ultudy:complete` | string | that all committed jobs were pushed; ends after 5 minutes, and with all else when Redis comes back empty |
//! | `:ultudy:reconciling` | string | that somebody looks for what is missing; ends after 5 seconds; if all is missing, when that is pushed, at the latest after 30 |
//!
//! What Bull publishes of jobs is published, too; of the jobs that one call starts or ends nothing but the
//! first if nobody listens to that on this server (who listens on a replica hears no more either).
//!
//! Our job's id is the id of its row. Each transition is one script (`lua/`). All times are the
//! server's: what a caller says is only ever taken as a difference. What many callers of a process add
//! or end at the same time is sent together ([`crate::group`]); what they add behind a long list is put in
//! its place together, too (`lua/place.lua`).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use redis::{RedisError, ScriptInvocation};
use ultudy_domain::{Timestamp, job::QueueName};
use uuid::Uuid;

use super::{
    Counts, Delivery, Elsewhere, End, KEEP_FOR, LEASE, Missing, Queue, QueueEntry, QueueError,
};
use crate::redis::Redis;

mod calls;
mod claim;
mod clock;
mod entry;
mod scripts;
mod state;
mod wakers;

use calls::{Added, Ended};
use state::State;
use wakers::Ears;

/// Ended jobs kept of each kind, as Bull counts them.
const KEEP: usize = 1_000;
/// How often missing jobs are looked for, by whichever process asks first.
const RECONCILE_EVERY: Duration = Duration::from_secs(5);
/// How often all jobs are pushed again, though nothing is known to be missing.
const COMPLETE_FOR: Duration = Duration::from_mins(5);

/// Delivers jobs through Redis. Leases are Bull's locks.
#[derive(Debug)]
pub struct RedisQueue {
    redis: Redis,
    /// Tells our messages from those of other clients.
    token: Arc<str>,
    uploads: State,
    lessons: State,
    _ears: Ears,
}

impl RedisQueue {
    /// The queues on this Redis, which they may share with others. `client` names this process
    /// in what is published.
    #[must_use]
    pub fn new(redis: Redis, client: Uuid) -> Self {
        let token: Arc<str> = client.to_string().into();
        let [uploads, lessons] = [QueueName::UploadProcessing, QueueName::LessonGeneration]
            .map(|queue| State::new(&redis, queue, &token));
        let wakers =
            [&uploads, &lessons].map(|of| (of.calls.prefix.to_string(), Arc::clone(&of.waker)));
        Self {
            _ears: Ears::open(&redis, wakers.into()),
            redis,
            token,
            uploads,
            lessons,
        }
    }

    /// What the keys of a queue begin with.
    #[must_use]
    pub fn prefix(&self, queue: QueueName) -> &str {
        &self.state(queue).calls.prefix
    }

    fn state(&self, queue: QueueName) -> &State {
        match queue {
            QueueName::UploadProcessing => &self.uploads,
            QueueName::LessonGeneration => &self.lessons,
        }
    }

    /// A call on one queue, whose prefix is the first argument.
    fn call<'s>(&self, script: &'s redis::Script, queue: QueueName) -> ScriptInvocation<'s> {
        self.state(queue).calls.of(script)
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
            these.sort_by_key(|entry| (entry.run_at, entry.job_id));
            let state = self.state(queue);
            let mut these: Vec<_> = these
                .into_iter()
                .map(|entry| Added::new(entry, now))
                .collect();
            let added = match (these.len(), these.pop()) {
                // As requests and workers do; many at once are a group already.
                (1, Some(only)) => state.add(only).await,
                (_, last) => {
                    these.extend(last);
                    state.calls.add(these).await
                }
            };
            added.map_err(failed)?;
            // Sooner than it is heard.
            state.waker.wake();
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
        let taken = self.take(queue, lease_ids).await.map_err(failed)?;
        let mut deliveries = Vec::with_capacity(taken.jobs.len());
        for (job, lease) in taken.jobs.into_iter().zip(lease_ids) {
            deliveries.extend(self.deliver(queue, *lease, job, taken.at).await);
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
                call.arg(id_of(delivery)).arg(delivery.lease.to_string());
            }
            let places: Vec<usize> = self.redis.run(&call).await.map_err(failed)?;
            for lost in places.into_iter().filter_map(|place| these.get(place)) {
                refused.push(lost.lease);
            }
        }
        Ok(refused)
    }

    async fn finish(&self, delivery: &Delivery, end: &End) -> Result<(), QueueError> {
        let (how, value) = match end {
            End::Completed => ("completed", "null"),
            End::Failed(reason) => ("failed", reason.as_str()),
            End::Gone => ("gone", ""),
        };
        let ended = Ended {
            id: id_of(delivery).into(),
            lease: delivery.lease,
            how,
            value: value.to_owned(),
        };
        let told = self.state(delivery.queue).end(ended).await;
        told.map_err(failed)
    }

    async fn release(
        &self,
        delivery: &Delivery,
        run_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let mut call = self.call(&scripts::RELEASE, delivery.queue);
        call.arg(&*self.token)
            .arg(id_of(delivery))
            .arg(delivery.lease.to_string())
            .arg(entry::delay_ms(run_at, now))
            .arg(u8::from(delivery.retried));
        let () = self.redis.run(&call).await.map_err(failed)?;
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
        let (missing, at): (String, i64) = self.redis.run(&call).await.map_err(failed)?;
        let at = clock::at(at);
        Ok(match missing.as_str() {
            "everything" => Missing::Everything(at),
            "recent" => Missing::Recent(at),
            _ => Missing::Nothing,
        })
    }

    async fn ended_elsewhere(
        &self,
        queue: QueueName,
        jobs: &[Uuid],
    ) -> Result<Vec<Elsewhere>, QueueError> {
        let mut call = self.call(&scripts::ENDED, queue);
        for id in jobs {
            call.arg(id.to_string());
        }
        let told: Vec<(usize, String, Vec<u8>)> = self.redis.run(&call).await.map_err(failed)?;
        let ended = told.into_iter().filter_map(|(place, how, value)| {
            let job_id = *jobs.get(place)?;
            let outcome = match how.as_str() {
                "completed" => Ok(serde_json::from_slice(&value).unwrap_or_default()),
                _ => Err(String::from_utf8_lossy(&value).into_owned()),
            };
            Some(Elsewhere { job_id, outcome })
        });
        Ok(ended.collect())
    }

    async fn complete(&self, queue: QueueName) -> Result<(), QueueError> {
        let mut call = self.call(&scripts::COMPLETE, queue);
        call.arg(millis(COMPLETE_FOR));
        self.redis.run(&call).await.map_err(failed)
    }
}

/// Redis' id of a job that is held.
fn id_of(delivery: &Delivery) -> String {
    match &delivery.asked {
        Some(asked) => asked.id.clone(),
        None => delivery.job_id.to_string(),
    }
}

fn failed(error: RedisError) -> QueueError {
    QueueError(error.into())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
