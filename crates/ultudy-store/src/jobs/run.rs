//! One run of a job: from its start under a token to its end.

use ultudy_domain::{
    Timestamp,
    job::{Job, JobFailure, JobStatus, LOST_MAX},
};
use uuid::Uuid;

use super::{columns, deliverable};
use crate::{
    Result, TenantTx, Write,
    db::{FromRow, Row, binds},
    read::{self, Statement, own_binds},
};

/// What a student reads when worker after worker vanished under a job.
const WORKER_LOST: &str =
    "This took the program down several times, so it was given up. The file may be damaged.";

/// What came of starting a delivered job.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// It runs under the given token.
    Started(Job),
    /// It waits for its time, which is still to come.
    Early(Timestamp),
    /// Its row is final, gone, waits for another's generation, or is held by another delivery:
    /// nothing to do.
    NotDue,
    /// Too many workers vanished under it: it is failed now, with the reason.
    Poisoned(Job),
}

/// Starts a run, whose token is the delivery's lease: where the row itself holds the
/// lease and has given it to another delivery that holds it still, this one is not due.
///
/// A row still `processing` says that the run before vanished: that counts as lost, and
/// the `LOST_MAX`-th loss fails the job with code `worker_lost`.
pub async fn start(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    worker_id: &str,
    now: Timestamp,
) -> Result<Start> {
    begin(tx, id, run_token, worker_id, now, Some(now)).await
}

/// [`start`] for a delivery whose engine has seen to it that its time has come: by a clock of its
/// own, so that it does not matter by whose clock the row says when.
pub async fn start_due(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    worker_id: &str,
    now: Timestamp,
) -> Result<Start> {
    begin(tx, id, run_token, worker_id, now, None).await
}

/// `due_by`: what the row's `run_at` is compared with, if it is.
async fn begin(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    worker_id: &str,
    now: Timestamp,
    due_by: Option<Timestamp>,
) -> Result<Start> {
    if let Some(poisoned) = poison(tx, id, run_token, now).await? {
        return Ok(Start::Poisoned(poisoned));
    }
    let started = write_start(id, run_token, worker_id.to_owned(), now, due_by);
    if let Some(job) = started.run(tx).await? {
        return Ok(Start::Started(job));
    }
    let row = deliverable(tx, id).await?;
    Ok(match row.zip(due_by) {
        Some((job, due_by)) if job.status == JobStatus::Queued && job.run_at > due_by => {
            Start::Early(job.run_at)
        }
        _ => Start::NotDue,
    })
}

/// Starts a run that is due, as [`start`] or, if it is compared with nothing, [`start_due`] does; none
/// if either would do otherwise: then ask them.
#[must_use]
pub fn write_start(
    id: Uuid,
    run_token: Uuid,
    worker_id: String,
    now: Timestamp,
    due_by: Option<Timestamp>,
) -> Write<Option<Job>> {
    read::first(Statement::new(
        concat!(
            "UPDATE jobs SET
                lost = lost + CASE status WHEN 'processing' THEN 1 ELSE 0 END,
                status = 'processing', run_token = $3, worker_id = $4, started_at = $5,
                progress = 0, stage = 'starting', version = version + 1
            WHERE owner_id = $1 AND id = $2
                AND ((status = 'processing' AND lost + 1 < $7)
                    OR (status = 'queued' AND waits_for IS NULL
                        AND ($6 IS NULL OR run_at <= $6)))
                AND (lease_token IS NULL OR lease_token = $3 OR lease_until <= $5)
            RETURNING ",
            columns!()
        ),
        own_binds![id, run_token, worker_id, now, due_by, LOST_MAX],
    ))
}

/// Fails the job if this is its last loss.
async fn poison(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    now: Timestamp,
) -> Result<Option<Job>> {
    tx.first(
        concat!(
            "UPDATE jobs SET
                lost = lost + 1, status = 'failed', run_token = NULL,
                failure_code = 'worker_lost', failure_message = $4,
                completed_at = $5, version = version + 1
            WHERE owner_id = $1 AND id = $2 AND status = 'processing' AND lost + 1 >= $6
                AND (lease_token IS NULL OR lease_token = $3 OR lease_until <= $5)
            RETURNING ",
            columns!()
        ),
        binds![id, run_token, WORKER_LOST, now, LOST_MAX],
    )
    .await
}

/// Tells how far a run is; the new version, or none if the run is stale.
pub async fn set_progress(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    progress: i16,
    stage: &str,
) -> Result<Option<i64>> {
    write_progress(id, run_token, progress, stage.to_owned())
        .run(tx)
        .await
}

/// See [`set_progress`].
#[must_use]
pub fn write_progress(
    id: Uuid,
    run_token: Uuid,
    progress: i16,
    stage: String,
) -> Write<Option<i64>> {
    read::first(Statement::new(
        "UPDATE jobs SET progress = $4, stage = $5, version = version + 1
        WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'
        RETURNING version",
        own_binds![id, run_token, progress, stage],
    ))
}

/// What is to be done after a run that has ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// The version of the job's row, to be told.
    pub version: i64,
    /// Whether its job led for a generation, so that others may wait for its end.
    pub led: bool,
}

impl FromRow for Finished {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            version: row.get(0)?,
            led: row.get(1)?,
        })
    }
}

/// Ends a run well; none if the run is stale (roll back!).
pub async fn complete(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    result: &serde_json::Value,
    now: Timestamp,
) -> Result<Option<Finished>> {
    write_complete(id, run_token, result.clone(), now)
        .run(tx)
        .await
}

/// See [`complete`].
#[must_use]
pub fn write_complete(
    id: Uuid,
    run_token: Uuid,
    result: serde_json::Value,
    now: Timestamp,
) -> Write<Option<Finished>> {
    read::first(Statement::new(
        "UPDATE jobs SET
            status = 'completed', run_token = NULL, result = $4, progress = 100,
            stage = 'completed', failure_code = NULL, failure_message = NULL,
            completed_at = $5, version = version + 1
        WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'
        RETURNING version, leads_for IS NOT NULL",
        own_binds![id, run_token, result, now],
    ))
}

/// Counts an error and puts the job back until `run_at`; none if the run is stale. The
/// caller has checked that a try is left.
pub async fn retry_later(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    failure: &JobFailure,
    run_at: Timestamp,
) -> Result<Option<Job>> {
    let ended = Ended {
        status: JobStatus::Queued,
        errors: 1,
        failure: Some(failure),
        run_at: Some(run_at),
        completed_at: None,
    };
    end(tx, id, run_token, &ended).await
}

/// Ends a run for good; none if the run is stale. Counts an error.
pub async fn fail(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    failure: &JobFailure,
    now: Timestamp,
) -> Result<Option<Job>> {
    let ended = Ended {
        status: JobStatus::Failed,
        errors: 1,
        failure: Some(failure),
        run_at: None,
        completed_at: Some(now),
    };
    end(tx, id, run_token, &ended).await
}

/// Hands a run back uncounted (the worker drains, or nothing could be tried), to be run from then on; none
/// if the run is stale.
pub async fn hand_back(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    run_at: Timestamp,
) -> Result<Option<Job>> {
    let ended = Ended {
        status: JobStatus::Queued,
        errors: 0,
        failure: None,
        run_at: Some(run_at),
        completed_at: None,
    };
    end(tx, id, run_token, &ended).await
}

/// Since when a running job is put off, again and again, for the same reason; none if it is not, or the
/// run is stale.
pub async fn put_off_since(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
) -> Result<Option<Timestamp>> {
    let sql = "SELECT put_off_since FROM jobs
        WHERE owner_id = $1 AND id = $2 AND run_token = $3";
    let since = tx.rows(sql, binds![id, run_token]).await?;
    let since = since.first().map(|row| row.get(0)).transpose()?;
    Ok(since.flatten())
}

/// Hands a run back uncounted, to be run from `run_at` on, and notes since when its job is put off, if
/// that is to be known; none if the run is stale.
pub async fn put_off(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    since: Option<Timestamp>,
    run_at: Timestamp,
) -> Result<Option<Job>> {
    tx.first(
        concat!(
            "UPDATE jobs SET
                status = 'queued', stage = 'queued', run_token = NULL, put_off_since = $4,
                run_at = $5, version = version + 1
            WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'
            RETURNING ",
            columns!()
        ),
        binds![id, run_token, since, run_at],
    )
    .await
}

/// How a run ended without its effect.
struct Ended<'a> {
    status: JobStatus,
    errors: i32,
    /// None leaves the reason of an earlier try.
    failure: Option<&'a JobFailure>,
    run_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

async fn end(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    ended: &Ended<'_>,
) -> Result<Option<Job>> {
    tx.first(
        concat!(
            "UPDATE jobs SET
                status = $4, run_token = NULL, attempt = attempt + $5,
                failure_code = COALESCE($6, failure_code),
                failure_message = COALESCE($7, failure_message),
                run_at = COALESCE($8, run_at), completed_at = $9,
                stage = $4, version = version + 1
            WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'
            RETURNING ",
            columns!()
        ),
        binds![
            id,
            run_token,
            ended.status.as_str(),
            ended.errors,
            ended.failure.map(|failure| failure.code.as_str()),
            ended.failure.map(|failure| failure.message.as_str()),
            ended.run_at,
            ended.completed_at
        ],
    )
    .await
}
