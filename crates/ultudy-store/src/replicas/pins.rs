//! Who changed something of late and so reads where it was changed.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use moka::sync::Cache;

/// Remembers owners for a while. Whoever cannot tell says yes: the primary is always right.
#[async_trait]
pub(super) trait Pins: Debug + Send + Sync {
    /// The owner changes something now.
    async fn pin(&self, owner_id: &str);

    /// Whether they did within the time.
    async fn is_pinned(&self, owner_id: &str) -> bool;
}

/// For one process that does everything: what others change it does not know.
#[derive(Debug)]
pub(super) struct InProcessPins(Cache<String, ()>);

impl InProcessPins {
    /// Each holds so long.
    pub(super) fn new(pin: Duration) -> Self {
        Self(Cache::builder().time_to_live(pin).build())
    }
}

#[async_trait]
impl Pins for InProcessPins {
    async fn pin(&self, owner_id: &str) {
        self.0.insert(owner_id.to_owned(), ());
    }

    async fn is_pinned(&self, owner_id: &str) -> bool {
        self.0.contains_key(owner_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pin_is_one_owner_s() {
        let pins = InProcessPins::new(Duration::from_secs(600));
        assert!(!pins.is_pinned("ada").await);
        pins.pin("ada").await;
        assert!(pins.is_pinned("ada").await && !pins.is_pinned("bob").await);
    }

    #[tokio::test]
    async fn a_pin_ends() {
        let pins = InProcessPins::new(Duration::from_nanos(1));
        pins.pin("ada").await;
        while pins.is_pinned("ada").await {
            tokio::task::yield_now().await;
        }
    }
}
