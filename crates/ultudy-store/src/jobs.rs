//! Jobs: the rows that are the truth. docs/jobs.md has the state machine.
//!
//! A run is named by its token: every write of a run carries it, and changes nothing once
//! another run has started or the job was cancelled.

use ultudy_domain::{
    Timestamp,
    job::{Job, JobFailure, JobStatus, JobType, Priority},
};
use uuid::Uuid;

use crate::{Page, Result, TenantTx};

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
    /// On this document.
    pub document_id: Option<Uuid>,
    /// On this section.
    pub section_id: Option<Uuid>,
}

/// What came of starting a delivered job.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// It runs under the given token.
    Started(Job),
    /// Its row is final, gone, or not due yet: nothing to do.
    NotDue,
    /// Too many workers vanished under it: it is failed now, with the reason.
    Poisoned(Job),
}

/// Stores a job, or gives the one in flight with the same key.
/// `Ok((job, true))` when it is new.
pub async fn enqueue(_tx: &mut TenantTx, _job: &NewJob, _now: Timestamp) -> Result<(Job, bool)> {
    todo!()
}

/// The job, if the owner has it.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<Job>> {
    todo!()
}

/// Those of these jobs that the owner has; one query.
pub async fn find_many(_tx: &mut TenantTx, _ids: &[Uuid]) -> Result<Vec<Job>> {
    todo!()
}

/// The owner's jobs, latest first.
pub async fn list(_tx: &mut TenantTx, _filter: &JobFilter, _page: Page) -> Result<Vec<Job>> {
    todo!()
}

/// The job in flight with this key.
pub async fn in_flight(_tx: &mut TenantTx, _dedupe_key: &str) -> Result<Option<Job>> {
    todo!()
}

/// Starts a run. A row still `processing` says that the run before vanished: that counts
/// as lost, and the `LOST_MAX`-th loss fails the job with code `worker_lost`.
pub async fn start(
    _tx: &mut TenantTx,
    _id: Uuid,
    _run_token: Uuid,
    _worker_id: &str,
    _now: Timestamp,
) -> Result<Start> {
    todo!()
}

/// Tells how far a run is; the new version, or none if the run is stale.
pub async fn set_progress(
    _tx: &mut TenantTx,
    _id: Uuid,
    _run_token: Uuid,
    _progress: i16,
    _stage: &str,
) -> Result<Option<i64>> {
    todo!()
}

/// Ends a run well; the job as it then is, or none if the run is stale (roll back!).
pub async fn complete(
    _tx: &mut TenantTx,
    _id: Uuid,
    _run_token: Uuid,
    _result: &serde_json::Value,
    _now: Timestamp,
) -> Result<Option<Job>> {
    todo!()
}

/// Counts an error and puts the job back until `run_at`; none if the run is stale. The
/// caller has checked that a try is left.
pub async fn retry_later(
    _tx: &mut TenantTx,
    _id: Uuid,
    _run_token: Uuid,
    _failure: &JobFailure,
    _run_at: Timestamp,
) -> Result<Option<Job>> {
    todo!()
}

/// Ends a run for good; none if the run is stale. Counts an error.
pub async fn fail(
    _tx: &mut TenantTx,
    _id: Uuid,
    _run_token: Uuid,
    _failure: &JobFailure,
    _now: Timestamp,
) -> Result<Option<Job>> {
    todo!()
}

/// Hands a run back uncounted (the worker drains); none if the run is stale.
pub async fn hand_back(
    _tx: &mut TenantTx,
    _id: Uuid,
    _run_token: Uuid,
    _now: Timestamp,
) -> Result<Option<Job>> {
    todo!()
}

/// Cancels a job that is not final; the job as it then is, or none if there is no such
/// job or it is final.
pub async fn cancel(_tx: &mut TenantTx, _id: Uuid, _now: Timestamp) -> Result<Option<Job>> {
    todo!()
}

/// Puts a failed or cancelled job back with its counters at zero; none if there is no such
/// job, it is in another status, or another with its key is in flight.
pub async fn requeue(_tx: &mut TenantTx, _id: Uuid, _now: Timestamp) -> Result<Option<Job>> {
    todo!()
}

/// Cancels every job in flight on a document that is being deleted; their ids.
pub async fn cancel_of_document(
    _tx: &mut TenantTx,
    _document_id: Uuid,
    _now: Timestamp,
) -> Result<Vec<Job>> {
    todo!()
}

/// How many jobs of each status each queue holds, across owners.
pub async fn counts(_tx: &mut crate::SystemTx) -> Result<Vec<(JobType, JobStatus, i64)>> {
    todo!()
}
