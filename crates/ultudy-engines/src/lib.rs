//! Queue, cache, limiter, pins and events: the traits with their promises, and the engines that keep
//! them, in the process or over [`redis`].
//! Each trait has a conformance suite that every engine passes.

pub mod cache;
pub mod events;
pub mod group;
pub mod limiter;
pub mod pins;
pub mod queue;
pub mod redis;
