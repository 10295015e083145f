//! The processes that do jobs, as they tell each other of themselves.

use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{
    Result, SystemTx,
    db::{FromRow, Row, binds},
};

/// A process that does jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// The process.
    pub id: Uuid,
    /// The name it was given, which another may have by mistake.
    pub worker_id: String,
    /// Since when.
    pub started_at: Timestamp,
}

impl FromRow for Worker {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            worker_id: row.get("worker_id")?,
            started_at: row.get("started_at")?,
        })
    }
}

/// It was there at `now`.
pub async fn report(tx: &mut SystemTx, worker: &Worker, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO workers (id, worker_id, started_at, seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at";
    tx.connection()
        .execute(
            sql.into(),
            binds![worker.id, worker.worker_id, worker.started_at, now],
        )
        .await?;
    Ok(())
}

/// Those that were there at `since` or later, by name.
pub async fn seen(tx: &mut SystemTx, since: Timestamp) -> Result<Vec<Worker>> {
    let sql = "SELECT id, worker_id, started_at FROM workers WHERE seen_at >= $1
        ORDER BY worker_id, id";
    tx.connection().all(sql.into(), binds![since]).await
}

/// It ends, and so have all that were last there before `until`.
pub async fn leave(tx: &mut SystemTx, id: Uuid, until: Timestamp) -> Result<()> {
    let sql = "DELETE FROM workers WHERE id = $1 OR seen_at < $2";
    tx.connection()
        .execute(sql.into(), binds![id, until])
        .await?;
    Ok(())
}
