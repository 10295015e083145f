//! How often a run's progress is written: each write is a transaction and an event for whoever watches.

use std::time::Duration;

/// Shortest time between two writes, at first and after a while: what goes on for a minute is not looked
/// at twice a second, and front ends ask every two.
const AT_FIRST: Duration = Duration::from_millis(500);
const LATER: Duration = Duration::from_secs(2);
/// How much longer each pause is than the one before.
const GROWTH: f32 = 1.1;

/// What was written last, and when the next may be.
#[derive(Debug)]
pub(super) struct Pace<T> {
    written: Option<T>,
    pause: Duration,
}

impl<T: PartialEq> Pace<T> {
    pub(super) fn new() -> Self {
        Self {
            written: None,
            pause: AT_FIRST,
        }
    }

    /// Whether it is not what stands there already.
    pub(super) fn is_news(&self, progress: &T) -> bool {
        self.written.as_ref() != Some(progress)
    }

    /// It stands there now.
    pub(super) fn written(&mut self, progress: T) {
        self.written = Some(progress);
    }

    /// How long to wait after a write.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = pause.mul_f32(GROWTH).min(LATER);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_is_not_written_again() {
        let mut pace = Pace::new();
        assert!(pace.is_news(&(5, "writing")));
        pace.written((5, "writing"));
        assert!(!pace.is_news(&(5, "writing")));
        assert!(pace.is_news(&(6, "writing")));
        assert!(pace.is_news(&(5, "storing")));
    }

    #[test]
    fn a_minute_is_written_of_less_often_than_a_second() {
        let mut pace = Pace::<i16>::new();
        let mut past = Duration::ZERO;
        let mut writes = 0;
        while past < Duration::from_secs(60) {
            past += pace.pause();
            writes += 1;
        }
        assert!((30..40).contains(&writes), "{writes}");
        assert_eq!(pace.pause(), LATER);
    }
}
