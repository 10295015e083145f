//! Jobs that can wait: what they need may be asked for in a batch, which takes hours. Whoever waits so
//! follows no other job: nobody leads, and the key's item in `llm_batch_items` says why.

use ultudy_domain::{
    Timestamp,
    job::{Job, Priority},
};
use uuid::Uuid;

use super::{
    columns,
    single_flight::{follow, leader},
};
use crate::{
    Result, TenantTx,
    db::{Sql, binds},
};

/// Whether a run's job can wait, which does not change before the transaction ends; none if the run is
/// stale.
pub async fn is_patient(tx: &mut TenantTx, id: Uuid, run_token: Uuid) -> Result<Option<bool>> {
    macro_rules! patient {
        () => {
            "SELECT patient FROM jobs
            WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'"
        };
    }
    let sql = Sql::pair(patient!(), concat!(patient!(), " FOR NO KEY UPDATE"));
    tx.first(sql, binds![id, run_token]).await
}

/// Ends a run whose job waits for the answer of a batch to the generation of this key; none if another job
/// has that made by now, or the run is stale.
pub async fn await_batch(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    key: &str,
) -> Result<Option<Job>> {
    match leader(tx, key).await? {
        Some(leader) if leader != id => Ok(None),
        _ => follow(tx, id, run_token, key).await,
    }
}

/// A job that could wait is wanted now: it is of this class, if that is more urgent than its own, and waits
/// for nobody any more. To be pushed after the commit; none if it could not wait, or is over.
pub async fn hurry(
    tx: &mut TenantTx,
    id: Uuid,
    priority: Priority,
    now: Timestamp,
) -> Result<Option<Job>> {
    tx.first(
        concat!(
            "UPDATE jobs SET
                patient = false,
                priority = CASE WHEN priority > $3 THEN $3 ELSE priority END,
                run_at = CASE WHEN waits_for IS NULL THEN run_at ELSE $4 END,
                waits_for = NULL, version = version + 1
            WHERE owner_id = $1 AND id = $2 AND patient AND status IN ('queued', 'processing')
            RETURNING ",
            columns!()
        ),
        binds![id, priority.number(), now],
    )
    .await
}
