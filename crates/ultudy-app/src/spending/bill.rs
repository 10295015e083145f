//! What calls cost.

use ultudy_domain::usage::ModelCall;
use ultudy_llm::Call;
use uuid::Uuid;

use crate::App;

/// Outcomes that a provider takes nothing for: it refused the call, or was not reached.
const FREE: [&str; 9] = [
    "limited",
    "out_of_order",
    "unreachable",
    "foreign",
    "key",
    "quota",
    "unknown_model",
    "text_too_long",
    "refused",
];

/// What something took that a model made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cost {
    /// Tokens, read and written; none if no model was asked.
    pub(crate) tokens: Option<i64>,
    /// Micro-dollars; none if that is not known.
    pub(crate) micros: Option<i64>,
}

impl Cost {
    /// Both.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self.tokens, other.tokens) {
            (None, _) => other,
            (_, None) => self,
            (Some(one), Some(more)) => Self {
                tokens: Some(one.saturating_add(more)),
                micros: self
                    .micros
                    .zip(other.micros)
                    .map(|(one, more)| one.saturating_add(more)),
            },
        }
    }

    /// With this call, too.
    pub(super) fn add(&mut self, call: &ModelCall) {
        *self = self.and(Self {
            tokens: Some(call.tokens_read.saturating_add(call.tokens_written)),
            micros: call.cost_micros,
        });
    }
}

/// A call, with the id by which it counts once.
pub(super) fn of_call(app: &App, id: Uuid, call: Call) -> ModelCall {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (read, written) = (whole(call.tokens_read), whole(call.tokens_written));
    let price = app.spending.prices.of_call(call.provider, &call.model);
    let is_free = price.is_some_and(|price| price.read == 0 && price.written == 0);
    let cost_micros = match call.outcome {
        _ if is_free => Some(0),
        // Whoever hangs up in the middle is not told what was written so far, and pays for it.
        "given_up" | "cut" | "silent" | "too_slow" => None,
        outcome if read == 0 && written == 0 => FREE.contains(&outcome).then_some(0),
        _ => price.map(|price| price.of(read, written)),
    };
    ModelCall {
        id,
        made_at: app.clock.now(),
        provider: call.provider.to_owned(),
        model: call.model,
        task: call.task.to_owned(),
        outcome: call.outcome.to_owned(),
        tokens_read: read,
        tokens_written: written,
        cost_micros,
    }
}
