//! Doing without Redis for a while once it did not answer, so that not everybody waits for it.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use redis::RedisError;

/// How long it is left alone after it did not answer.
pub(crate) const LEFT_ALONE: Duration = Duration::from_secs(1);

/// Of somebody who can do without.
#[derive(Debug)]
pub(crate) struct Patience {
    limit: Duration,
    /// What happens instead.
    otherwise: &'static str,
    /// When it last did not answer.
    away: Mutex<Option<Instant>>,
}

impl Patience {
    /// Waits so long for an answer; `otherwise` says in the log what happens without.
    pub(crate) fn new(limit: Duration, otherwise: &'static str) -> Self {
        Self {
            limit,
            otherwise,
            away: Mutex::default(),
        }
    }

    /// None while Redis is left alone or does not answer.
    pub(crate) async fn answer<T>(
        &self,
        asked: impl Future<Output = Result<T, RedisError>>,
    ) -> Option<T> {
        if self.away_since().is_some_and(|since| since < LEFT_ALONE) {
            return None;
        }
        let error = match tokio::time::timeout(self.limit, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error,
            Err(_) => std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
        };
        tracing::warn!(%error, "Redis does not answer: {}", self.otherwise);
        *self.away() = Some(Instant::now());
        None
    }

    /// How long ago it last did not answer; none if it always has.
    pub(crate) fn away_since(&self) -> Option<Duration> {
        self.away().map(|at| at.elapsed())
    }

    fn away(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
