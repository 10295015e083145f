//! Pins that all processes over one Redis share.
//!
//! | Key | Why | Gone |
//! |---|---|---|
//! | `ultudy:pin:OWNER` | they changed something | with the pin |

use std::time::Duration;

use async_trait::async_trait;
use redis::cmd;

use super::{InProcessPins, Pins};
use crate::redis::{Patience, Redis};

/// How long Redis may take: longer than the primary would, and it is of no use.
const LIMIT: Duration = Duration::from_millis(250);

/// While Redis is away every owner is pinned. What is changed meanwhile is pinned in this process
/// only: another that reaches Redis again sooner does not know of it.
#[derive(Debug)]
pub struct RedisPins {
    redis: Redis,
    /// What this process knows without asking.
    own: InProcessPins,
    pin: Duration,
    patience: Patience,
}

impl RedisPins {
    /// In this Redis; each holds so long.
    #[must_use]
    pub fn new(redis: Redis, pin: Duration) -> Self {
        Self {
            redis,
            own: InProcessPins::new(pin),
            pin,
            patience: Patience::new(LIMIT, "users read from the primary"),
        }
    }
}

#[async_trait]
impl Pins for RedisPins {
    async fn pin(&self, owner_id: &str) {
        self.own.pin(owner_id).await;
        let mut set = cmd("SET");
        let millis = u64::try_from(self.pin.as_millis()).unwrap_or(u64::MAX);
        set.arg(key(owner_id)).arg(1).arg("PX").arg(millis.max(1));
        let mut connection = self.redis.connection();
        // Nobody can be told now; whoever asks meanwhile is told yes.
        let _told: Option<()> = self.patience.answer(set.query_async(&mut connection)).await;
    }

    async fn is_pinned(&self, owner_id: &str) -> bool {
        if self.own.is_pinned(owner_id).await {
            return true;
        }
        let mut exists = cmd("EXISTS");
        exists.arg(key(owner_id));
        let mut connection = self.redis.connection();
        let known = self.patience.answer(exists.query_async(&mut connection));
        known.await.unwrap_or(true)
    }
}

fn key(owner_id: &str) -> String {
    format!("ultudy:pin:{owner_id}")
}
