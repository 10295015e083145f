//! What language models cost: each call is recorded, and none is made that a budget does not allow.
//! Order: what it may cost at most is reserved; the call; what it did cost is recorded, and settled
//! in the same transaction. No transaction is open while a model is waited for.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::{runtime::Handle, time::Instant};
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    Timestamp,
    job::Job,
    usage::{Budget, Dollars, MadeFor, ModelCall, Period, Price, Standing, Whose},
};
use ultudy_llm::{Planned, Unpaid};
use ultudy_store::{
    budgets::{self, Reserved, Settled},
    llm_calls,
};
use uuid::Uuid;

use crate::{App, Error, Result};

mod account;
pub(crate) mod batched;
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
/// For how long it is tried to record what was spent, and how long after the first time again, and then at
/// most.
const PATIENCE: Duration = Duration::from_secs(600);
const AGAIN: Duration = Duration::from_millis(250);
const AGAIN_MAX: Duration = Duration::from_secs(5);
/// When what is not paid just now may be asked for again.
const ASKED_AGAIN: Duration = Duration::from_secs(5);
/// Calls that are deleted in one transaction.
const DELETED: u32 = 1_000;

/// What models cost and may cost.
#[derive(Debug, Default)]
pub struct Spending {
    /// What they cost.
    pub prices: Prices,
    /// What may be spent.
    pub budgets: Vec<Budget>,
    /// The price of the dearest model that may be asked; none if none is asked, or if there is no budget.
    pub dearest: Option<Price>,
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

/// What a job's calls are for.
pub(crate) fn made_for(job: &Job) -> MadeFor {
    let of = |name: &str| job.data.get(name)?.as_str()?.parse().ok();
    MadeFor {
        job_id: Some(job.id),
        course_id: of("course_id"),
        document_id: of("document_id"),
        section_id: of("section_id"),
    }
}

/// What is reserved for a call. Dropped, it is given back.
struct Held {
    app: App,
    owner_id: String,
    /// None once it is settled.
    reserved: Option<(Uuid, i64)>,
}

impl Drop for Held {
    /// Nobody has made the call.
    fn drop(&mut self) {
        let Some((id, _)) = self.reserved.take() else {
            return;
        };
        let (app, owner_id) = (self.app.clone(), self.owner_id.clone());
        let giving_back = async move {
            let given_back = async {
                let mut tx = app.store.write(&owner_id).await?;
                budgets::settle(&mut tx, id, 0).await?;
                tx.commit().await
            };
            if let Err(error) = given_back.await {
                tracing::warn!(%error, "what was kept for a call counts for two hours");
            }
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.app.recordings().track_future(giving_back));
        }
    }
}

/// What whoever asked is told: a call that may cost so much is not paid from a budget that stands so.
fn refusal(standing: Standing, micros: i64, now: Timestamp) -> Unpaid {
    let Budget {
        whose,
        period,
        limit_micros,
    } = standing.budget;
    let again = period.ends(now).format("%-d %B, %H:%M UTC");
    let (limit, most) = (Dollars(limit_micros), Dollars(micros));
    let when = match period {
        Period::Day => "today",
        Period::Month => "this month",
    };
    let code = match whose {
        Whose::User => OF_USER,
        Whose::All => OF_ALL,
    };
    let message = match whose {
        _ if micros > limit_micros => format!(
            "This may cost more than all that may be spent {when} ({most} of {limit}). Whoever runs this \
             server can raise the budget."
        ),
        Whose::User => format!(
            "What your lessons may cost {when} ({limit}) is used up. Lessons that there are stay open; new \
             ones can be made from {again}."
        ),
        Whose::All => format!(
            "What the lessons of all students may cost {when} is used up. Lessons that there are stay open; \
             new ones can be made from {again}."
        ),
    };
    Unpaid::Refused { code, message }
}

/// Reserves what a call may cost at most. None where nothing is limited, and for what costs nothing.
///
/// # Errors
/// Why a budget does not allow it; or, outside, the database's.
async fn reserve(
    app: &App,
    owner_id: &str,
    planned: Planned<'_>,
) -> Result<std::result::Result<Option<Held>, Unpaid>> {
    let spending = &app.spending;
    if spending.budgets.is_empty() {
        return Ok(Ok(None));
    }
    let price = spending.prices.of_call(planned.provider, planned.model);
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let micros = price.or(spending.dearest).map_or(0, |price| {
        price.of(whole(planned.tokens_read), whole(planned.tokens_written))
    });
    if micros == 0 {
        return Ok(Ok(None));
    }
    let (app, owner_id) = (app.clone(), owner_id.to_owned());
    // In a task of its own: if nobody waits for it any more, it is given back.
    let reserving = tokio::spawn(async move {
        let reserved = (app.clock.new_id(), micros);
        let until = app.clock.now() + HELD;
        let made = reserve_until(&app, &owner_id, reserved, until).await?;
        Ok(made.map(|()| {
            Some(Held {
                app,
                owner_id,
                reserved: Some(reserved),
            })
        }))
    });
    reserving
        .await
        .map_err(|crash| Error::Unavailable(crash.into()))?
}

/// Reserves so many micro-dollars until then, under this id.
async fn reserve_until(
    app: &App,
    owner_id: &str,
    (id, micros): (Uuid, i64),
    until: Timestamp,
) -> Result<std::result::Result<(), Unpaid>> {
    let now = app.clock.now();
    let mut tx = app.store.system().await?;
    let budgets = (owner_id, app.spending.budgets.as_slice());
    let reserved = budgets::reserve(&mut tx, id, budgets, micros, (now, until)).await?;
    let standing = match reserved {
        Reserved::Yes => {
            tx.commit().await?;
            return Ok(Ok(()));
        }
        Reserved::No(standing) => standing,
    };
    drop(tx);
    if standing.spent_micros.saturating_add(micros) <= standing.budget.limit_micros {
        // It is only that so much is under way, which will cost less.
        return Ok(Err(Unpaid::Later {
            message: "As much is being asked of language models as they may cost.".into(),
            wait: ASKED_AGAIN,
            is_limited: true,
        }));
    }
    let labels = [
        ("whose", standing.budget.whose.as_str()),
        ("period", standing.budget.period.as_str()),
    ];
    metrics::counter!("ultudy_budget_refusals_total", &labels).increment(1);
    Ok(Err(refusal(standing, micros, now)))
}

/// Records a call that is over and settles what was reserved for it. It is tried for some minutes: a
/// database that is away comes back, and what was spent is spent.
async fn record(
    app: &App,
    owner_id: &str,
    made_for: MadeFor,
    call: ModelCall,
    mut held: Option<Held>,
) {
    count(&call);
    // From here on it is not given back.
    let reserved = held.as_mut().and_then(|held| held.reserved.take());
    let given_up = Instant::now() + PATIENCE;
    let mut pause = AGAIN;
    loop {
        let error = match try_to_record(app, owner_id, made_for, &call, reserved).await {
            Ok((settled, spent)) => {
                for one in settled {
                    tell(app, owner_id, one, spent);
                }
                return;
            }
            Err(error) => error,
        };
        if Instant::now() >= given_up {
            tracing::error!(%error, owner_id, ?call, "what a model cost is not recorded");
            return;
        }
        tracing::warn!(%error, "what a model cost is not recorded yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(AGAIN_MAX);
    }
}

async fn try_to_record(
    app: &App,
    owner_id: &str,
    made_for: MadeFor,
    call: &ModelCall,
    reserved: Option<(Uuid, i64)>,
) -> Result<(Vec<Settled>, i64)> {
    let mut tx = app.store.write(owner_id).await?;
    llm_calls::insert_all(&mut tx, std::slice::from_ref(call), made_for).await?;
    let mut settled = (Vec::new(), 0);
    if let Some((id, micros)) = reserved {
        // Of what cost is not known it is taken to have been the most that it may be.
        let spent = call.cost_micros.unwrap_or(micros);
        settled = (budgets::settle(&mut tx, id, spent).await?, spent);
    }
    tx.commit().await?;
    Ok(settled)
}

fn count(call: &ModelCall) {
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

/// Deletes calls that are old enough, and settles what vanished processes had reserved; how many rows. Of a
/// long time that is many, which nobody is to wait behind: some at once, until `stop` fires.
///
/// # Errors
/// The database does not answer.
pub async fn clear_up(app: &App, stop: &CancellationToken) -> Result<u64> {
    let now = app.clock.now();
    let mut tx = app.store.system().await?;
    let before = (now - TimeDelta::days(62)).date_naive();
    let mut cleared = budgets::clear_up(&mut tx, now, before).await? as u64;
    tx.commit().await?;
    let Some(kept) = app.spending.kept else {
        return Ok(cleared);
    };
    while !stop.is_cancelled() {
        let (calls, days) = (now - kept.calls, now - kept.days);
        let mut tx = app.store.system().await?;
        let deleted = llm_calls::delete_old(&mut tx, calls, days, DELETED).await?;
        tx.commit().await?;
        cleared += deleted;
        if deleted < u64::from(DELETED) {
            break;
        }
    }
    Ok(cleared)
}
