//! What is asked for in a batch: held in the budgets from when it is gathered, and recorded with what came
//! of it in one transaction, so that a call counts once whatever is killed.

use ultudy_domain::{
    Timestamp,
    usage::{MadeFor, ModelCall},
};
use ultudy_llm::{
    Unpaid,
    model::{LESSON_TOKENS_MAX, tokens_of},
};
use ultudy_store::{TenantTx, budgets, budgets::Settled, llm_calls};
use uuid::Uuid;

use super::{count, reserve_until, tell};
use crate::{App, Result};

/// A request in a batch, as far as it costs something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Also of the call.
    pub(crate) id: Uuid,
    /// Whose model.
    pub(crate) provider: &'a str,
    /// Its name.
    pub(crate) model: &'a str,
    /// Length of the request.
    pub(crate) bytes: i64,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CameTo {
    /// `answered`, or why there is nothing that can be used.
    pub(crate) outcome: &'static str,
    /// Tokens that were read.
    pub(crate) tokens_read: i64,
    /// Tokens that were written.
    pub(crate) tokens_written: i64,
    /// Whether the provider has said so; else it may have been paid for.
    pub(crate) is_known: bool,
}

impl CameTo {
    /// Nothing, by the provider's word, or as far as is known.
    pub(crate) fn nothing(outcome: &'static str, is_known: bool) -> Self {
        Self {
            outcome,
            tokens_read: 0,
            tokens_written: 0,
            is_known,
        }
    }
}

/// A call that is recorded once its transaction is committed.
#[must_use]
pub(crate) struct Recorded {
    call: ModelCall,
    settled: Vec<Settled>,
    spent: i64,
}

/// Micro-dollars that it may cost at most.
fn expected(app: &App, asked: Asked<'_>) -> i64 {
    let prices = &app.spending.prices;
    let price = prices
        .of_batch(asked.provider, asked.model)
        .or(app.spending.dearest);
    let bytes = usize::try_from(asked.bytes).unwrap_or(usize::MAX);
    let tokens = i64::try_from(tokens_of(bytes)).unwrap_or(i64::MAX);
    price.map_or(0, |price| price.of(tokens, LESSON_TOKENS_MAX.into()))
}

/// Holds what it may cost at most, until then.
///
/// # Errors
/// Why a budget does not allow it; or, outside, the database's.
pub(crate) async fn hold(
    app: &App,
    owner_id: &str,
    asked: Asked<'_>,
    until: Timestamp,
) -> Result<std::result::Result<(), Unpaid>> {
    if app.spending.dearest.is_none() || app.spending.budgets.is_empty() {
        return Ok(Ok(()));
    }
    let micros = expected(app, asked);
    reserve_until(app, owner_id, (asked.id, micros), until).await
}

/// It is not asked for after all.
///
/// # Errors
/// The database's.
pub(crate) async fn let_go(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    budgets::settle(tx, id, 0).await?;
    Ok(())
}

/// Records what came of it and settles what was held.
///
/// # Errors
/// The database's.
pub(crate) async fn record(
    app: &App,
    tx: &mut TenantTx,
    (asked, made_for): (Asked<'_>, MadeFor),
    came_to: CameTo,
) -> Result<Recorded> {
    let (read, written) = (came_to.tokens_read, came_to.tokens_written);
    let price = app.spending.prices.of_batch(asked.provider, asked.model);
    let is_free = price.is_some_and(|price| price.read == 0 && price.written == 0);
    let cost_micros = match came_to.is_known {
        _ if is_free => Some(0),
        false => None,
        true if read == 0 && written == 0 => Some(0),
        true => price.map(|price| price.of(read, written)),
    };
    let call = ModelCall {
        id: asked.id,
        made_at: app.clock.now(),
        provider: asked.provider.to_owned(),
        model: asked.model.to_owned(),
        task: "lesson".into(),
        outcome: came_to.outcome.to_owned(),
        tokens_read: read,
        tokens_written: written,
        cost_micros,
    };
    llm_calls::insert_all(tx, std::slice::from_ref(&call), made_for).await?;
    // What cost is not known is taken to have been the most that it may be.
    let spent = cost_micros.unwrap_or_else(|| expected(app, asked));
    let settled = budgets::settle(tx, asked.id, spent).await?;
    Ok(Recorded {
        call,
        settled,
        spent,
    })
}

impl Recorded {
    /// After the commit: numbers and warnings.
    pub(crate) fn tell(self, app: &App, owner_id: &str) {
        count(&self.call);
        for one in self.settled {
            tell(app, owner_id, one, self.spent);
        }
    }
}
