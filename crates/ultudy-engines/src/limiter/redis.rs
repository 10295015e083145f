//! Limits that all processes over one Redis share.
//!
//! | Key | Why | Gone |
//! |---|---|---|
//! | `ultudy:limit:{KIND:WHOSE}` | sorted set: the places that count, by their µs on the server's clock | a window after the last was taken |
//! | `ultudy:limit:{KIND:WHOSE}:holders` | sorted set: `PLACE:HOLDER` for whoever holds one | a window after the last reservation |
//! | `ultudy:limit:{KIND:WHOSE}:weights` | hash: what places weigh that do not weigh 1, and `more` | likewise |
//! | `ultudy:limit:{KIND:WHOSE}:closed` | nothing is to be done | when it is opened again |

use std::time::Duration;

use async_trait::async_trait;
use redis::{Script, ScriptInvocation, cmd};
use uuid::Uuid;

use super::{Correction, Counter, Decision, InProcessLimiter, Limit, Limiter, Reservation};
use crate::redis::{LEFT_ALONE, Patience, Redis};

/// How long Redis may take to decide; whoever asked waits for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// The same where nothing is allowed without: longer than Redis may take to answer at all.
const PATIENCE_OF_STRICT: Duration = Duration::from_secs(3);
/// How long it may take to say whether a counter is closed: who does not know goes on.
const PATIENCE_OF_CLOSED: Duration = Duration::from_millis(200);

/// What is decided while Redis is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    /// What the process itself has counted, by the same limit.
    CountAlone,
    /// Nothing is allowed.
    Refuse,
}

/// One script a decision, by the server's clock.
pub struct RedisLimiter {
    redis: Redis,
    reserve: Script,
    release: Script,
    correct: Script,
    close: Script,
    without: Without,
    closed: Patience,
    /// What this process has let pass, should Redis go away.
    alone: InProcessLimiter,
    patience: Patience,
}

impl RedisLimiter {
    /// Counts in this Redis; while it is away the process counts by itself, at the same limit: as many times
    /// as much may pass as there are processes.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        let patience = Patience::new(PATIENCE, "this process counts limits by itself");
        Self::with(redis, Without::CountAlone, patience)
    }

    /// The same; while Redis is away nothing is allowed. For limits that others set, and that are exceeded
    /// by no process.
    #[must_use]
    pub fn strict(redis: Redis) -> Self {
        let otherwise = "what the fleet is limited in waits for it";
        let patience = Patience::new(PATIENCE_OF_STRICT, otherwise);
        Self::with(redis, Without::Refuse, patience)
    }

    fn with(redis: Redis, without: Without, patience: Patience) -> Self {
        Self {
            redis,
            reserve: Script::new(include_str!("lua/reserve.lua")),
            release: Script::new(include_str!("lua/release.lua")),
            correct: Script::new(include_str!("lua/correct.lua")),
            close: Script::new(include_str!("lua/close.lua")),
            without,
            closed: Patience::new(
                PATIENCE_OF_CLOSED,
                "this process does not know what others were told to leave alone",
            ),
            alone: InProcessLimiter::default(),
            patience,
        }
    }

    /// None while Redis does not answer.
    async fn reserve_shared(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Reservation,
        weight: u32,
    ) -> Option<Decision> {
        let mut script = on(&self.reserve, counter);
        script.arg(limit.most).arg(micros(limit.window));
        name(&mut script, what);
        script.arg(weight.clamp(1, limit.most));
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
        weight: u32,
    ) -> Decision {
        if matches!(shared, Decision::Refused { .. }) || self.without == Without::Refuse {
            return shared;
        }
        let alone = self.alone.reserve_weighing(counter, limit, what, weight);
        let alone = alone.await;
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
    async fn reserve_weighing(
        &self,
        counter: &Counter,
        limit: Limit,
        what: Reservation,
        weight: u32,
    ) -> Decision {
        if let Some(shared) = self.reserve_shared(counter, limit, what, weight).await {
            return self.checked(shared, counter, limit, what, weight).await;
        }
        if self.without == Without::Refuse {
            metrics::counter!("ultudy_limiter_withheld_total").increment(1);
            return Decision::Refused { wait: LEFT_ALONE };
        }
        metrics::counter!("ultudy_limiter_alone_total").increment(1);
        let alone = self.alone.reserve_weighing(counter, limit, what, weight);
        alone.await
    }

    async fn correct(&self, counter: &Counter, limit: Limit, place: Uuid, correction: Correction) {
        self.alone.correct(counter, limit, place, correction).await;
        let Correction { age, weight } = correction;
        let mut script = on(&self.correct, counter);
        script
            .arg(place.simple().to_string())
            .arg(age.map(micros).map_or(String::new(), |age| age.to_string()))
            .arg(weight.map_or(String::new(), |weight| weight.max(1).to_string()))
            .arg(micros(limit.window));
        // If it does not come through, the place counts as it was taken.
        let _corrected: Option<()> = self.patience.answer(self.redis.run(&script)).await;
    }

    async fn close(&self, counter: &Counter, span: Duration) {
        self.alone.close(counter, span).await;
        let millis = micros(span) / 1000;
        if millis == 0 {
            // Over by the time that anybody asks, and no time that Redis would take.
            return;
        }
        let mut script = self.close.key(closing(counter));
        script.arg(millis);
        // If it does not come through, this process knows at least.
        let _closed: Option<()> = self.patience.answer(self.redis.run(&script)).await;
    }

    async fn closed(&self, counter: &Counter) -> Option<Duration> {
        let mut left = cmd("PTTL");
        left.arg(closing(counter));
        let mut connection = self.redis.connection();
        let asked = left.query_async::<i64>(&mut connection);
        let Some(left) = self.closed.answer(asked).await else {
            return self.alone.closed(counter).await;
        };
        let left = u64::try_from(left).ok().filter(|left| *left > 0);
        left.map(Duration::from_millis)
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
    let [places, holders, weights] = keys(counter);
    let mut script = script.key(places);
    script.key(holders).key(weights);
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
fn keys(counter: &Counter) -> [String; 3] {
    let places = places(counter);
    let holders = format!("{places}:holders");
    let weights = format!("{places}:weights");
    [places, holders, weights]
}

/// The key that says that it is closed.
fn closing(counter: &Counter) -> String {
    format!("{}:closed", places(counter))
}

fn places(Counter { kind, whose }: &Counter) -> String {
    format!("ultudy:limit:{{{kind}:{whose}}}")
}
