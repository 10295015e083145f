//! Limits that all processes over one Redis share.
//!
//! | Key | Why | Gone |
//! |---|---|---|
//! | `ultudy:limit:KIND:WHOSE` | sorted set: the ids of reservations that count, by their µs on the server's clock | a window after its last reservation |

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use redis::{RedisError, Script, cmd};
use uuid::Uuid;

use super::{Counter, Decision, InProcessLimiter, Limit, Limiter};
use crate::redis::Redis;

/// How long Redis may take to decide; whoever asked waits for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it is left alone after it did not answer.
const LEFT_ALONE: Duration = Duration::from_secs(1);

/// One script a decision, by the server's clock. While Redis is away the process counts by
/// itself, at the same limit.
pub struct RedisLimiter {
    redis: Redis,
    reserve: Script,
    /// What this process has let pass, should Redis go away.
    alone: InProcessLimiter,
    /// When Redis last did not answer.
    away: Mutex<Option<Instant>>,
}

impl RedisLimiter {
    /// Counts in this Redis.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self {
            redis,
            reserve: Script::new(include_str!("lua/reserve.lua")),
            alone: InProcessLimiter::default(),
            away: Mutex::new(None),
        }
    }

    async fn reserve_shared(
        &self,
        counter: &Counter,
        limit: Limit,
        id: Uuid,
    ) -> Result<Decision, RedisError> {
        let mut script = self.reserve.key(key(counter));
        script
            .arg(limit.most)
            .arg(micros(limit.window))
            .arg(id.simple().to_string());
        let asked = tokio::time::timeout(PATIENCE, self.redis.run(&script));
        let (is_allowed, remaining, wait): (bool, u32, u64) = asked.await.map_err(|_| late())??;
        let wait = Duration::from_micros(wait);
        Ok(match is_allowed {
            true => Decision::Allowed {
                remaining,
                reset: wait,
            },
            false => Decision::Refused { wait },
        })
    }

    async fn release_shared(&self, counter: &Counter, id: Uuid) -> Result<(), RedisError> {
        let mut remove = cmd("ZREM");
        remove.arg(key(counter)).arg(id.simple().to_string());
        let mut connection = self.redis.connection();
        let asked = tokio::time::timeout(PATIENCE, remove.query_async(&mut connection));
        asked.await.map_err(|_| late())?
    }

    /// How long ago Redis last did not answer.
    fn away_since(&self) -> Option<Duration> {
        let away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.map(|at| at.elapsed())
    }

    fn is_left_alone(&self) -> bool {
        self.away_since().is_some_and(|since| since < LEFT_ALONE)
    }

    fn note_away(&self, error: &RedisError) {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        *away = Some(Instant::now());
        tracing::warn!(%error, "Redis does not answer: this process counts limits by itself");
    }

    /// What Redis allowed, unless this process knows better: it may have counted by itself
    /// within the window.
    async fn checked(
        &self,
        shared: Decision,
        counter: &Counter,
        limit: Limit,
        id: Uuid,
    ) -> Decision {
        if matches!(shared, Decision::Refused { .. }) {
            return shared;
        }
        let alone = self.alone.reserve_now(counter, limit, Some(id));
        let has_been_away = self.away_since().is_some_and(|since| since < limit.window);
        if !has_been_away || matches!(alone, Decision::Allowed { .. }) {
            return shared;
        }
        self.release(counter, id).await;
        alone
    }
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn reserve(&self, counter: &Counter, limit: Limit, id: Uuid) -> Decision {
        if !self.is_left_alone() {
            match self.reserve_shared(counter, limit, id).await {
                Ok(shared) => return self.checked(shared, counter, limit, id).await,
                Err(error) => self.note_away(&error),
            }
        }
        metrics::counter!("ultudy_limiter_alone_total").increment(1);
        self.alone.reserve_now(counter, limit, Some(id))
    }

    async fn release(&self, counter: &Counter, id: Uuid) {
        self.alone.release_now(counter, id);
        if self.is_left_alone() {
            return;
        }
        if let Err(error) = self.release_shared(counter, id).await {
            self.note_away(&error);
        }
    }
}

fn key(counter: &Counter) -> String {
    format!("ultudy:limit:{}:{}", counter.kind, counter.whose)
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

fn late() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
