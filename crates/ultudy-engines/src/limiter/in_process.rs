//! Limits within one process.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use moka::{policy::EvictionPolicy, sync::Cache};
use uuid::Uuid;

use super::{Counter, Decision, Limit, Limiter, Reservation};

/// Most counters that are remembered; about 200 bytes each, and 40 a reservation.
const REMEMBERED_MAX: u64 = 1_000_000;
/// A counter so long unused is forgotten: longest window that may be asked for.
const WINDOW_MAX: Duration = Duration::from_secs(16 * 60);

type Places = Arc<Mutex<VecDeque<Place>>>;

/// What counts.
#[derive(Debug)]
struct Place {
    /// Its name; none if it cannot be released.
    id: Option<Uuid>,
    holders: Vec<Uuid>,
    at: Instant,
}

/// The reservations of the last window, by the machine's steady clock.
pub struct InProcessLimiter {
    counters: Cache<Counter, Places>,
    now: Box<dyn Fn() -> Instant + Send + Sync>,
}

impl Default for InProcessLimiter {
    fn default() -> Self {
        Self::by(Instant::now)
    }
}

impl InProcessLimiter {
    /// By this clock, which must not go back.
    pub fn by(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        let counters = Cache::builder()
            .max_capacity(REMEMBERED_MAX)
            // A new counter always finds room: one that is never remembered would be no limit.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(WINDOW_MAX);
        Self {
            counters: counters.build(),
            now: Box::new(now),
        }
    }

    /// [`Limiter::reserve`], which here waits for nothing; without an id it is a reservation that is
    /// never released.
    pub fn reserve_now(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Option<Reservation>,
    ) -> Decision {
        let places = self.counters.get_with_by_ref(counter, Places::default);
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.now)();
        while places
            .front()
            .is_some_and(|place| place.at + limit.window <= now)
        {
            places.pop_front();
        }
        let ends_in = |place: &Place| place.at + limit.window - now;
        let known = what.and_then(|what| {
            let place = places
                .iter_mut()
                .find(|place| place.id == Some(what.place))?;
            Some((place, what.holder))
        });
        if let Some((place, holder)) = known {
            if !place.holders.contains(&holder) {
                place.holders.push(holder);
            }
        } else {
            // A limit that was lowered may be exceeded by more than one.
            if let Some(excess) = places.len().checked_sub(limit.most as usize) {
                let wait = places.get(excess).map_or(limit.window, ends_in);
                return Decision::Refused { wait };
            }
            places.push_back(Place {
                id: what.map(|what| what.place),
                holders: what.map(|what| what.holder).into_iter().collect(),
                at: now,
            });
        }
        Decision::Allowed {
            remaining: limit.most.saturating_sub(count(places.len())),
            reset: places.front().map_or(limit.window, ends_in),
        }
    }

    /// [`Limiter::release`], which here waits for nothing.
    pub fn release_now(&self, counter: &Counter, what: Reservation) {
        let Some(places) = self.counters.get(counter) else {
            return;
        };
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        let found = places
            .iter_mut()
            .enumerate()
            .find(|(_, place)| place.id == Some(what.place));
        let Some((index, place)) = found else {
            return;
        };
        let held = place.holders.len();
        place.holders.retain(|holder| *holder != what.holder);
        if held > 0 && place.holders.is_empty() {
            places.remove(index);
        }
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[async_trait]
impl Limiter for InProcessLimiter {
    async fn reserve(&self, counter: &Counter, limit: Limit, what: Reservation) -> Decision {
        self.reserve_now(counter, limit, Some(what))
    }

    async fn release(&self, counter: &Counter, what: Reservation) {
        self.release_now(counter, what);
    }

    async fn forget(&self, counter: &Counter) {
        self.counters.invalidate(counter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiter::conformance::{self, Time};

    /// Goes on only when it is told to.
    #[derive(Clone)]
    struct Stopped {
        began: Instant,
        passed: Arc<Mutex<Duration>>,
    }

    impl Time for Stopped {
        const MOMENT: Duration = Duration::from_millis(1);

        async fn now(&self) -> Duration {
            *self.passed.lock().unwrap()
        }

        async fn pass(&self, span: Duration) {
            *self.passed.lock().unwrap() += span;
        }
    }

    #[tokio::test]
    async fn keeps_the_promises_of_a_limiter() {
        let clock = Stopped {
            began: Instant::now(),
            passed: Arc::default(),
        };
        let fresh = async || {
            let clock = clock.clone();
            InProcessLimiter::by(move || clock.began + *clock.passed.lock().unwrap())
        };
        conformance::all(fresh, &clock).await;
    }
}
