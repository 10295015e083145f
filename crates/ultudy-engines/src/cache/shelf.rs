//! What a process keeps by itself.

use std::time::Duration;

use bytes::Bytes;
use moka::sync::Cache;

use super::Place;

/// Values, most used last out.
pub(super) struct Shelf(Cache<Place, Bytes>);

impl Shelf {
    /// Room for so many bytes, each for so long.
    pub(super) fn new(bytes_max: u64, time: Duration) -> Self {
        let shelf = Cache::builder()
            .max_capacity(bytes_max)
            .weigher(|place: &Place, value: &Bytes| {
                let own = size_of::<Place>() + place.scope.len() + place.name.len();
                u32::try_from(own + value.len()).unwrap_or(u32::MAX)
            })
            .time_to_live(time);
        Self(shelf.build())
    }

    pub(super) fn get(&self, place: &Place) -> Option<Bytes> {
        self.0.get(place)
    }

    pub(super) fn put(&self, place: Place, value: Bytes) {
        self.0.insert(place, value);
    }
}

/// Counts a read by where it ended.
pub(super) fn count(level: &'static str) {
    metrics::counter!("ultudy_cache_reads_total", "level" => level).increment(1);
}
