//! A cache that processes share: what each has at hand, over what is in Redis.
//!
//! | Key | Why | Gone |
//! |---|---|---|
//! | `ultudy:cache:state:SCOPE` | a number that every outdating raises; part of the names of all values, so that outdated ones are not found | twice a value's time after it was last asked for |
//! | `ultudy:cache:{SHARD}:STATE:NAME:SCOPE` | a value | after its time, or when room is needed |
//! | `ultudy:cache:{SHARD}:used` | sorted set: what each value of a shard takes, and its key, by when it was last used, in ms | a value's time after the last was put |
//! | `ultudy:cache:{SHARD}:bytes` | what they take together | the same |
//! | `ultudy:cache:outdated` | channel: the name of each scope that is outdated | |
//!
//! A process believes a state it knows for [`BELIEVED`], unless it hears that it is outdated. What it
//! could not tell Redis it tells it as soon as that answers again.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use moka::sync::Cache as Moka;
use redis::Script;
use tokio::{task::JoinHandle, time};

use super::{
    BELIEVED, Belief, Cache, Found, Place, millis,
    shelf::{Level, Shelf, count},
    untold::Untold,
    values::Values,
};
use crate::redis::{Heard, LEFT_ALONE, Listener, Patience, Redis};

const OUTDATED: &str = "ultudy:cache:outdated";
/// How long Redis may take: longer than the database would, and it is of no use.
const PATIENCE: Duration = Duration::from_millis(250);
/// Most scopes whose state is at hand.
const SCOPES_MAX: u64 = 100_000;

/// What the process has at hand, over what is in Redis.
pub struct RedisCache {
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

struct Shared {
    redis: Redis,
    script: Script,
    shelf: Shelf,
    values: Values,
    /// States at hand, believed for a while.
    states: Moka<String, u64>,
    time: Duration,
    patience: Patience,
    /// Scopes of which Redis has not heard yet that they are outdated: nothing of theirs is given.
    untold: Untold,
}

impl RedisCache {
    /// Keeps each value for `time`: at most this many bytes of them at hand, and in Redis, whoever
    /// puts them there.
    #[must_use]
    pub fn start(redis: Redis, at_hand: u64, in_redis: u64, time: Duration) -> Self {
        let states = Moka::builder()
            .max_capacity(SCOPES_MAX)
            .time_to_live(BELIEVED);
        let listener = redis.listen(vec![OUTDATED.to_owned()], Vec::new());
        let shared = Arc::new(Shared {
            values: Values::new(redis.clone(), in_redis, time),
            redis,
            script: Script::new(include_str!("lua/state.lua")),
            shelf: Shelf::new(at_hand, time),
            states: states.build(),
            time,
            patience: Patience::new(PATIENCE, "nothing is cached"),
            untold: Untold::default(),
        });
        Self {
            tasks: [
                tokio::spawn(listen(listener, shared.clone())),
                tokio::spawn(tell_untold(shared.clone())),
            ],
            shared,
        }
    }
}

impl Drop for RedisCache {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn listen(mut listener: Listener, shared: Arc<Shared>) {
    while let Some(heard) = listener.next().await {
        match heard {
            // Whatever was said while nobody listened.
            Heard::Connected => shared.states.invalidate_all(),
            Heard::Message { payload, .. } => match std::str::from_utf8(&payload) {
                Ok(scope) => shared.states.invalidate(scope),
                Err(_) => shared.states.invalidate_all(),
            },
        }
    }
}

async fn tell_untold(shared: Arc<Shared>) {
    let mut again = time::interval(LEFT_ALONE);
    loop {
        again.tick().await;
        for scope in shared.untold.scopes() {
            shared.outdate(&scope).await;
        }
    }
}

impl Shared {
    async fn state(&self, scope: &str, anew: bool) -> Option<u64> {
        let key = format!("ultudy:cache:state:{scope}");
        let life = millis(self.time.saturating_mul(2));
        if !anew {
            // Nearly always there, and a command takes Redis a third of a script's time.
            let mut known = redis::cmd("GETEX");
            known.arg(&key).arg("PX").arg(life);
            let mut connection = self.redis.connection();
            let known = known.query_async::<Option<u64>>(&mut connection);
            if let Some(state) = self.patience.answer(known).await? {
                return Some(state);
            }
        }
        let mut script = self.script.key(key);
        script
            .arg(life)
            .arg(u8::from(anew))
            .arg(OUTDATED)
            .arg(scope);
        self.patience.answer(self.redis.run(&script)).await
    }

    /// The scope's state, if what is at hand will do.
    fn at_hand(&self, scope: &str, belief: Belief) -> Option<u64> {
        match belief {
            Belief::AWhile if !self.untold.contains(scope) => self.states.get(scope),
            Belief::AWhile | Belief::Now => None,
        }
    }

    /// The scope's state, at hand or from Redis. None where Redis has not heard what we know.
    async fn believed(&self, scope: &str, belief: Belief) -> Option<u64> {
        if self.untold.contains(scope) {
            return None;
        }
        if let Some(state) = self.at_hand(scope, belief) {
            return Some(state);
        }
        // Whoever asks at the same time asks for themselves: it is rare, and cheap.
        let state = self.state(scope, false).await?;
        Some(self.learn(scope, state))
    }

    /// Has a state at hand, but not over one that was begun in the meantime; the later one.
    fn learn(&self, scope: &str, state: u64) -> u64 {
        let known = self.states.entry_by_ref(scope);
        known
            .and_upsert_with(|known| known.map_or(state, |known| known.into_value().max(state)))
            .into_value()
    }

    async fn outdate(&self, scope: &str) -> bool {
        let number = self.untold.begin(scope);
        let Some(state) = self.state(scope, true).await else {
            return false;
        };
        self.learn(scope, state);
        self.untold.told(scope, number);
        true
    }

    async fn get(&self, scope: &str, name: &str, belief: Belief) -> Found {
        let Some(state) = self.believed(scope, belief).await else {
            count(Level::None);
            return Found::Miss(None);
        };
        let place = Place::new(scope, name, state);
        if let Some(value) = self.shelf.get(&place) {
            count(Level::Process);
            return Found::Hit(value);
        }
        match self.value(&place).await {
            Some(value) => {
                count(Level::Redis);
                self.shelf.put(place, value.clone());
                Found::Hit(value)
            }
            None => {
                count(Level::None);
                Found::Miss(Some(place))
            }
        }
    }

    async fn value(&self, place: &Place) -> Option<Bytes> {
        self.patience.answer(self.values.get(place)).await?
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, scope: &str, name: &str, belief: Belief) -> Found {
        let shared = &self.shared;
        if let Some(state) = shared.at_hand(scope, belief) {
            let place = Place::new(scope, name, state);
            if let Some(value) = shared.shelf.get(&place) {
                count(Level::Process);
                return Found::Hit(value);
            }
        }
        // Boxed, for what is at hand need not carry along what it takes to ask Redis.
        Box::pin(shared.get(scope, name, belief)).await
    }

    async fn put(&self, place: Place, value: Bytes) {
        self.shared.shelf.put(place.clone(), value.clone());
        let putting = self.shared.values.put(&place, &value);
        self.shared.patience.answer(putting).await;
    }

    async fn outdate(&self, scope: &str) -> bool {
        self.shared.outdate(scope).await
    }
}
