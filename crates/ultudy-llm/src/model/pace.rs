//! How often providers are called and how much they are asked for, by whatever processes.

use std::time::Duration;

use async_trait::async_trait;

use super::Provider;

/// How long whoever asks can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// Not for long: somebody looks at the screen meanwhile.
    Interactive,
    /// For its turn: it is a job.
    Background,
}

/// A call that was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// Its number; no other call has it.
    pub number: u128,
    /// As what it was let through.
    pub urgency: Urgency,
}

/// Sees to it that a provider is not called more often than it allows, nor asked for more, and that what
/// one process is told holds for all.
///
/// A provider counts a call when it arrives, which may be long after it was let through. A call counts
/// here until it is known when that was, and then for as long as it counts there.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Lets a call through that is expected to take so many tokens, which counts from now on; or says after
    /// what time one may be.
    async fn admit(
        &self,
        provider: Provider,
        tokens: u64,
        urgency: Urgency,
    ) -> Result<Admission, Duration>;

    /// A call that was let through is not made.
    async fn give_back(&self, _provider: Provider, _call: Admission) {}

    /// The provider has counted a call so long ago, at the latest.
    async fn counted(&self, _provider: Provider, _call: Admission, _ago: Duration) {}

    /// A call took so many tokens, as the provider says.
    async fn took(&self, _provider: Provider, _call: Admission, _tokens: u64) {}

    /// The provider wants no calls of this model for so long.
    async fn leave_alone(&self, _provider: Provider, _model: &str, _span: Duration) {}

    /// How long this model is still to be left alone, as far as whoever else asks it was told.
    async fn rest(&self, _provider: Provider, _model: &str) -> Option<Duration> {
        None
    }
}

/// Lets every call through.
pub struct Unlimited;

#[async_trait]
impl Pace for Unlimited {
    async fn admit(
        &self,
        _provider: Provider,
        _tokens: u64,
        urgency: Urgency,
    ) -> Result<Admission, Duration> {
        Ok(Admission { number: 0, urgency })
    }
}
