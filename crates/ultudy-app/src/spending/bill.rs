//! What the calls on a bill cost.

use ultudy_domain::usage::ModelCall;
use ultudy_llm::{Bill, Call};

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
    /// What all of these took together.
    pub(crate) fn of(calls: &[ModelCall]) -> Self {
        if calls.is_empty() {
            return Self::default();
        }
        let tokens = calls
            .iter()
            .map(|call| call.tokens_read.saturating_add(call.tokens_written));
        Self {
            tokens: Some(tokens.fold(0, i64::saturating_add)),
            micros: calls.iter().map(|call| call.cost_micros).sum(),
        }
    }
}

/// Takes the calls from a bill, each with an id by which it counts once.
pub(super) fn of_bill(app: &App, bill: &Bill) -> Vec<ModelCall> {
    let calls = bill.take().into_iter();
    calls.map(|call| of_call(app, call)).collect()
}

fn of_call(app: &App, call: Call) -> ModelCall {
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
        id: app.clock.new_id(),
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
