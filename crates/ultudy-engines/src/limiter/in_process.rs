//! Limits within one process.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use moka::{policy::EvictionPolicy, sync::Cache};
use uuid::Uuid;

use super::{Correction, Counter, Decision, Limit, Limiter, Reservation};

/// Most counters that are remembered; about 200 bytes each, and 40 a reservation.
const REMEMBERED_MAX: u64 = 1_000_000;
/// A counter so long unused is forgotten: longest window that may be asked for.
const WINDOW_MAX: Duration = Duration::from_secs(16 * 60);

/// What counts of a counter, the earliest first, and what that weighs together.
#[derive(Debug, Default)]
struct Places {
    taken: VecDeque<Place>,
    weight: u64,
}

impl Places {
    fn remove(&mut self, index: usize) -> Option<Place> {
        let place = self.taken.remove(index)?;
        self.weight -= u64::from(place.weight);
        Some(place)
    }

    fn insert(&mut self, place: Place) {
        self.weight += u64::from(place.weight);
        let index = self.taken.partition_point(|it| it.at <= place.at);
        self.taken.insert(index, place);
    }
}

/// What counts.
#[derive(Debug)]
struct Place {
    /// Its name; none if it cannot be released.
    id: Option<Uuid>,
    holders: Vec<Uuid>,
    at: Instant,
    weight: u32,
}

/// The reservations of the last window, by the machine's steady clock.
pub struct InProcessLimiter {
    counters: Cache<Counter, Arc<Mutex<Places>>>,
    /// Until when.
    closed: Cache<Counter, Instant>,
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
        let closed = Cache::builder().max_capacity(REMEMBERED_MAX);
        Self {
            counters: counters.build(),
            closed: closed.build(),
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
        self.reserve_weighing_now(counter, limit, what, 1)
    }

    fn reserve_weighing_now(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Option<Reservation>,
        weight: u32,
    ) -> Decision {
        let places = self.counters.get_with_by_ref(counter, Arc::default);
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.now)();
        while places
            .taken
            .front()
            .is_some_and(|place| place.at + limit.window <= now)
        {
            places.remove(0);
        }
        let ends_in = |place: &Place| place.at + limit.window - now;
        let most = u64::from(limit.most);
        let weight = weight.clamp(1, limit.most);
        let known = what.and_then(|what| {
            let place = places
                .taken
                .iter_mut()
                .find(|place| place.id == Some(what.place))?;
            Some((place, what.holder))
        });
        if let Some((place, holder)) = known {
            if !place.holders.contains(&holder) {
                place.holders.push(holder);
            }
        } else {
            // As many of the earliest as must end before there is room.
            let mut left = places.weight + u64::from(weight);
            let mut last = None;
            for place in &places.taken {
                if left <= most {
                    break;
                }
                left -= u64::from(place.weight);
                last = Some(place);
            }
            if let Some(last) = last {
                let wait = ends_in(last);
                return Decision::Refused { wait };
            }
            places.insert(Place {
                id: what.map(|what| what.place),
                holders: what.map(|what| what.holder).into_iter().collect(),
                at: now,
                weight,
            });
        }
        Decision::Allowed {
            remaining: u32::try_from(most.saturating_sub(places.weight)).unwrap_or(u32::MAX),
            reset: places.taken.front().map_or(limit.window, ends_in),
        }
    }

    /// [`Limiter::release`], which here waits for nothing.
    pub fn release_now(&self, counter: &Counter, what: Reservation) {
        let Some(places) = self.counters.get(counter) else {
            return;
        };
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        let found = places
            .taken
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

#[async_trait]
impl Limiter for InProcessLimiter {
    async fn reserve_weighing(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Reservation,
        weight: u32,
    ) -> Decision {
        self.reserve_weighing_now(counter, limit, Some(what), weight)
    }

    async fn correct(&self, counter: &Counter, _: Limit, place: Uuid, correction: Correction) {
        let Some(places) = self.counters.get(counter) else {
            return;
        };
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        let index = places.taken.iter().position(|it| it.id == Some(place));
        let Some(mut corrected) = index.and_then(|index| places.remove(index)) else {
            return;
        };
        if let Some(weight) = correction.weight {
            corrected.weight = weight.max(1);
        }
        if let Some(at) = correction.age.and_then(|age| (self.now)().checked_sub(age)) {
            corrected.at = at;
        }
        places.insert(corrected);
    }

    async fn close(&self, counter: &Counter, span: Duration) {
        let until = (self.now)() + span;
        let closed = self.closed.entry_by_ref(counter);
        closed.and_upsert_with(|known| known.map_or(until, |known| known.into_value().max(until)));
    }

    async fn closed(&self, counter: &Counter) -> Option<Duration> {
        let left = self
            .closed
            .get(counter)?
            .checked_duration_since((self.now)())?;
        (!left.is_zero()).then_some(left)
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
