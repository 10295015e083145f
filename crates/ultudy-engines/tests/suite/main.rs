//! The engines over Redis, on real servers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cache;
mod events;
mod limiter;
mod pins;
mod queue;
mod redis_connection;
