//! The one place that reads the wall clock and draws random numbers; everything else is
//! given a [`Clock`], so that tests decide the time.

use ultudy_domain::{Timestamp, truncate_to_micros};
use uuid::Uuid;

/// Time and chance.
pub trait Clock: Send + Sync {
    /// Now, with microseconds.
    fn now(&self) -> Timestamp;

    /// A new id, larger than those made before it.
    fn new_id(&self) -> Uuid;

    /// A number in `0.0..1.0`, to spread retries.
    fn jitter(&self) -> f64;

    /// 256 bits that nobody can guess.
    fn secret(&self) -> [u8; 32];
}

/// The machine's clock and random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[allow(clippy::disallowed_methods, reason = "this is their one place")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        truncate_to_micros(chrono::Utc::now())
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn jitter(&self) -> f64 {
        rand::random()
    }

    /// By a generator for cryptography that the system seeds (`ThreadRng`).
    fn secret(&self) -> [u8; 32] {
        rand::random()
    }
}
