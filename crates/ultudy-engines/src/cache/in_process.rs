//! A cache within one process.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use moka::sync::Cache as Moka;

use super::{
    Belief, Cache, Found, Place,
    shelf::{Level, Shelf, count},
};

/// Most scopes whose state is remembered; what is forgotten is outdated.
const SCOPES_MAX: u64 = 1_000_000;

/// Keeps within the process's memory.
pub struct InProcessCache {
    shelf: Shelf,
    /// Of each scope a number that no other state of any had.
    states: Moka<String, u64>,
    next: AtomicU64,
}

impl InProcessCache {
    /// Room for so many bytes, each for so long.
    #[must_use]
    pub fn new(bytes_max: u64, time: Duration) -> Self {
        let states = Moka::builder()
            .max_capacity(SCOPES_MAX)
            .time_to_idle(time.saturating_mul(2));
        Self {
            shelf: Shelf::new(bytes_max, time),
            states: states.build(),
            next: AtomicU64::new(0),
        }
    }

    fn another(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

#[async_trait]
impl Cache for InProcessCache {
    async fn get(&self, scope: &str, name: &str, _: Belief) -> Found {
        let state = self.states.get_with_by_ref(scope, || self.another());
        let place = Place::new(scope, name, state);
        match self.shelf.get(&place) {
            Some(value) => {
                count(Level::Process);
                Found::Hit(value)
            }
            None => {
                count(Level::None);
                Found::Miss(Some(place))
            }
        }
    }

    async fn put(&self, place: Place, value: Bytes) {
        self.shelf.put(place, value);
    }

    async fn outdate(&self, scope: &str) -> bool {
        self.states.insert(scope.to_owned(), self.another());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::conformance;

    #[tokio::test]
    async fn keeps_the_promises_of_a_cache() {
        let fresh = async |time| InProcessCache::new(1 << 20, time);
        conformance::all(fresh).await;
    }
}
