//! What need not be read again.

use std::time::Duration;

use super::{ConfigError, Settings, auth::Hidden, redis};

/// Longest that anything is cached: thirty days.
const SECONDS_MAX: u64 = 30 * 24 * 60 * 60;

/// How lessons are cached.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// How long each is.
    pub time: Duration,
    /// Its own Redis, if it is not to share that of the queue.
    pub redis_url: Option<Hidden>,
}

/// None if nothing is to be cached.
pub(super) fn cache(settings: &Settings) -> Result<Option<CacheConfig>, ConfigError> {
    let is_on: bool = settings.parse("ENABLE_LESSON_CACHE", "must be true or false")?;
    let seconds = settings.positive("LESSON_CACHE_TTL")?;
    if seconds > SECONDS_MAX {
        return Err(settings.error("LESSON_CACHE_TTL", "must be at most 2592000, thirty days"));
    }
    let redis_url = redis::url(settings, "CACHE_REDIS_URL")?;
    Ok(is_on.then_some(CacheConfig {
        time: Duration::from_secs(seconds),
        redis_url,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn lessons_are_cached_for_a_day_unless_they_are_not_to_be() {
        let cache = read(&[]).unwrap().cache.unwrap();
        assert_eq!(cache.time.as_secs(), 86_400);
        assert!(
            read(&[("ENABLE_LESSON_CACHE", "false")])
                .unwrap()
                .cache
                .is_none()
        );
        assert!(read(&[("LESSON_CACHE_TTL", "2592001")]).is_err());
    }
}
