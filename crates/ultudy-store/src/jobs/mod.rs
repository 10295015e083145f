//! Jobs: the rows that are the truth. docs/jobs.md has the state machine.
//!
//! A run is named by its token: every write of a run carries it, and changes nothing once
//! another run has started or the job was cancelled.

use ultudy_domain::{
    Timestamp,
    job::{Job, JobFailure, JobStatus, JobType, Priority},
};
use uuid::Uuid;

use crate::{
    Page, Read, Result, StoreError, TenantTx, Write,
    db::{Bind, FromRow, Row, Sql, binds, read_name},
    read::{self, Statement, own_binds},
};

mod change;
mod counts;
mod followers;
mod patience;
mod run;
mod single_flight;
mod waiting;

pub use change::{cancel, cancel_of_document, end_elsewhere, requeue};
pub use counts::counts;
pub use followers::{
    Awaited, Completed, awaited, complete_followers, fail_followers, generation, hold_followers,
    led_by, led_by_run, let_go, read_led_by_run, read_names, read_place, write_completed,
    write_failed,
};
pub use patience::{await_batch, hurry, is_patient};
pub use run::{
    Finished, Start, complete, fail, hand_back, put_off, put_off_since, retry_later, set_progress,
    start, start_due, write_complete, write_progress, write_start,
};
pub use single_flight::{Flight, lead_or_follow, release_followers, unled};
pub use waiting::{Waiting, deliverable, waiting};

/// Waiting jobs of one owner, queue and class that keep their class; further ones are
/// stored as low, so that nobody's thousand jobs delay another's one.
const FAIR_SHARE: i64 = 5;

macro_rules! columns {
    () => {
        "id, owner_id, job_type, status, priority, progress, stage, data, result, failure_code,
            failure_message, attempt, max_attempts, lost, run_at, version, worker_id, created_at,
            started_at, completed_at"
    };
}
use columns;

/// A job to enqueue, in the transaction of what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Its id.
    pub id: Uuid,
    /// What it does.
    pub job_type: JobType,
    /// Which goes first.
    pub priority: Priority,
    /// What it is asked to do.
    pub data: serde_json::Value,
    /// The document it works on.
    pub document_id: Uuid,
    /// The section it works on.
    pub section_id: Option<Uuid>,
    /// At most one job with this key is queued or processing per owner.
    pub dedupe_key: String,
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Of this type.
    pub job_type: Option<JobType>,
    /// In this status.
    pub status: Option<JobStatus>,
    /// Or in this one.
    pub or_status: Option<JobStatus>,
    /// On this document.
    pub document_id: Option<Uuid>,
    /// On this section.
    pub section_id: Option<Uuid>,
}

impl FromRow for Job {
    fn from_row(row: &Row) -> Result<Self> {
        let code: Option<String> = row.get("failure_code")?;
        let message: Option<String> = row.get("failure_message")?;
        Ok(Self {
            id: row.get("id")?,
            owner_id: row.get("owner_id")?,
            job_type: read_name(row, "job_type", JobType::parse)?,
            status: read_name(row, "status", JobStatus::parse)?,
            priority: Priority::from_number(row.get("priority")?),
            progress: row.get("progress")?,
            stage: row.get("stage")?,
            data: row.get("data")?,
            result: row.get("result")?,
            failure: code
                .zip(message)
                .map(|(code, message)| JobFailure { code, message }),
            attempt: row.get("attempt")?,
            max_attempts: row.get("max_attempts")?,
            lost: row.get("lost")?,
            run_at: row.get("run_at")?,
            version: row.get("version")?,
            worker_id: row.get("worker_id")?,
            created_at: row.get("created_at")?,
            started_at: row.get("started_at")?,
            completed_at: row.get("completed_at")?,
        })
    }
}

/// Stores a job, or gives the one in flight with the same key.
/// `Ok((job, true))` when it is new.
///
/// Of an owner's waiting jobs, five in each queue and class keep their class; a further
/// one is stored as low.
pub async fn enqueue(tx: &mut TenantTx, job: &NewJob, now: Timestamp) -> Result<(Job, bool)> {
    // The one in flight may end between the two statements: then there is room again.
    for _ in 0..3 {
        if let Some(new) = insert(tx, job, now).await? {
            return Ok((new, true));
        }
        if let Some(other) = in_flight(tx, &job.dedupe_key).await? {
            return Ok((other, false));
        }
    }
    Err(StoreError::conflict("jobs of this key come and go"))
}

/// `$fence` lets nothing of what stands around it into the subquery before it.
macro_rules! insert {
    ($condition:literal, $fence:literal) => {
        concat!(
            "INSERT INTO jobs (owner_id, id, job_type, queue, status, priority, data, document_id,
                section_id, dedupe_key, progress, stage, attempt, max_attempts, lost, version,
                run_at, created_at, patient)
            SELECT $1, $2, $3, $4, 'queued',
                CASE WHEN $5 = 3 OR $11 > (
                    SELECT count(*) FROM (
                        SELECT queue, priority, waits_for FROM jobs
                        WHERE owner_id = $1 AND status = 'queued' ",
            $fence,
            ") own
                    WHERE own.queue = $4 AND own.priority = $5 AND own.waits_for IS NULL
                ) THEN $5 ELSE 3 END,
                $6, $7, $8, $9, 0, 'queued', 0, $10, 0, 1, $12, $12, $5 = 3
            WHERE ",
            $condition,
            " ON CONFLICT (owner_id, dedupe_key) WHERE status IN ('queued', 'processing') DO NOTHING
            RETURNING ",
            columns!()
        )
    };
    // Else the owner's few jobs are looked for among all that wait for delivery: to a table that was
    // small when its statement was planned, that looks as good.
    ($condition:literal) => {
        Sql::pair(
            insert!($condition, "LIMIT -1 OFFSET 0"),
            insert!($condition, "OFFSET 0"),
        )
    };
}

async fn insert(tx: &mut TenantTx, job: &NewJob, now: Timestamp) -> Result<Option<Job>> {
    read::first(Statement::new(insert!("true"), inserted(job, now)))
        .run(tx)
        .await
}

/// Stores a job that makes a lesson; none if its document is not there, the lesson is, or a job with
/// the same key is in flight: then [`enqueue`] tells which.
#[must_use]
pub fn write_lesson_job(job: &NewJob, now: Timestamp) -> Write<Option<Job>> {
    let sql = insert!(
        "EXISTS (SELECT 1 FROM documents WHERE owner_id = $1 AND id = $7 AND published)
            AND NOT EXISTS (SELECT 1 FROM lessons WHERE owner_id = $1 AND section_id = $8)
            AND NOT EXISTS (
                SELECT 1 FROM lessons
                WHERE owner_id = $1 AND document_id = $7 AND section_id IS NULL AND $8 IS NULL
            )"
    );
    let stored = read::first(Statement::new(sql, inserted(job, now)));
    // While it is stored, one with the same key may end, and be waited for until it has: then the lesson
    // is there, which the statement above could not see yet.
    let absent = "SELECT 1 WHERE NOT EXISTS (
                SELECT 1 FROM lessons WHERE owner_id = $1 AND section_id = $2
            )
            AND NOT EXISTS (
                SELECT 1 FROM lessons
                WHERE owner_id = $1 AND document_id = $3 AND section_id IS NULL AND $2 IS NULL
            )";
    let absent = Statement::new(absent, own_binds![job.section_id, job.document_id]);
    let absent = read::is_there(Some(absent)).or_nothing();
    stored.and(absent).map(|(stored, _)| stored)
}

/// The binds of [`insert!`].
fn inserted(job: &NewJob, now: Timestamp) -> Vec<Box<dyn Bind + Send + Sync>> {
    own_binds![
        job.id,
        job.job_type.as_str(),
        job.job_type.queue().as_str(),
        job.priority.number(),
        job.data.clone(),
        job.document_id,
        job.section_id,
        job.dedupe_key.clone(),
        job.job_type.retry_policy().max_attempts,
        FAIR_SHARE,
        now
    ]
}

/// The job, if the owner has it.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Job>> {
    read(id).run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read(id: Uuid) -> Read<Option<Job>> {
    read::first(Statement::new(
        concat!(
            "SELECT ",
            columns!(),
            " FROM jobs WHERE owner_id = $1 AND id = $2"
        ),
        own_binds![id],
    ))
}

/// Those of these jobs that the owner has; one query.
pub async fn find_many(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Job>> {
    let sql = Sql::pair(
        concat!(
            "SELECT ",
            columns!(),
            // The `+` keeps SQLite from reading all of the owner's jobs instead of these.
            " FROM jobs WHERE +owner_id = $1
                AND id IN (SELECT unhex(replace(value, '-', '')) FROM json_each($2))"
        ),
        concat!(
            "SELECT ",
            columns!(),
            " FROM jobs WHERE owner_id = $1
                AND id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($2)))"
        ),
    );
    tx.all(sql, binds![serde_json::json!(ids)]).await
}

/// The owner's jobs, latest first.
pub async fn list(tx: &mut TenantTx, filter: &JobFilter, page: Page) -> Result<Vec<Job>> {
    tx.all(
        concat!(
            "SELECT ",
            columns!(),
            " FROM jobs
            WHERE owner_id = $1
                AND ($2 IS NULL OR job_type = $2)
                AND ($3 IS NULL OR status = $3 OR status = $8)
                AND ($4 IS NULL OR document_id = $4)
                AND ($5 IS NULL OR section_id = $5)
                AND ($6 IS NULL OR (created_at, id) < (
                    SELECT created_at, id FROM jobs WHERE owner_id = $1 AND id = $6
                ))
            ORDER BY created_at DESC, id DESC
            LIMIT $7"
        ),
        binds![
            filter.job_type.map(JobType::as_str),
            filter.status.map(JobStatus::as_str),
            filter.document_id,
            filter.section_id,
            page.after,
            i64::from(page.limit),
            filter.or_status.map(JobStatus::as_str)
        ],
    )
    .await
}

/// The job in flight with this key.
pub async fn in_flight(tx: &mut TenantTx, dedupe_key: &str) -> Result<Option<Job>> {
    read_in_flight(dedupe_key.to_owned()).run(tx).await
}

/// See [`in_flight`].
#[must_use]
pub fn read_in_flight(dedupe_key: String) -> Read<Option<Job>> {
    read::first(Statement::new(
        concat!(
            "SELECT ",
            columns!(),
            " FROM jobs
            WHERE owner_id = $1 AND dedupe_key = $2 AND status IN ('queued', 'processing')"
        ),
        own_binds![dedupe_key],
    ))
}

/// The id of the latest job with this key, on this document, in whatever status.
pub async fn latest_id(
    tx: &mut TenantTx,
    document_id: Uuid,
    dedupe_key: &str,
) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM jobs
        WHERE owner_id = $1 AND document_id = $2 AND dedupe_key = $3
        ORDER BY created_at DESC, id DESC
        LIMIT 1";
    let latest = tx.rows(sql, binds![document_id, dedupe_key]).await?;
    latest.first().map(|row| row.get("id")).transpose()
}
