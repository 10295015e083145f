//! Types and rules of Ultudy: no I/O, no clock, no randomness.
//!
//! One noun a file; the same noun names the file at every layer above.
//! Times are UTC with microseconds; ids are UUIDv7 made by the caller.

pub mod account;
pub mod check_in;
pub mod cited_text;
pub mod concept;
pub mod course;
pub mod document;
pub mod extraction;
pub mod field;
pub mod figure;
pub mod formula;
pub mod glossary;
pub mod grading;
pub mod hidden;
pub mod job;
pub mod language;
pub mod lesson;
pub mod lesson_text;
pub mod mastery;
pub mod overview_text;
pub mod page_text;
pub mod practice;
pub mod progress;
pub mod search;
pub mod section;
pub mod study_session;
pub mod usage;

/// A moment in UTC. Stored with microseconds; see [`truncate_to_micros`].
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Who owns a row: the identity provider's `sub`, or `local` on one machine.
pub type OwnerId = String;

/// The moment, without what neither database keeps (below a microsecond).
#[must_use]
pub fn truncate_to_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}
