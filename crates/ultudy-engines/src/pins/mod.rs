//! Who changed something of late, and so must not read where that may not be seen yet.

use std::fmt::Debug;

use async_trait::async_trait;

pub mod conformance;
mod in_process;
mod redis;

pub use self::redis::RedisPins;
pub use in_process::InProcessPins;

/// Remembers owners for a while.
///
/// An engine promises:
/// - an owner is pinned from when [`Pins::pin`] returns, and for the engine's time;
/// - owners are independent of each other;
/// - it never fails: where it cannot tell it says yes, for reading where all is seen is always
///   right.
#[async_trait]
pub trait Pins: Debug + Send + Sync {
    /// The owner changes something now.
    async fn pin(&self, owner_id: &str);

    /// Whether they did within the time.
    async fn is_pinned(&self, owner_id: &str) -> bool;
}
