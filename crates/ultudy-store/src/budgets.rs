//! What has been spent of budgets, by all processes: reserved before a call, settled after it.

use chrono::NaiveDate;
use ultudy_domain::{
    Timestamp,
    usage::{Budget, Period, Standing, Whose},
};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{Bind, FromRow, Row, binds, read_name},
};

/// A budget as it holds for somebody at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ledger {
    whose: String,
    period: Period,
    first_day: NaiveDate,
}

/// What came of reserving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// It fits, and counts.
    Yes,
    /// It does not fit in this one, and nothing was reserved.
    No(Standing),
}

impl Ledger {
    fn of(budget: Budget, owner_id: &str, at: Timestamp) -> Self {
        Self {
            whose: match budget.whose {
                Whose::All => "all".into(),
                Whose::User => format!("user:{owner_id}"),
            },
            period: budget.period,
            first_day: budget.period.first_day(at),
        }
    }
}

/// Spent and reserved.
struct Sums(i64, i64);

impl FromRow for Sums {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(row.get("spent_micros")?, row.get("reserved_micros")?))
    }
}

/// What was reserved where.
struct Held {
    ledger: Ledger,
    micros: i64,
}

impl FromRow for Held {
    fn from_row(row: &Row) -> Result<Self> {
        let parse = |name: &str| {
            let mut all = [Period::Day, Period::Month].into_iter();
            all.find(|period| period.as_str() == name)
        };
        Ok(Self {
            ledger: Ledger {
                whose: row.get("whose")?,
                period: read_name(row, "period", parse)?,
                first_day: row.get("first_day")?,
            },
            micros: row.get("micros")?,
        })
    }
}

const SUMS: &str = "SELECT spent_micros, reserved_micros FROM llm_budgets
    WHERE whose = $1 AND period = $2 AND first_day = $3";

/// Reserves so many micro-dollars in each of these budgets, or in none. What is not settled by `until`
/// counts as spent.
///
/// # Errors
/// The database's.
pub async fn reserve(
    tx: &mut SystemTx,
    id: Uuid,
    (owner_id, budgets): (&str, &[Budget]),
    micros: i64,
    (now, until): (Timestamp, Timestamp),
) -> Result<Reserved> {
    // All in one order, so that no two wait for each other.
    let mut budgets = budgets.to_vec();
    budgets.sort_by_key(|budget| (budget.whose == Whose::User, budget.period == Period::Month));
    for budget in budgets {
        let ledger = Ledger::of(budget, owner_id, now);
        let mut fits = add(tx, &ledger, micros, budget.limit_micros).await?;
        if !fits && sums(tx, &ledger).await?.is_none() {
            open(tx, &ledger, (budget.whose, owner_id)).await?;
            fits = add(tx, &ledger, micros, budget.limit_micros).await?;
        }
        if !fits {
            let sums = sums(tx, &ledger).await?;
            let Sums(spent_micros, reserved_micros) = sums.unwrap_or(Sums(0, 0));
            return Ok(Reserved::No(Standing {
                budget,
                spent_micros,
                reserved_micros,
            }));
        }
        let Ledger {
            whose,
            period,
            first_day,
        } = ledger;
        let sql = "INSERT INTO llm_reservations (id, whose, period, first_day, micros, until)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let binds = binds![id, whose, period.as_str(), first_day, micros, until];
        tx.connection().execute(sql.into(), binds).await?;
    }
    Ok(Reserved::Yes)
}

async fn add(tx: &mut SystemTx, ledger: &Ledger, micros: i64, limit: i64) -> Result<bool> {
    let sql = "UPDATE llm_budgets SET reserved_micros = reserved_micros + $4
        WHERE whose = $1 AND period = $2 AND first_day = $3
            AND spent_micros + reserved_micros + $4 <= $5";
    let period = ledger.period.as_str();
    let binds = binds![ledger.whose, period, ledger.first_day, micros, limit];
    Ok(tx.connection().execute(sql.into(), binds).await? > 0)
}

/// Begins it with what was spent before there was a budget, if it is not begun.
async fn open(tx: &mut SystemTx, ledger: &Ledger, (whose, owner_id): (Whose, &str)) -> Result<()> {
    let sql = "INSERT INTO llm_budgets (whose, period, first_day, spent_micros, reserved_micros)
        SELECT $1, $2, $3, CAST(coalesce(sum(cost_micros), 0) AS bigint), 0
        FROM llm_usage WHERE day >= $3 AND ($4 OR owner_id = $5)
        ON CONFLICT (whose, period, first_day) DO NOTHING";
    let of_all = whose == Whose::All;
    let period = ledger.period.as_str();
    let binds = binds![ledger.whose, period, ledger.first_day, of_all, owner_id];
    tx.connection().execute(sql.into(), binds).await?;
    Ok(())
}

async fn sums(tx: &mut SystemTx, ledger: &Ledger) -> Result<Option<Sums>> {
    let period = ledger.period.as_str();
    let binds = binds![ledger.whose, period, ledger.first_day];
    let found: Vec<Sums> = tx.connection().all(SUMS.into(), binds).await?;
    Ok(found.into_iter().next())
}

/// What was reserved by this id is over, and so much was spent; whose budgets stand how by now, with
/// what they were before.
pub async fn settle(tx: &mut TenantTx, id: Uuid, spent: i64) -> Result<Vec<Settled>> {
    let sql = "DELETE FROM llm_reservations WHERE id = $1
        RETURNING whose, period, first_day, micros";
    let rows = tx.by_key(sql, binds![id]).await?;
    let held = rows.iter().map(Held::from_row);
    let mut held: Vec<Held> = held.collect::<Result<_>>()?;
    sort(&mut held);
    let mut settled = Vec::with_capacity(held.len());
    for one in held {
        let rows = tx.by_key(MOVE, &moved(&one, &spent)).await?;
        if let Some(row) = rows.first() {
            settled.push(Settled {
                whose: match one.ledger.whose.as_str() {
                    "all" => Whose::All,
                    _ => Whose::User,
                },
                period: one.ledger.period,
                spent_micros: Sums::from_row(row)?.0,
            });
        }
    }
    Ok(settled)
}

/// How a budget stands after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Whose.
    pub whose: Whose,
    /// Which.
    pub period: Period,
    /// What has been spent of it.
    pub spent_micros: i64,
}

const MOVE: &str = "UPDATE llm_budgets SET
        reserved_micros = reserved_micros - $4, spent_micros = spent_micros + $5
    WHERE whose = $1 AND period = $2 AND first_day = $3
    RETURNING spent_micros, reserved_micros";

fn moved<'a>(held: &'a Held, spent: &'a i64) -> [&'a (dyn Bind + Sync); 5] {
    let Ledger {
        whose, first_day, ..
    } = &held.ledger;
    let period: &'static &'static str = match held.ledger.period {
        Period::Day => &"day",
        Period::Month => &"month",
    };
    [whose, period, first_day, &held.micros, spent]
}

/// As [`reserve`] has it.
fn sort(held: &mut [Held]) {
    held.sort_by(|left, right| {
        let key = |held: &Held| {
            let ledger = &held.ledger;
            (
                ledger.whose != "all",
                ledger.whose.clone(),
                ledger.period == Period::Month,
                ledger.first_day,
            )
        };
        key(left).cmp(&key(right))
    });
}

/// How the owner stands with budgets, those of all as well.
pub async fn standings(
    tx: &mut TenantTx,
    budgets: &[Budget],
    now: Timestamp,
) -> Result<Vec<Standing>> {
    let owner_id = tx.owner_id().to_owned();
    let mut standings = Vec::with_capacity(budgets.len());
    for budget in budgets {
        let ledger = Ledger::of(*budget, &owner_id, now);
        let period = ledger.period.as_str();
        let rows = tx
            .by_key(SUMS, binds![ledger.whose, period, ledger.first_day])
            .await?;
        let Sums(spent_micros, reserved_micros) = match rows.first() {
            Some(row) => Sums::from_row(row)?,
            // No call since there is a budget.
            None => Sums(spent_since(tx, ledger.first_day).await?, 0),
        };
        standings.push(Standing {
            budget: *budget,
            spent_micros,
            reserved_micros,
        });
    }
    Ok(standings)
}

async fn spent_since(tx: &mut TenantTx, day: NaiveDate) -> Result<i64> {
    tx.one(
        "SELECT CAST(coalesce(sum(cost_micros), 0) AS bigint) FROM llm_usage
        WHERE owner_id = $1 AND day >= $2",
        binds![day],
    )
    .await
}

/// Forgets what the owner has spent of theirs.
pub(crate) async fn delete_own(tx: &mut TenantTx) -> Result<()> {
    let whose = format!("user:{}", tx.owner_id());
    for statement in [
        "DELETE FROM llm_reservations WHERE whose = $1",
        "DELETE FROM llm_budgets WHERE whose = $1",
    ] {
        tx.by_key(statement, binds![whose]).await?;
    }
    Ok(())
}

/// Counts as spent what is still reserved by processes that are gone, and forgets budgets of days before
/// `before`; how many reservations.
pub async fn clear_up(tx: &mut SystemTx, now: Timestamp, before: NaiveDate) -> Result<usize> {
    let sql = "DELETE FROM llm_reservations WHERE until < $1
        RETURNING whose, period, first_day, micros";
    let mut held: Vec<Held> = tx.connection().all(sql.into(), binds![now]).await?;
    sort(&mut held);
    for one in &held {
        let connection = tx.connection();
        connection
            .execute(MOVE.into(), &moved(one, &one.micros))
            .await?;
    }
    let sql = "DELETE FROM llm_budgets WHERE first_day < $1";
    tx.connection().execute(sql.into(), binds![before]).await?;
    Ok(held.len())
}
