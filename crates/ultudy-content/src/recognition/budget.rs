//! What one document may take of recognition.

use std::time::{Duration, Instant};

use super::RecognitionLimits;

/// Pages and time left.
pub(super) struct Budget {
    pages: u32,
    begun: Instant,
    wall: Duration,
}

impl Budget {
    pub(super) fn new(limits: &RecognitionLimits) -> Self {
        Self {
            pages: limits.pages_max,
            begun: Instant::now(),
            wall: limits.wall,
        }
    }

    /// Takes a page, if there is one left and time for it.
    pub(super) fn take_page(&mut self) -> bool {
        if self.begun.elapsed() >= self.wall {
            return false;
        }
        let left = self.pages.checked_sub(1);
        self.pages = left.unwrap_or(0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_pages_or_time_are_used_up_no_page_is_left() {
        let limits = RecognitionLimits {
            pages_max: 1,
            ..RecognitionLimits::default()
        };
        let mut budget = Budget::new(&limits);
        assert!(budget.take_page());
        assert!(!budget.take_page());
        let limits = RecognitionLimits {
            wall: Duration::ZERO,
            ..limits
        };
        assert!(!Budget::new(&limits).take_page());
    }
}
