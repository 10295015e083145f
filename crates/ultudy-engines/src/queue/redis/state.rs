//! What a process knows of one of the queues.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ultudy_domain::job::QueueName;

use super::{
    calls::{ADDED_AT_ONCE, Added, Calls, ENDED_AT_ONCE, Ended},
    group::{Group, Next},
    wakers::Waker,
};
use crate::redis::Redis;

/// How often running jobs are looked at even while there is always more to do.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// One of the queues.
#[derive(Debug)]
pub(super) struct State {
    pub(super) calls: Calls,
    /// What this process adds one by one.
    pub(super) adds: Group<Added>,
    /// What it ends.
    pub(super) ends: Group<Ended>,
    pub(super) waker: Arc<Waker>,
    /// When running jobs were last looked at in any case.
    swept: Mutex<Option<Instant>>,
}

impl State {
    pub(super) fn new(redis: &Redis, queue: QueueName, token: &Arc<str>) -> Self {
        let calls = Calls::new(redis.clone(), queue, Arc::clone(token));
        let (adding, ending) = (calls.clone(), calls.clone());
        Self {
            adds: Group::new(ADDED_AT_ONCE, move |jobs: Vec<Added>, next| {
                let calls = adding.clone();
                async move {
                    match next {
                        Next::Others => return calls.add_first(jobs).await,
                        Next::Unknown if jobs.is_empty() => calls.place().await?,
                        Next::Unknown => calls.add(jobs).await?,
                    }
                    Ok(false)
                }
            }),
            ends: Group::new(ENDED_AT_ONCE, move |jobs, _| {
                let calls = ending.clone();
                async move { calls.end(jobs).await.map(|()| false) }
            }),
            calls,
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
