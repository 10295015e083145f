//! How long a provider is left alone that has too much to do and does not say for how long: longer each
//! time, for all who ask it in this process.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

/// Longest time, up to as much more by chance.
const LONGEST: Duration = Duration::from_secs(60);
/// Shortest time after which it is well again.
const WELL_AFTER: Duration = Duration::from_secs(10);

/// Times that are longer each time that a provider refuses before it is well again.
pub(super) struct Backoff {
    /// The shortest.
    least: Duration,
    last: Mutex<Option<Last>>,
}

/// What was last waited for.
struct Last {
    spans: ExponentialBackoff,
    span: Duration,
    since: Instant,
}

impl Backoff {
    /// At first for so long, up to as much more by chance.
    pub(super) fn new(least: Duration) -> Self {
        Self {
            least,
            last: Mutex::default(),
        }
    }

    /// A call that was begun then was too much, the provider says now: how long it is to be left alone from
    /// now on. None if the call was begun before others were told so: all that was under way then says the
    /// same.
    pub(super) fn refused(&self, begun: Instant, now: Instant) -> Option<Duration> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spans = match last.take() {
            Some(known) if begun < known.since => {
                *last = Some(known);
                return None;
            }
            // First those come back who waited.
            Some(known) if begun < known.since + (4 * known.span).max(WELL_AFTER) => known.spans,
            _ => ExponentialBuilder::default()
                .with_min_delay(self.least)
                .with_max_delay(LONGEST)
                .without_max_times()
                .with_jitter()
                .build(),
        };
        let span = spans.next()?;
        *last = Some(Last {
            spans,
            span,
            since: now,
        });
        Some(span)
    }
}

/// So long, or up to as much longer by chance: who waits for the same does not go on in the same instant.
pub(super) fn spread(span: Duration) -> Duration {
    let spans = ExponentialBuilder::default().with_min_delay(span);
    let spread = spans.with_jitter().build().next();
    spread.unwrap_or(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: Duration = Duration::from_secs(1);

    #[test]
    fn it_is_left_alone_for_longer_each_time_that_it_refuses_soon_after() {
        let backoff = Backoff::new(LEAST);
        let mut now = Instant::now();
        let mut least = LEAST;
        for time in 0..12 {
            let span = backoff.refused(now, now);
            let span = span.unwrap_or_else(|| panic!("time {time} says something new"));
            assert!(least <= span && span <= least * 2, "{time}: {span:?}");
            now += span;
            least = (least * 2).min(LONGEST);
        }
        // Once it was well for some time, it begins anew.
        now += 8 * LONGEST;
        let span = backoff.refused(now, now);
        assert!(span.is_some_and(|span| span <= LEAST * 2), "{span:?}");
    }

    #[test]
    fn calls_that_were_under_way_together_count_once() {
        let backoff = Backoff::new(LEAST);
        let begun = Instant::now();
        let now = begun + LEAST;
        assert!(backoff.refused(begun, now).is_some());
        for _ in 0..600 {
            assert_eq!(backoff.refused(begun, now + LEAST), None);
        }
        let next = backoff.refused(now, now + LEAST);
        assert!(next.is_some_and(|span| span <= LEAST * 4), "{next:?}");
    }

    #[test]
    fn who_waits_for_the_same_goes_on_a_little_later_each_for_itself() {
        let all = (0..64).map(|_| spread(LEAST));
        let all: std::collections::BTreeSet<Duration> = all.collect();
        assert!(all.iter().all(|span| (LEAST..=LEAST * 2).contains(span)));
        assert!(all.len() > 32, "{all:?}");
    }
}
