//! What is done to a job from outside: its owner cancels it or asks for it again, a worker of
//! another program ends it.
//!
//! A job that is cancelled loses its lease with its run token: the worker that has it is
//! told so at its next renewal, and whatever it still writes changes nothing.

use ultudy_domain::{
    Timestamp,
    job::{Job, JobFailure, JobStatus},
};
use uuid::Uuid;

use super::columns;
use crate::{Result, TenantTx, db::binds};

macro_rules! set_cancelled {
    ($which:literal) => {
        concat!(
            "UPDATE jobs SET
                status = 'cancelled', stage = 'cancelled', run_token = NULL, lease_token = NULL,
                lease_until = NULL, completed_at = $3, version = version + 1
            WHERE owner_id = $1 AND status IN ('queued', 'processing') AND ",
            $which,
            " RETURNING ",
            columns!()
        )
    };
}

/// Cancels a job that is not final; the job as it then is, or none if there is no such
/// job or it is final.
pub async fn cancel(tx: &mut TenantTx, id: Uuid, now: Timestamp) -> Result<Option<Job>> {
    tx.first(set_cancelled!("id = $2"), binds![id, now]).await
}

/// Cancels every job in flight on a document that is being deleted; the jobs as they then
/// are.
pub async fn cancel_of_document(
    tx: &mut TenantTx,
    document_id: Uuid,
    now: Timestamp,
) -> Result<Vec<Job>> {
    tx.all(set_cancelled!("document_id = $2"), binds![document_id, now])
        .await
}

/// Puts a failed or cancelled job back with its counters at zero, as if it had never been put off; none if there is no such
/// job, it is in another status, or another with its key is in flight (a conflict if that
/// one came at the same moment).
pub async fn requeue(tx: &mut TenantTx, id: Uuid, now: Timestamp) -> Result<Option<Job>> {
    tx.first(
        concat!(
            "UPDATE jobs SET
                status = 'queued', stage = 'queued', progress = 0, attempt = 0, lost = 0,
                failure_code = NULL, failure_message = NULL, run_at = $3,
                lease_token = NULL, lease_until = NULL, started_at = NULL, completed_at = NULL,
                leads_for = NULL, waits_for = NULL, put_off_since = NULL, patient = false,
                version = version + 1
            WHERE owner_id = $1 AND id = $2 AND status IN ('failed', 'cancelled')
                AND NOT EXISTS (
                    SELECT 1 FROM jobs other
                    WHERE other.owner_id = $1 AND other.dedupe_key = jobs.dedupe_key
                        AND other.status IN ('queued', 'processing')
                )
            RETURNING ",
            columns!()
        ),
        binds![id, now],
    )
    .await
}

/// Writes the end that a worker of another program gave a job; the job as it then is, or none if
/// there is no such job or it is final.
pub async fn end_elsewhere(
    tx: &mut TenantTx,
    id: Uuid,
    outcome: Result<&serde_json::Value, &JobFailure>,
    now: Timestamp,
) -> Result<Option<Job>> {
    let status = match outcome {
        Ok(_) => JobStatus::Completed,
        Err(_) => JobStatus::Failed,
    };
    let failure = outcome.err();
    tx.first(
        concat!(
            "UPDATE jobs SET
                status = $3, stage = $3, run_token = NULL, lease_token = NULL,
                lease_until = NULL, result = $4,
                progress = CASE $3 WHEN 'completed' THEN 100 ELSE progress END,
                failure_code = $5, failure_message = $6,
                completed_at = $7, version = version + 1
            WHERE owner_id = $1 AND id = $2 AND status IN ('queued', 'processing')
            RETURNING ",
            columns!()
        ),
        binds![
            id,
            status.as_str(),
            outcome.ok().cloned(),
            failure.map(|failure| failure.code.as_str()),
            failure.map(|failure| failure.message.as_str()),
            now
        ],
    )
    .await
}
