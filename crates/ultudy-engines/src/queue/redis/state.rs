//! What a process knows of one of the queues.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use redis::RedisError;
use ultudy_domain::job::QueueName;

use super::{
    calls::{ADDED_AT_ONCE, Added, Calls, ENDED_AT_ONCE, Ended},
    wakers::Waker,
};
use crate::{
    group::{Group, Next},
    redis::Redis,
};

/// How often running jobs are looked at even while there is always more to do.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// What Redis said to a call.
type Told = Result<(), RedisError>;

/// One of the queues.
#[derive(Debug)]
pub(super) struct State {
    pub(super) calls: Calls,
    /// What this process adds one by one.
    adds: Group<Added, Told>,
    /// What it ends.
    ends: Group<Ended, Told>,
    pub(super) waker: Arc<Waker>,
    /// When running jobs were last looked at in any case.
    swept: Mutex<Option<Instant>>,
}

/// Adds these; beside what came of it whether some are still to be put in their places.
async fn add(calls: &Calls, jobs: Vec<Added>, next: Next) -> (Told, Option<bool>) {
    let left = match next {
        Next::Others => calls.add_first(jobs).await,
        Next::Unknown if jobs.is_empty() => {
            let placed = calls.place().await;
            if let Err(error) = &placed {
                tracing::warn!(%error, "jobs are put in their places with what is added next");
            }
            placed.map(|()| false)
        }
        Next::Unknown => calls.add(jobs).await.map(|()| false),
    };
    match left {
        Ok(left) => (Ok(()), Some(left)),
        Err(error) => (Err(error), None),
    }
}

impl State {
    pub(super) fn new(redis: &Redis, queue: QueueName, token: &Arc<str>) -> Self {
        let calls = Calls::new(redis.clone(), queue, Arc::clone(token));
        let (adding, ending) = (calls.clone(), calls.clone());
        Self {
            adds: Group::sharing_answers(ADDED_AT_ONCE, move |jobs, next| {
                let calls = adding.clone();
                async move { add(&calls, jobs, next).await }
            }),
            ends: Group::sharing_answers(ENDED_AT_ONCE, move |jobs, _| {
                let calls = ending.clone();
                async move { (calls.end(jobs).await, Some(false)) }
            }),
            calls,
            waker: Arc::default(),
            swept: Mutex::default(),
        }
    }

    /// Adds a job, together with others that are added meanwhile.
    pub(super) async fn add(&self, job: Added) -> Told {
        told(self.adds.send(job).await)
    }

    /// Ends a job, together with others that end meanwhile.
    pub(super) async fn end(&self, job: Ended) -> Told {
        told(self.ends.send(job).await)
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

fn told(answer: Option<Told>) -> Told {
    answer.unwrap_or_else(|| Err(io::Error::from(io::ErrorKind::BrokenPipe).into()))
}
