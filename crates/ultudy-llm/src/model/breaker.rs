//! A circuit breaker: a provider that fails again and again is left alone for a while, then asked by
//! one call whether it is well.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Failures in a row after which it opens.
const FAILURES: u32 = 5;
/// How long it stays open at first, and at most: twice as long each time the probe fails.
const PAUSE: Duration = Duration::from_secs(15);
const PAUSE_MAX: Duration = Duration::from_secs(240);

/// Whether calls are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// All of them.
    Closed,
    /// None.
    Open,
    /// One, by which it is decided.
    HalfOpen,
}

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    failures: u32,
    /// Since when, and for how long, nothing is let through.
    open: Option<(Instant, Duration)>,
    /// A call decides.
    is_probing: bool,
}

impl Inner {
    /// How long nothing is let through from now on.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let (since, pause) = self.open?;
        let passed = now.saturating_duration_since(since);
        // Who comes while the probe is under way comes again when it may be over.
        (self.is_probing || passed < pause).then(|| pause.saturating_sub(passed).max(PAUSE))
    }
}

/// A call that was let through. One that is dropped, since whoever made it gave up, says nothing.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    is_probe: bool,
}

impl Breaker {
    /// Lets a call through, or says after what time one may be.
    pub(super) fn admit(&self, now: Instant) -> Result<Pass<'_>, Duration> {
        let mut inner = self.inner();
        if let Some(wait) = inner.wait(now) {
            return Err(wait);
        }
        let is_probe = inner.open.is_some();
        inner.is_probing = is_probe;
        Ok(Pass {
            breaker: self,
            is_probe,
        })
    }

    /// Says after what time a call may be let through, if none is now; lets none through.
    pub(super) fn look(&self, now: Instant) -> Result<(), Duration> {
        match self.inner().wait(now) {
            Some(wait) => Err(wait),
            None => Ok(()),
        }
    }

    pub(super) fn state(&self) -> State {
        let inner = self.inner();
        match (inner.open, inner.is_probing) {
            (None, _) => State::Closed,
            (Some(_), true) => State::HalfOpen,
            (Some(_), false) => State::Open,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Whether it is the one call by which it is decided.
    pub(super) fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// The provider is well, though perhaps what it wrote is not.
    pub(super) fn succeeded(self) {
        let mut inner = self.breaker.inner();
        // A call from before it opened does not close it.
        if inner.open.is_none() || self.is_probe {
            *inner = Inner::default();
        }
    }

    /// The provider is not well.
    pub(super) fn failed(self, now: Instant) {
        let mut inner = self.breaker.inner();
        match inner.open {
            Some((_, pause)) if self.is_probe => {
                inner.open = Some((now, (pause * 2).min(PAUSE_MAX)));
            }
            Some(_) => {}
            None => {
                inner.failures += 1;
                if inner.failures >= FAILURES {
                    inner.open = Some((now, PAUSE));
                }
            }
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            self.breaker.inner().is_probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After so many failures.
    fn ill(times: u32, now: Instant) -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..times {
            breaker.admit(now).unwrap().failed(now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let now = Instant::now();
        let breaker = ill(FAILURES - 1, now);
        breaker.admit(now).unwrap().succeeded();
        breaker.admit(now).unwrap().failed(now);
        assert_eq!(breaker.state(), State::Closed);
        let breaker = ill(FAILURES, now);
        assert_eq!(breaker.state(), State::Open);
        assert_eq!(breaker.admit(now).unwrap_err(), PAUSE);
    }

    #[test]
    fn one_call_decides_and_the_others_wait() {
        let now = Instant::now();
        let breaker = ill(FAILURES, now);
        let then = now + PAUSE;
        let probe = breaker.admit(then).unwrap();
        assert!(probe.is_probe());
        assert_eq!(breaker.state(), State::HalfOpen);
        assert!(breaker.admit(then).is_err(), "one at a time");
        probe.succeeded();
        assert_eq!(breaker.state(), State::Closed);
        assert!(!breaker.admit(then).unwrap().is_probe());
    }

    #[test]
    fn a_probe_that_fails_makes_the_pause_longer_up_to_a_limit() {
        let now = Instant::now();
        let breaker = ill(FAILURES, now);
        let (mut then, mut pause) = (now, PAUSE);
        for _ in 0..8 {
            then += pause;
            breaker.admit(then).unwrap().failed(then);
            pause = (pause * 2).min(PAUSE_MAX);
            let early = then + pause.checked_sub(Duration::from_millis(1)).unwrap();
            assert!(breaker.admit(early).is_err(), "{pause:?}");
        }
        assert_eq!(pause, PAUSE_MAX);
    }

    #[test]
    fn a_probe_that_is_given_up_leaves_its_place_to_the_next() {
        let now = Instant::now();
        let breaker = ill(FAILURES, now);
        let then = now + PAUSE;
        drop(breaker.admit(then).unwrap());
        assert_eq!(breaker.state(), State::Open);
        assert!(breaker.admit(then).unwrap().is_probe());
    }

    #[test]
    fn calls_from_before_it_opened_change_nothing() {
        let now = Instant::now();
        let breaker = ill(FAILURES - 1, now);
        let (late, last) = (breaker.admit(now).unwrap(), breaker.admit(now).unwrap());
        last.failed(now);
        late.succeeded();
        assert_eq!(breaker.state(), State::Open);
    }
}
