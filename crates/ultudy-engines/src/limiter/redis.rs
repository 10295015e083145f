//! Limits that all processes over one Redis share.
//!
//! | Key | Why | Gone |
//! |---|---|---|
//! | `ultudy:limit:{KIND:WHOSE}` | sorted set: the places that count, by their µs on the server's clock | a window after the last was taken |
//! | `ultudy:limit:{KIND:WHOSE}:holders` | sorted set: `PLACE:HOLDER` for whoever holds one | a window after the last reservation |

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use redis::{RedisError, Script, ScriptInvocation, cmd};

use super::{Counter, Decision, InProcessLimiter, Limit, Limiter, Reservation};
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
    release: Script,
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
            release: Script::new(include_str!("lua/release.lua")),
            alone: InProcessLimiter::default(),
            away: Mutex::new(None),
        }
    }

    async fn reserve_shared(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Reservation,
    ) -> Result<Decision, RedisError> {
        let mut script = on(&self.reserve, counter);
        script.arg(limit.most).arg(micros(limit.window));
        name(&mut script, what);
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

    async fn release_shared(&self, counter: &Counter, what: Reservation) -> Result<(), RedisError> {
        let mut script = on(&self.release, counter);
        name(&mut script, what);
        let asked = tokio::time::timeout(PATIENCE, self.redis.run(&script));
        asked.await.map_err(|_| late())?
    }

    async fn forget_shared(&self, counter: &Counter) -> Result<(), RedisError> {
        let mut delete = cmd("DEL");
        delete.arg(&keys(counter));
        let mut connection = self.redis.connection();
        let asked = tokio::time::timeout(PATIENCE, delete.query_async(&mut connection));
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
        what: Reservation,
    ) -> Decision {
        if matches!(shared, Decision::Refused { .. }) {
            return shared;
        }
        let alone = self.alone.reserve_now(counter, limit, Some(what));
        let has_been_away = self.away_since().is_some_and(|since| since < limit.window);
        if !has_been_away || matches!(alone, Decision::Allowed { .. }) {
            return shared;
        }
        self.release(counter, what).await;
        alone
    }
}

#[async_trait]
impl Limiter for RedisLimiter {
    async fn reserve(&self, counter: &Counter, limit: Limit, what: Reservation) -> Decision {
        if !self.is_left_alone() {
            match self.reserve_shared(counter, limit, what).await {
                Ok(shared) => return self.checked(shared, counter, limit, what).await,
                Err(error) => self.note_away(&error),
            }
        }
        metrics::counter!("ultudy_limiter_alone_total").increment(1);
        self.alone.reserve_now(counter, limit, Some(what))
    }

    async fn release(&self, counter: &Counter, what: Reservation) {
        self.alone.release_now(counter, what);
        if self.is_left_alone() {
            return;
        }
        if let Err(error) = self.release_shared(counter, what).await {
            self.note_away(&error);
        }
    }

    async fn forget(&self, counter: &Counter) {
        self.alone.forget(counter).await;
        if self.is_left_alone() {
            return;
        }
        if let Err(error) = self.forget_shared(counter).await {
            self.note_away(&error);
        }
    }
}

/// A script on a counter's keys.
fn on<'a>(script: &'a Script, counter: &Counter) -> ScriptInvocation<'a> {
    let [places, holders] = keys(counter);
    let mut script = script.key(places);
    script.key(holders);
    script
}

fn name(script: &mut ScriptInvocation<'_>, what: Reservation) {
    script
        .arg(what.place.simple().to_string())
        .arg(what.holder.simple().to_string());
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// Its keys, on one node of a cluster.
fn keys(counter: &Counter) -> [String; 2] {
    let Counter { kind, whose } = counter;
    let places = format!("ultudy:limit:{{{kind}:{whose}}}");
    let holders = format!("{places}:holders");
    [places, holders]
}

fn late() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
