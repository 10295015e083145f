//! Pins of one process.

use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;

use super::Pins;

/// For one process that does everything: what others change it does not know.
#[derive(Debug)]
pub struct InProcessPins(Cache<String, ()>);

impl InProcessPins {
    /// Each holds so long.
    #[must_use]
    pub fn new(pin: Duration) -> Self {
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
    use super::{super::conformance, *};

    #[tokio::test]
    async fn it_keeps_the_promises_of_pins() {
        conformance::all(async |pin| InProcessPins::new(pin)).await;
    }
}
