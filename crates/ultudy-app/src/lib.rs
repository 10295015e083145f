//! Use cases, job handlers and the worker. Each use case is told who asks (`owner_id`)
//! and decides what commits together; it knows no HTTP and no SQL text.

pub mod accounts;
pub mod app;
pub mod ask;
pub mod batches;
pub mod blobs;
pub mod check_ins;
pub mod clock;
pub mod courses;
pub mod documents;
pub mod error;
mod handover;
pub mod health;
pub mod housekeeping;
pub mod import;
pub mod issuer;
pub mod jobs;
pub mod lessons;
pub mod limits;
pub mod metrics;
mod passages;
pub mod practice;
pub mod preferences;
pub mod progress;
pub mod reader;
pub mod sample;
pub mod search;
pub mod skew;
pub mod spending;
pub mod study;
pub mod study_sessions;
pub mod transfer;
pub mod tutor;
pub mod worker;

#[cfg(test)]
#[path = "../tests/suite/gauges.rs"]
mod gauges;

pub use app::{App, Parts};
pub use error::{Error, Result};
pub use ultudy_store::{Page, reads_may_lag, waiting_at_most};
