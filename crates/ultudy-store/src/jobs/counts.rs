//! How many jobs stand where, across owners.

use ultudy_domain::{Timestamp, job::QueueName};
use ultudy_engines::queue::{Counts, KEEP_FOR};

use crate::{
    Result, SystemTx,
    db::{FromRow, Row, binds},
};

/// The jobs of a queue by their state at `now`, without those that wait for another; those that have ended, of the last [`KEEP_FOR`].
pub async fn counts(tx: &mut SystemTx, queue: QueueName, now: Timestamp) -> Result<Counts> {
    let in_flight = "SELECT
            count(*) FILTER (WHERE run_at <= $2 AND (lease_until IS NULL OR lease_until <= $2))
                AS waiting,
            count(*) FILTER (WHERE lease_until > $2) AS active,
            count(*) FILTER (WHERE run_at > $2 AND (lease_until IS NULL OR lease_until <= $2))
                AS delayed
        FROM jobs WHERE queue = $1 AND status IN ('queued', 'processing') AND waits_for IS NULL";
    let ended = "SELECT count(*) FILTER (WHERE status = 'completed') AS completed,
            count(*) FILTER (WHERE status = 'failed') AS failed
        FROM jobs WHERE queue = $1 AND completed_at >= $2";
    let in_flight: Vec<InFlight> = tx
        .connection()
        .all(in_flight.into(), binds![queue.as_str(), now])
        .await?;
    let ended: Vec<Ended> = tx
        .connection()
        .all(ended.into(), binds![queue.as_str(), now - KEEP_FOR])
        .await?;
    let mut counts = Counts::default();
    if let Some(InFlight([waiting, active, delayed])) = in_flight.first() {
        (counts.waiting, counts.active, counts.delayed) = (*waiting, *active, *delayed);
    }
    if let Some(Ended([completed, failed])) = ended.first() {
        (counts.completed, counts.failed) = (*completed, *failed);
    }
    Ok(counts)
}

struct InFlight([u64; 3]);

impl FromRow for InFlight {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self([
            count(row, "waiting")?,
            count(row, "active")?,
            count(row, "delayed")?,
        ]))
    }
}

struct Ended([u64; 2]);

impl FromRow for Ended {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self([count(row, "completed")?, count(row, "failed")?]))
    }
}

fn count(row: &Row, column: &'static str) -> Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}
