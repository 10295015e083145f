//! Lessons that nobody waits for, asked for in batches: at half the price, within a day.
//!
//! A run whose job can wait stores its prompt as an item and lets its job wait for that, as for another
//! job's generation ([`waiting`]); the one process that does what one does for all sends what has gathered,
//! looks how far batches are, and stores what was answered ([`sending`]). Then one of those who wait is
//! delivered, and makes the lesson of the answer as of any other. Everything is in rows before a provider
//! is asked, and what came of an item is stored together with what it cost.

mod metrics;
mod sending;
mod waiting;

use std::{sync::Arc, time::Duration};

use ultudy_llm::model::Batches;

pub(crate) use sending::keep_sending;
pub use sending::tend;
pub(crate) use waiting::{answer, await_answer};

/// Whether lessons are asked for in batches, and how long is waited.
#[derive(Clone)]
pub struct Batching {
    /// The batch API of the provider that is asked for lessons; none if it has none.
    pub api: Option<Arc<Batches>>,
    /// Whether anything is given to it. Even if not, what it was given is waited for.
    pub is_on: bool,
    /// For how long requests are gathered before they are sent.
    pub gather: Duration,
    /// How long a batch is waited for. After that its lessons are asked for one by one.
    pub patience: Duration,
}

impl Default for Batching {
    /// Nothing is asked for in batches.
    fn default() -> Self {
        Self {
            api: None,
            is_on: false,
            gather: Duration::from_secs(60),
            patience: Duration::from_secs(25 * 60 * 60),
        }
    }
}

impl Batching {
    /// The API, if new requests are given to it.
    fn taking(&self) -> Option<&Batches> {
        self.api.as_deref().filter(|_| self.is_on)
    }

    /// The same of this provider, also for what it was given before.
    fn api_of(&self, provider: &str) -> Option<&Batches> {
        self.api.as_deref().filter(|api| api.provider() == provider)
    }
}
