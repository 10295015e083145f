//! What a process knows of one of the queues.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ultudy_domain::job::QueueName;

use super::wakers::Waker;
use crate::redis::Redis;

/// How often running jobs are looked at even while there is always more to do.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// One of the queues.
#[derive(Debug)]
pub(super) struct State {
    /// What its keys begin with.
    pub(super) prefix: String,
    pub(super) waker: Arc<Waker>,
    /// When running jobs were last looked at in any case.
    swept: Mutex<Option<Instant>>,
}

impl State {
    pub(super) fn new(redis: &Redis, queue: QueueName) -> Self {
        Self {
            prefix: format!("bull:{}", redis.tagged(queue.as_str())),
            waker: Arc::default(),
            swept: Mutex::default(),
        }
    }

    /// Whether it is time to look at running jobs.
    pub(super) fn sweeps_now(&self) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let due = swept.is_none_or(|at| at.elapsed() >= SWEEP_EVERY);
        if due {
            *swept = Some(Instant::now());
        }
        due
    }
}
