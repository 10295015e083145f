//! Limits that all processes over one Redis share.
//!
//! | Key | Why | Gone |
//! |---|---|---|
//! | `ultudy:limit:{KIND:WHOSE}` | sorted set: the places that count, by their µs on the server's clock | a window after the last was taken |
//! | `ultudy:limit:{KIND:WHOSE}:holders` | sorted set: `PLACE:HOLDER` for whoever holds one | a window after the last reservation |

use std::time::Duration;

use async_trait::async_trait;
use redis::{Script, ScriptInvocation, cmd};

use super::{Counter, Decision, InProcessLimiter, Limit, Limiter, Reservation};
use crate::redis::{Patience, Redis};

/// How long Redis may take to decide; whoever asked waits for it.
const PATIENCE: Duration = Duration::from_millis(500);

/// One script a decision, by the server's clock. While Redis is away the process counts by
/// itself, at the same limit.
pub struct RedisLimiter {
    redis: Redis,
    reserve: Script,
    release: Script,
    /// What this process has let pass, should Redis go away.
    alone: InProcessLimiter,
    patience: Patience,
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
            patience: Patience::new(PATIENCE, "this process counts limits by itself"),
        }
    }

    /// None while Redis does not answer.
    async fn reserve_shared(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Reservation,
    ) -> Option<Decision> {
        let mut script = on(&self.reserve, counter);
        script.arg(limit.most).arg(micros(limit.window));
        name(&mut script, what);
        let decided = self.patience.answer(self.redis.run(&script)).await;
        let (is_allowed, remaining, wait): (bool, u32, u64) = decided?;
        let wait = Duration::from_micros(wait);
        Some(match is_allowed {
            true => Decision::Allowed {
                remaining,
                reset: wait,
            },
            false => Decision::Refused { wait },
        })
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
        let has_been_away = self.patience.away_since();
        let has_been_away = has_been_away.is_some_and(|since| since < limit.window);
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
        if let Some(shared) = self.reserve_shared(counter, limit, what).await {
            return self.checked(shared, counter, limit, what).await;
        }
        metrics::counter!("ultudy_limiter_alone_total").increment(1);
        self.alone.reserve_now(counter, limit, Some(what))
    }

    async fn release(&self, counter: &Counter, what: Reservation) {
        self.alone.release_now(counter, what);
        let mut script = on(&self.release, counter);
        name(&mut script, what);
        // If it does not come through, the place counts until its window is over.
        let _released: Option<()> = self.patience.answer(self.redis.run(&script)).await;
    }

    async fn forget(&self, counter: &Counter) {
        self.alone.forget(counter).await;
        let mut delete = cmd("DEL");
        delete.arg(&keys(counter));
        let mut connection = self.redis.connection();
        let asked = delete.query_async(&mut connection);
        let _forgotten: Option<()> = self.patience.answer(asked).await;
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
