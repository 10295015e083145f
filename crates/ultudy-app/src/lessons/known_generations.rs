//! Generations that lessons were copied from of late: a chapter that everybody in a course asks for is
//! read and understood once.
//!
//! What stands under a key never changes, so that nothing here can be outdated.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use ultudy_domain::lesson::LessonContent;
use ultudy_store::{Store, generations};

/// Most that are kept.
const MOST: u64 = 64;
/// How long one is that nobody asks for.
const IDLE: Duration = Duration::from_secs(60);

/// Those that this process keeps.
#[derive(Debug)]
pub(crate) struct KnownGenerations(Cache<String, Arc<LessonContent>>);

impl Default for KnownGenerations {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(MOST).time_to_idle(IDLE);
        Self(cache.build())
    }
}

impl KnownGenerations {
    /// The content of this key, if it was made before.
    pub(super) async fn find(
        &self,
        store: &Store,
        key: &str,
    ) -> ultudy_store::Result<Option<Arc<LessonContent>>> {
        if let Some(content) = self.0.get(key) {
            return Ok(Some(content));
        }
        let read = generations::read(key.to_owned());
        let content = store.system_read_at_once(read).await?.map(Arc::new);
        if let Some(content) = &content {
            self.0.insert(key.to_owned(), Arc::clone(content));
        }
        Ok(content)
    }
}
