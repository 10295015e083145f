//! Taking jobs, and what is delivered of those that were taken.

use std::time::Duration;

use redis::RedisError;
use ultudy_domain::{Timestamp, job::QueueName};
use uuid::Uuid;

use super::{Delivery, LEASE, RedisQueue, calls::Ended, clock, entry::Known, millis, scripts};
use crate::queue::{Asked, Due};

/// What a claim took.
pub(super) struct Taken {
    /// When, by the server's clock.
    pub(super) at: Timestamp,
    pub(super) jobs: Vec<Job>,
}

/// Its id, whether its end was known before, whether a lease of it lapsed, and its data.
pub(super) type Job = (Vec<u8>, bool, bool, Vec<u8>);

/// Most jobs taken in one call: who wants more asks again.
const TAKEN_AT_ONCE: usize = 200;

impl RedisQueue {
    /// Takes as many jobs as there are leases, at most [`TAKEN_AT_ONCE`].
    pub(super) async fn take(
        &self,
        queue: QueueName,
        lease_ids: &[Uuid],
    ) -> Result<Taken, RedisError> {
        let lease_ids = lease_ids.get(..TAKEN_AT_ONCE).unwrap_or(lease_ids);
        let state = self.state(queue);
        let mut call = self.call(&scripts::CLAIM, queue);
        call.arg(&*self.token)
            .arg(millis(LEASE))
            .arg(u8::from(state.sweeps_now()));
        for lease in lease_ids {
            call.arg(lease.to_string());
        }
        let (at_ms, next_due_ms, jobs): (i64, i64, Vec<Job>) = self.redis.run(&call).await?;
        let due_in = u64::try_from(next_due_ms).ok().map(Duration::from_millis);
        state.waker.set_next_due(due_in);
        if !jobs.is_empty() && jobs.len() == lease_ids.len() {
            // There may be more: one wake can have been for several jobs.
            state.waker.wake();
        }
        Ok(Taken {
            at: clock::at(at_ms),
            jobs,
        })
    }

    /// What became of a job that was taken: it is delivered, or failed for what is wrong with it.
    pub(super) async fn deliver(
        &self,
        queue: QueueName,
        lease: Uuid,
        (id, ended_before, lapsed, data): Job,
        at: Timestamp,
    ) -> Option<Delivery> {
        let (id, known) = match read(&id, &data) {
            Ok(read) => read,
            Err(reason) => {
                tracing::warn!(
                    queue = queue.as_str(),
                    id = %String::from_utf8_lossy(&id),
                    reason,
                    "job of somebody else failed"
                );
                let ended = Ended {
                    id,
                    lease,
                    how: "failed",
                    value: reason,
                };
                if let Err(error) = self.state(queue).end(ended).await {
                    // The others are to run. It comes again when its lease has lapsed.
                    tracing::warn!(queue = queue.as_str(), %error, "job of somebody else cannot be ended");
                }
                return None;
            }
        };
        let is_ours = known.rest.is_empty() && id == known.job_id.to_string();
        let asked = (!is_ours).then(|| Asked {
            id: id.to_owned(),
            data: known.rest.into(),
        });
        Some(Delivery {
            job_id: known.job_id,
            owner_id: known.owner_id,
            queue,
            lease,
            due: if lapsed { Due::ByRow(at) } else { Due::Now },
            retried: ended_before,
            asked,
        })
    }
}

/// A job's id and data, or why it cannot be one of ours: somebody else may have put anything there.
fn read<'a>(id: &'a [u8], data: &[u8]) -> Result<(&'a str, Known), String> {
    let id = std::str::from_utf8(id).map_err(|_| "the job's id is not UTF-8")?;
    Ok((id, Known::read(data)?))
}
