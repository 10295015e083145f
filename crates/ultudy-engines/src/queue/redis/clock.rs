//! The server's clock, by which the queue goes, and how far this machine's is from it.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta};
use ultudy_domain::Timestamp;

/// From here on a machine's clock is said to be wrong.
const TOO_FAR: TimeDelta = TimeDelta::seconds(5);

/// A time of the server's, in milliseconds since 1970.
pub(super) fn at(millis: i64) -> Timestamp {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}

/// Whether this machine's clock is known to be wrong.
#[derive(Debug, Default)]
pub(super) struct Skew(AtomicBool);

impl Skew {
    /// Says so, once each time it becomes so.
    pub(super) fn note(&self, here: Timestamp, server: Timestamp) {
        let off = here - server;
        let is_wrong = off.abs() > TOO_FAR;
        if self.0.swap(is_wrong, Ordering::Relaxed) || !is_wrong {
            return;
        }
        let (seconds, way) = match off > TimeDelta::zero() {
            true => (off.num_seconds(), "ahead of"),
            false => (-off.num_seconds(), "behind"),
        };
        tracing::warn!(
            "this machine's clock is {seconds} s {way} Redis' clock: jobs come in time, but times \
             stored here are wrong; set it by NTP"
        );
    }
}
