//! The server's clock, by which the queue goes.

use chrono::DateTime;
use ultudy_domain::Timestamp;

/// A time of the server's, in milliseconds since 1970.
pub(super) fn at(millis: i64) -> Timestamp {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}
