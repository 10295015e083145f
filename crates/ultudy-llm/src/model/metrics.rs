//! What calls of models come to, as numbers: by provider and model, never by who asked.

use std::time::Duration;

use super::{breaker::State, call::Tokens, provider::Provider};

/// How long calls took, in seconds, by what came of them.
const CALLS: &str = "ultudy_model_call_duration_seconds";
/// Tokens that were read and written, as the provider says.
const TOKENS: &str = "ultudy_model_tokens_total";
/// Calls made again at once.
const RETRIES: &str = "ultudy_model_retries_total";
/// 0: closed, 1: open, 2: half-open.
const BREAKER: &str = "ultudy_model_breaker_state";
/// Lessons that another model than the first one wrote.
const FALLBACKS: &str = "ultudy_model_fallbacks_total";
/// Concepts and questions of a model that were not sound, by what was wrong.
const DROPPED: &str = "ultudy_model_items_dropped_total";
/// Times that a model was asked once more for what was wrong, by what came of it.
const REPAIRS: &str = "ultudy_model_repairs_total";

/// An item was not sound.
pub(super) fn dropped(reason: &'static str) {
    metrics::counter!(DROPPED, "reason" => reason).increment(1);
}

/// A model was asked once more for what was wrong.
pub(super) fn repaired(outcome: &'static str) {
    metrics::counter!(REPAIRS, "outcome" => outcome).increment(1);
}

/// Whose numbers they are.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) provider: Provider,
    pub(super) model: String,
}

impl Counted {
    fn labels(&self) -> [(&'static str, String); 2] {
        [
            ("provider", self.provider.name().to_owned()),
            ("model", self.model.clone()),
        ]
    }

    fn with(&self, name: &'static str, value: &'static str) -> Vec<(&'static str, String)> {
        let mut labels = self.labels().to_vec();
        labels.push((name, value.to_owned()));
        labels
    }

    /// A call is over.
    pub(super) fn called(&self, outcome: &'static str, took: Duration) {
        metrics::histogram!(CALLS, &self.with("outcome", outcome)).record(took);
    }

    /// What an answer cost.
    pub(super) fn tokens(&self, tokens: Tokens) {
        for (kind, count) in [("read", tokens.read), ("written", tokens.written)] {
            metrics::counter!(TOKENS, &self.with("kind", kind)).increment(count);
        }
    }

    /// A call is made again at once.
    pub(super) fn retried(&self) {
        metrics::counter!(RETRIES, &self.labels()).increment(1);
    }

    /// It writes what another was asked for before.
    pub(super) fn fell_back(&self) {
        metrics::counter!(FALLBACKS, &self.labels()).increment(1);
    }

    /// Whether calls are let through.
    pub(super) fn breaker(&self, state: State) {
        let number = match state {
            State::Closed => 0.0,
            State::Open => 1.0,
            State::HalfOpen => 2.0,
        };
        metrics::gauge!(BREAKER, &self.labels()).set(number);
    }
}
