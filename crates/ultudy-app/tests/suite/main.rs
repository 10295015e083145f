//! Use cases on a real database, with a clock that the tests set.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

mod accounts;
mod adoption;
mod blobs;
mod bull_workers;
mod clocks;
mod counters;
mod fleet;
mod gauges;
mod housekeeping;
mod issuer;
mod put_off;
mod redelivery;
mod searching;
mod sharing;
mod single_flight;
mod slow;
mod support;
mod uploads;
mod waiting;
mod watching;
