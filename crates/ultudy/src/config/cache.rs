//! What need not be read again.

use std::time::Duration;

use ultudy_app::lessons::Sharing;

use super::{ConfigError, Settings, auth::Hidden, redis};

/// Longest that anything is cached: thirty days.
const SECONDS_MAX: u64 = 30 * 24 * 60 * 60;

/// How lessons are cached.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// How long each is.
    pub time: Duration,
    /// Most bytes that are kept in Redis.
    pub redis_bytes: u64,
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
    let redis_bytes = settings
        .positive("LESSON_CACHE_REDIS_MB")?
        .saturating_mul(1 << 20);
    Ok(is_on.then_some(CacheConfig {
        time: Duration::from_secs(seconds),
        redis_bytes,
        redis_url,
    }))
}

/// Who shares what a generator made.
pub(super) fn sharing(settings: &Settings) -> Result<Sharing, ConfigError> {
    match settings.text("GENERATION_SHARING").as_str() {
        "global" => Ok(Sharing::Global),
        "off" => Ok(Sharing::Off),
        _ => Err(settings.error("GENERATION_SHARING", "must be global or off")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::read, *};

    #[test]
    fn what_was_made_is_shared_unless_it_is_not_to_be() {
        let sharing = |value| read(&[("GENERATION_SHARING", value)]).unwrap().sharing;
        assert_eq!(read(&[]).unwrap().sharing, Sharing::Global);
        assert_eq!(sharing("off"), Sharing::Off);
        assert!(read(&[("GENERATION_SHARING", "some")]).is_err());
    }

    #[test]
    fn lessons_are_cached_for_a_day_unless_they_are_not_to_be() {
        let cache = read(&[]).unwrap().cache.unwrap();
        assert_eq!(cache.time.as_secs(), 86_400);
        assert_eq!(cache.redis_bytes, 256 << 20);
        assert!(read(&[("LESSON_CACHE_REDIS_MB", "0")]).is_err());
        assert!(
            read(&[("ENABLE_LESSON_CACHE", "false")])
                .unwrap()
                .cache
                .is_none()
        );
        assert!(read(&[("LESSON_CACHE_TTL", "2592001")]).is_err());
    }
}
