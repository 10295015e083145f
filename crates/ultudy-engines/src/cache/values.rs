//! The values in Redis, in shards that a cluster puts on its nodes. None takes more than its part of the
//! room: what was not used for longest goes, by scripts of our own, since Redis itself must not evict
//! anything where it holds jobs.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use bytes::Bytes;
use redis::{RedisResult, Script, ScriptInvocation};

use super::Place;
use crate::redis::Redis;

/// How many shards there are.
const SHARDS: u64 = 16;

pub(super) struct Values {
    redis: Redis,
    get: Script,
    put: Script,
    /// Most bytes of a shard.
    bytes_max: u64,
    time: Duration,
}

impl Values {
    /// Room for so many bytes in Redis, each for so long.
    pub(super) fn new(redis: Redis, bytes_max: u64, time: Duration) -> Self {
        let shelf = include_str!("lua/shelf.lua");
        let script = |rest: &str| Script::new(&[shelf, rest].concat());
        Self {
            redis,
            get: script(include_str!("lua/get.lua")),
            put: script(include_str!("lua/put.lua")),
            bytes_max: bytes_max / SHARDS,
            time,
        }
    }

    pub(super) async fn get(&self, place: &Place) -> RedisResult<Option<Bytes>> {
        let value: Option<Vec<u8>> = self.redis.run(&on(&self.get, place)).await?;
        Ok(value.map(Bytes::from))
    }

    pub(super) async fn put(&self, place: &Place, value: &[u8]) -> RedisResult<()> {
        let mut script = on(&self.put, place);
        script
            .arg(value)
            .arg(super::millis(self.time))
            .arg(self.bytes_max);
        self.redis.run(&script).await
    }
}

/// A script on a value and its shard.
fn on<'a>(script: &'a Script, place: &Place) -> ScriptInvocation<'a> {
    let Place { scope, name, state } = place;
    let mut hasher = DefaultHasher::new();
    (scope, name).hash(&mut hasher);
    let shard = format!("ultudy:cache:{{{}}}", hasher.finish() % SHARDS);
    let mut script = script.key(format!("{shard}:{state}:{name}:{scope}"));
    script.key(format!("{shard}:used"));
    script.key(format!("{shard}:bytes"));
    script
}
