//! How full a server is, told before it refuses.

use std::time::Duration;

use redis::RedisError;
use tokio::time::{MissedTickBehavior, interval};

use super::{Redis, info::value};

/// How often a server is asked.
const EVERY: Duration = Duration::from_secs(10);
/// Per cent of its limit from which on it is warned of, and below which that is over.
const FULL: u64 = 80;
const WELL: u64 = 75;

/// Bytes of a server's memory in use; of a cluster, the sum of its masters'.
const USED: &str = "ultudy_redis_memory_bytes";
/// Its limit in bytes; 0 where a node has none.
const LIMIT: &str = "ultudy_redis_memory_limit_bytes";
/// Keys it has dropped since it was full.
const EVICTED: &str = "ultudy_redis_evicted_keys";

/// What a Redis says of its memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// Bytes in use.
    pub used: u64,
    /// `maxmemory` in bytes; 0 is none.
    pub limit: u64,
    /// Keys dropped since the start, for want of memory.
    pub evicted: u64,
    /// The fullest node, in per cent of its limit; 0 where none has one.
    pub fullest: u64,
}

impl Redis {
    /// How full it is; of a cluster, all its masters together.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn memory(&self) -> Result<Memory, RedisError> {
        let nodes = self.ask_every_node(&redis::cmd("INFO")).await?;
        Ok(sum(nodes.iter().map(|node| of_node(node))))
    }

    /// Tells as metrics how full it is, under this name, and warns before it is too full, until
    /// the task is dropped.
    pub async fn watch_memory(self, name: &'static str) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_warned = false;
        loop {
            ticks.tick().await;
            // Who needs it finds out that it is away, and says so.
            let Ok(memory) = self.memory().await else {
                continue;
            };
            for (metric, value) in [
                (USED, memory.used),
                (LIMIT, memory.limit),
                (EVICTED, memory.evicted),
            ] {
                #[allow(clippy::cast_precision_loss, reason = "2⁵³ bytes are enough")]
                metrics::gauge!(metric, "redis" => name).set(value as f64);
            }
            if memory.fullest >= FULL && !is_warned {
                tracing::warn!(
                    redis = name,
                    "this Redis is {} % full: raise its maxmemory, or lower LESSON_CACHE_TTL",
                    memory.fullest
                );
            }
            is_warned = memory.fullest >= if is_warned { WELL } else { FULL };
        }
    }
}

fn of_node(info: &str) -> Memory {
    let number = |name| {
        let value = value(info, name);
        value.and_then(|value| value.parse().ok()).unwrap_or(0)
    };
    let (used, limit): (u64, u64) = (number("used_memory"), number("maxmemory"));
    Memory {
        used,
        limit,
        evicted: number("evicted_keys"),
        fullest: (used.saturating_mul(100)).checked_div(limit).unwrap_or(0),
    }
}

/// One node without a limit leaves all of them without.
fn sum(nodes: impl Iterator<Item = Memory>) -> Memory {
    let add = |all: Memory, node: Memory| Memory {
        used: all.used.saturating_add(node.used),
        limit: match (all.limit, node.limit) {
            (0, _) | (_, 0) => 0,
            (all, node) => all.saturating_add(node),
        },
        evicted: all.evicted.saturating_add(node.evicted),
        fullest: all.fullest.max(node.fullest),
    };
    nodes.reduce(add).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_says_is_read() {
        let info = "# Memory\r\nused_memory:400\r\nmaxmemory:1000\r\n# Stats\r\nevicted_keys:7\r\n";
        let read = Memory {
            used: 400,
            limit: 1000,
            evicted: 7,
            fullest: 40,
        };
        assert_eq!(of_node(info), read);
    }

    #[test]
    fn a_cluster_is_as_full_as_its_fullest_node() {
        let node = |used, limit| of_node(&format!("used_memory:{used}\r\nmaxmemory:{limit}\r\n"));
        let all = sum([node(900, 1000), node(100, 1000)].into_iter());
        assert_eq!((all.used, all.limit, all.fullest), (1000, 2000, 90));
        let one_without = sum([node(900, 1000), node(100, 0)].into_iter());
        assert_eq!((one_without.limit, one_without.fullest), (0, 90));
    }
}
