//! Jobs that are not final, for an engine that may lack some of them.

use ultudy_domain::{
    Timestamp,
    job::{JobStatus, Priority, QueueName},
};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{FromRow, Row, binds, read_name},
};

/// What dispatch must know of a job that is not final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub owner_id: String,
    /// Whether it waits or is being worked on.
    pub status: JobStatus,
    /// Which goes first.
    pub priority: Priority,
    /// Not before this moment.
    pub run_at: Timestamp,
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            owner_id: row.get("owner_id")?,
            status: read_name(row, "status", JobStatus::parse)?,
            priority: Priority::from_number(row.get("priority")?),
            run_at: row.get("run_at")?,
        })
    }
}

/// The job, if it is queued or processing and waits for no other.
pub async fn deliverable(tx: &mut TenantTx, id: Uuid) -> Result<Option<Waiting>> {
    tx.first(
        "SELECT id, owner_id, status, priority, run_at FROM jobs
        WHERE owner_id = $1 AND id = $2 AND status IN ('queued', 'processing')
            AND waits_for IS NULL",
        binds![id],
    )
    .await
}

/// Jobs of one queue and class that are queued or processing and wait for no other, in their order: at most `limit`
/// of those behind `after`, a job's `run_at` and id.
pub async fn waiting(
    tx: &mut SystemTx,
    queue: QueueName,
    priority: Priority,
    after: (Timestamp, Uuid),
    limit: u32,
) -> Result<Vec<Waiting>> {
    let (run_at, id) = after;
    tx.connection()
        .all(
            "SELECT id, owner_id, status, priority, run_at FROM jobs
            WHERE queue = $1 AND priority = $2 AND status IN ('queued', 'processing')
                AND waits_for IS NULL AND (run_at, id) > ($3, $4)
            ORDER BY run_at, id
            LIMIT $5"
                .into(),
            binds![
                queue.as_str(),
                priority.number(),
                run_at,
                id,
                i64::from(limit)
            ],
        )
        .await
}
