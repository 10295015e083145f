//! What a process keeps by itself.

use std::{sync::LazyLock, time::Duration};

use bytes::Bytes;
use metrics::Counter;
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

/// Where a read ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Level {
    /// In this process.
    Process,
    /// In Redis.
    Redis,
    /// Nowhere.
    None,
}

/// Looked up once: it is counted at every read.
static READS: LazyLock<[Counter; 3]> = LazyLock::new(|| {
    ["process", "redis", "none"]
        .map(|level| metrics::counter!("ultudy_cache_reads_total", "level" => level))
});

/// Counts a read.
pub(super) fn count(level: Level) {
    let [process, redis, none] = &*READS;
    match level {
        Level::Process => process.increment(1),
        Level::Redis => redis.increment(1),
        Level::None => none.increment(1),
    }
}
