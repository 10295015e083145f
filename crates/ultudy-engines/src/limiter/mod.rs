//! Limits: how often somebody may do something within a sliding window.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

pub mod conformance;
mod in_process;
mod redis;

pub use self::redis::RedisLimiter;
pub use in_process::InProcessLimiter;

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// What is done: a stable name, such as `lesson_jobs`.
    pub kind: &'static str,
    /// By whom: a user or an address.
    pub whose: String,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Most that is allowed within any window; at least 1.
    pub most: u32,
    /// The window's length.
    pub window: Duration,
}

/// What is reserved, and for whom. Several may hold the same place, such as requests for the same
/// work: it counts once, until the last of them has released it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reservation {
    /// What counts.
    pub place: Uuid,
    /// Who holds it.
    pub holder: Uuid,
}

/// What is known better of a reservation than when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Correction {
    /// It is to count as one that was taken so long ago.
    pub age: Option<Duration>,
    /// What it weighs; at least 1.
    pub weight: Option<u32>,
}

/// What a limiter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be done, and counts from now on.
    Allowed {
        /// How many more are allowed now.
        remaining: u32,
        /// When the earliest that counts ceases to.
        reset: Duration,
    },
    /// It may not be done, and does not count.
    Refused {
        /// When it would be allowed if nothing else were counted before: not a moment longer than
        /// needed.
        wait: Duration,
    },
}

/// Counts within sliding windows.
///
/// An engine promises:
/// - within any span of the window's length at most [`Limit::most`] reservations of a counter are
///   allowed and not released, or such that weigh as much together, however many are asked for at once and
///   by however many processes that share the engine;
/// - what was refused does not count; a place that is reserved again while it counts is allowed and
///   counts once, and once all its holders have released it it counts no more;
/// - whoever waits as told is allowed, if nobody else was before;
/// - a reservation that is corrected counts as it was corrected, from then on; what weighs more than the
///   limit is allowed alone, and then nothing else until it no longer counts;
/// - a counter that was closed says so, to all, for as long as was last to come;
/// - counters are independent of each other;
/// - it never fails and never lets everything pass: one that cannot reach what it shares with
///   others counts by itself, or allows nothing meanwhile.
///
/// One counter is always asked about with the same window.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Counts one more, or refuses.
    async fn reserve(&self, counter: &Counter, limit: Limit, what: Reservation) -> Decision {
        self.reserve_weighing(counter, limit, what, 1).await
    }

    /// Counts one more that weighs as much as so many (at least 1), or refuses.
    async fn reserve_weighing(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Reservation,
        weight: u32,
    ) -> Decision;

    /// Says better what a place is that counts. One that does not is left alone.
    async fn correct(&self, counter: &Counter, limit: Limit, place: Uuid, correction: Correction);

    /// Says that nothing is to be done for so long, or for as long as was said before if that is longer.
    /// What is reserved meanwhile is allowed all the same: whoever counts there asks [`Self::closed`] first.
    async fn close(&self, counter: &Counter, span: Duration);

    /// How long nothing is to be done, if that was said.
    async fn closed(&self, counter: &Counter) -> Option<Duration>;

    /// Takes a reservation back: nothing came of it. One that is not there is left alone.
    async fn release(&self, counter: &Counter, what: Reservation);

    /// Nothing of a counter counts any more, as if all were released. One that is closed stays so.
    async fn forget(&self, counter: &Counter);
}
