//! What language models cost: each call is recorded, and none is made that a budget does not allow.
//! Order: what it is expected to cost is reserved; the call; what it did cost is recorded, and settled
//! in the same transaction. No transaction is open while a model is waited for.

use std::time::Duration;

use chrono::TimeDelta;
use ultudy_domain::{
    Timestamp,
    job::JobFailure,
    usage::{Budget, Dollars, MadeFor, ModelCall, Period, Price, Standing, Whose},
};
use ultudy_store::{
    budgets::{self, Reserved, Settled},
    llm_calls,
};
use uuid::Uuid;

use crate::{App, Result};

mod account;
mod bill;
mod prices;
mod usage;

pub(crate) use account::Account;
pub(crate) use bill::Cost;
pub use prices::Prices;
pub use usage::{Day, Model, MyUsage, OfCourse, OfLesson, OwnBudget, my_usage};

/// The code of a job that its own student's budget refused.
pub(crate) const OF_USER: &str = "budget_spent";
/// The code of one that the budget of all refused.
pub(crate) const OF_ALL: &str = "budget_of_all_spent";
/// After this whoever reserved something is taken for gone: longer than any call may take.
const HELD: TimeDelta = TimeDelta::hours(2);
/// How often it is tried to record what was spent, and how long after the first time again.
const TRIES: u32 = 3;
const AGAIN: Duration = Duration::from_millis(250);
/// Bytes of text that are about a token.
const BYTES_OF_TOKEN: usize = 4;

/// What models cost and may cost.
#[derive(Debug, Default)]
pub struct Spending {
    /// What they cost.
    pub prices: Prices,
    /// What may be spent.
    pub budgets: Vec<Budget>,
    /// The price of the dearest model that may be asked; none if none is asked, or if there is no budget.
    pub dearest: Option<Price>,
    /// The price of the model that makes vectors; none if none is asked, or if there is no budget.
    pub of_vectors: Option<Price>,
    /// Whether models are asked at all.
    pub is_on: bool,
    /// How long each call is kept, and what calls came to by day.
    pub kept: Option<Kept>,
}

/// How long it is kept what models cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Each call.
    pub calls: TimeDelta,
    /// What they came to, by day.
    pub days: TimeDelta,
}

/// What is reserved for a call; it is to be given to [`record`].
#[derive(Debug)]
#[must_use]
struct Reservation {
    id: Uuid,
    micros: i64,
}

/// A budget that does not allow another call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent(
    /// How it stands.
    pub Standing,
);

impl Spent {
    /// What the student is told.
    #[must_use]
    pub fn failure(self, now: Timestamp) -> JobFailure {
        let Budget {
            whose,
            period,
            limit_micros,
        } = self.0.budget;
        let again = period.ends(now).format("%-d %B, %H:%M UTC");
        let limit = Dollars(limit_micros);
        let when = match period {
            Period::Day => "today",
            Period::Month => "this month",
        };
        match whose {
            Whose::User => JobFailure {
                code: OF_USER.into(),
                message: format!(
                    "What your lessons may cost {when} ({limit}) is used up. Lessons that there are stay \
                     open; new ones can be made from {again}."
                ),
            },
            Whose::All => JobFailure {
                code: OF_ALL.into(),
                message: format!(
                    "What the lessons of all students may cost {when} is used up. Lessons that there are \
                     stay open; new ones can be made from {again}."
                ),
            },
        }
    }
}

/// Reserves what a call at this price is expected to cost that reads so many bytes and writes so many
/// tokens. None where nothing is limited.
///
/// # Errors
/// The budget that does not allow it; or, outside, the database's.
async fn reserve(
    app: &App,
    owner_id: &str,
    price: Option<Price>,
    (bytes_read, tokens_written): (usize, i64),
) -> Result<std::result::Result<Option<Reservation>, Spent>> {
    let spending = &app.spending;
    let Some(price) = price.filter(|_| !spending.budgets.is_empty()) else {
        return Ok(Ok(None));
    };
    let tokens_read = i64::try_from(bytes_read / BYTES_OF_TOKEN).unwrap_or(i64::MAX);
    let micros = price.of(tokens_read, tokens_written);
    let id = app.clock.new_id();
    let now = app.clock.now();
    let mut tx = app.store.system().await?;
    let budgets = (owner_id, spending.budgets.as_slice());
    let reserved = budgets::reserve(&mut tx, id, budgets, micros, (now, now + HELD)).await?;
    match reserved {
        Reserved::Yes => {
            tx.commit().await?;
            Ok(Ok(Some(Reservation { id, micros })))
        }
        Reserved::No(standing) => {
            drop(tx);
            let labels = [
                ("whose", standing.budget.whose.as_str()),
                ("period", standing.budget.period.as_str()),
            ];
            metrics::counter!("ultudy_budget_refusals_total", &labels).increment(1);
            Ok(Err(Spent(standing)))
        }
    }
}

/// Records calls that are over and settles what was reserved for them. What cannot be recorded in some
/// tries is in the log: the calls are made, and whoever waits for what they gave gets it.
async fn record(
    app: &App,
    owner_id: &str,
    made_for: MadeFor,
    calls: Vec<ModelCall>,
    reservation: Option<Reservation>,
) {
    if calls.is_empty() && reservation.is_none() {
        return;
    }
    count(&calls);
    let mut pause = AGAIN;
    for attempt in 1..=TRIES {
        match try_to_record(app, owner_id, made_for, &calls, reservation.as_ref()).await {
            Ok((settled, spent)) => {
                for one in settled {
                    tell(app, owner_id, one, spent);
                }
                return;
            }
            Err(error) if attempt < TRIES => {
                tracing::warn!(%error, "what a model cost is not recorded yet");
                tokio::time::sleep(pause).await;
                pause *= 4;
            }
            Err(error) => {
                tracing::error!(%error, owner_id, ?calls, "what a model cost is not recorded");
            }
        }
    }
}

async fn try_to_record(
    app: &App,
    owner_id: &str,
    made_for: MadeFor,
    calls: &[ModelCall],
    reservation: Option<&Reservation>,
) -> Result<(Vec<Settled>, i64)> {
    let known: i64 = calls.iter().filter_map(|call| call.cost_micros).sum();
    let mut tx = app.store.write(owner_id).await?;
    llm_calls::insert_all(&mut tx, calls, made_for).await?;
    let mut settled = (Vec::new(), 0);
    if let Some(Reservation { id, micros }) = reservation {
        // Of what cost is not known it is taken to have been as was expected.
        let spent = match calls.iter().any(|call| call.cost_micros.is_none()) {
            true => known.max(*micros),
            false => known,
        };
        settled = (budgets::settle(&mut tx, *id, spent).await?, spent);
    }
    tx.commit().await?;
    Ok(settled)
}

fn count(calls: &[ModelCall]) {
    for call in calls {
        let labels = [
            ("provider", call.provider.clone()),
            ("model", call.model.clone()),
            ("task", call.task.clone()),
        ];
        match call.cost_micros {
            Some(cost) => metrics::counter!("ultudy_model_cost_microdollars_total", &labels)
                .increment(u64::try_from(cost).unwrap_or(0)),
            None => metrics::counter!("ultudy_model_unpriced_calls_total", &labels).increment(1),
        }
    }
}

/// How a budget stands after so much was spent of it: said once, when it comes to be warned of.
fn tell(app: &App, owner_id: &str, settled: Settled, spent: i64) {
    let Settled {
        whose,
        period,
        spent_micros,
    } = settled;
    let mut budgets = app.spending.budgets.iter();
    let Some(budget) = budgets.find(|it| (it.whose, it.period) == (whose, period)) else {
        return;
    };
    let standing = |spent_micros| Standing {
        budget: *budget,
        spent_micros,
        reserved_micros: 0,
    };
    if whose == Whose::All {
        #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
        let share = spent_micros as f64 / budget.limit_micros.max(1) as f64;
        metrics::gauge!("ultudy_budget_spent_ratio", "period" => period.as_str()).set(share);
    }
    let is_crossed =
        standing(spent_micros).is_warned_of() && !standing(spent_micros - spent).is_warned_of();
    if !is_crossed {
        return;
    }
    let labels = [("whose", whose.as_str()), ("period", period.as_str())];
    metrics::counter!("ultudy_budget_warnings_total", &labels).increment(1);
    let (limit, spent) = (Dollars(budget.limit_micros), Dollars(spent_micros));
    let period = period.as_str();
    match whose {
        Whose::All => tracing::warn!(
            %spent, %limit, period,
            "four fifths of what language models may cost are spent"
        ),
        Whose::User => tracing::warn!(
            owner_id, %spent, %limit, period,
            "four fifths of what a user's lessons may cost are spent"
        ),
    }
}

/// Deletes calls that are old enough, and settles what vanished processes had reserved; how many rows.
///
/// # Errors
/// The database does not answer.
pub async fn clear_up(app: &App) -> Result<u64> {
    let now = app.clock.now();
    let mut tx = app.store.system().await?;
    let before = (now - TimeDelta::days(62)).date_naive();
    let mut cleared = budgets::clear_up(&mut tx, now, before).await? as u64;
    if let Some(kept) = app.spending.kept {
        cleared += llm_calls::delete_old(&mut tx, now - kept.calls, now - kept.days).await?;
    }
    tx.commit().await?;
    Ok(cleared)
}
