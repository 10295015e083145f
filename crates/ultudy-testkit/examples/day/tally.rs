//! What became of the requests of one load.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{sync::watch, time::Instant};

use crate::lock;

/// Longest that visits may take after the last one began.
const PATIENCE: Duration = Duration::from_secs(300);

/// Times that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Asking for a lesson that is not there.
    Ask,
    /// Asking how its job stands.
    Poll,
    /// Opening the lesson as the front end does, by asking for it again.
    Open,
    /// Reading it.
    Read,
    /// Answering a question.
    CheckIn,
    /// The progress of all.
    Overview,
    /// From when a lesson was due to be asked for until its student was told that it is there: a text that
    /// a classmate had made into one, or one that nobody had.
    ReadyKnown,
    ReadyNew,
    /// The same until its row was completed.
    StoredKnown,
    StoredNew,
    /// From when a job's row was completed until its student's stream told so.
    Live,
    /// How late the load itself was.
    Late,
}

impl What {
    const ALL: [(Self, &'static str); 12] = [
        (Self::Ask, "ask"),
        (Self::Poll, "poll"),
        (Self::Open, "open"),
        (Self::Read, "read"),
        (Self::CheckIn, "check_in"),
        (Self::Overview, "overview"),
        (Self::ReadyKnown, "ready_known"),
        (Self::ReadyNew, "ready_new"),
        (Self::StoredKnown, "stored_known"),
        (Self::StoredNew, "stored_new"),
        (Self::Live, "live"),
        (Self::Late, "late"),
    ];
}

/// Of one load.
pub struct Tally {
    /// Milliseconds.
    times: Mutex<BTreeMap<What, Vec<f64>>>,
    answered: AtomicUsize,
    refused: AtomicUsize,
    failed: Mutex<BTreeMap<String, usize>>,
    visits: AtomicUsize,
    whole: AtomicUsize,
    under_way: watch::Sender<usize>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            times: Mutex::default(),
            answered: AtomicUsize::default(),
            refused: AtomicUsize::default(),
            failed: Mutex::default(),
            visits: AtomicUsize::default(),
            whole: AtomicUsize::default(),
            under_way: watch::Sender::new(0),
        }
    }
}

impl Tally {
    pub fn took(&self, what: What, time: Duration) {
        let mut times = lock(&self.times);
        times
            .entry(what)
            .or_default()
            .push(time.as_secs_f64() * 1_000.0);
    }

    /// A request was answered well.
    pub fn answered(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was refused by a limit.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub fn failed(&self, why: String) {
        *lock(&self.failed).entry(why).or_default() += 1;
    }

    pub fn begin(&self) {
        self.visits.fetch_add(1, Ordering::Relaxed);
        self.under_way.send_modify(|count| *count += 1);
    }

    /// A visit is over, with all that it wanted or not.
    pub fn end(&self, is_whole: bool) {
        self.whole
            .fetch_add(usize::from(is_whole), Ordering::Relaxed);
        self.under_way.send_modify(|count| *count -= 1);
    }

    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }

    /// Waits until no visit is under way.
    pub async fn until_idle(&self) {
        let mut under_way = self.under_way.subscribe();
        let until = Instant::now() + PATIENCE;
        let idle = tokio::time::timeout_at(until, under_way.wait_for(|count| *count == 0));
        if !matches!(idle.await, Ok(Ok(_))) {
            let left = *self.under_way.borrow();
            self.failed(format!("{left} visits have not ended"));
        }
    }

    pub fn found(&self) -> Value {
        let mut times = lock(&self.times);
        let mut found = serde_json::Map::new();
        for (what, name) in What::ALL {
            let all = times.entry(what).or_default();
            all.sort_by(f64::total_cmp);
            // The smallest that so many of a hundred do not exceed.
            let at = |hundredths: usize| {
                let place = (all.len() * hundredths).div_ceil(100).max(1) - 1;
                all.get(place).copied()
            };
            let of = json!({
                "count": all.len(), "p50": at(50), "p95": at(95), "p99": at(99), "max": at(100),
            });
            found.insert(name.to_owned(), of);
        }
        json!({
            "visits": self.visits(),
            "whole": self.whole.load(Ordering::Relaxed),
            "answered": self.answered.load(Ordering::Relaxed),
            "refused": self.refused.load(Ordering::Relaxed),
            "failed": *lock(&self.failed),
            "times": found,
        })
    }
}
