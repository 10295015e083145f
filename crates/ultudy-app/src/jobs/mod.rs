//! Jobs as their owner sees them: looked up, watched, cancelled, tried again.

use ultudy_domain::job::{Job, JobStatus, JobType};
use ultudy_store::{
    Page,
    jobs::{self, JobFilter},
};
use uuid::Uuid;

use crate::{
    App, Error, Result, documents,
    lessons::single_flight,
    limits::{Kind, Place, Standing},
};

mod watch;

pub use ultudy_store::jobs::JobFilter as Filter;
pub(crate) use watch::Told;
pub use watch::{LastSeen, watch_all, watch_one};

/// Most jobs one poll may ask for.
pub const POLL_MAX: usize = 100;

/// One job.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, owner_id: &str, id: Uuid) -> Result<Job> {
    let mut tx = app.store.read(owner_id).await?;
    jobs::find(&mut tx, id).await?.ok_or(Error::NotFound("job"))
}

/// The owner's jobs, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(app: &App, owner_id: &str, filter: &JobFilter, page: Page) -> Result<Vec<Job>> {
    let mut tx = app.store.read(owner_id).await?;
    Ok(jobs::list(&mut tx, filter, page).await?)
}

/// Those of these jobs that the owner has, in one query.
///
/// # Errors
/// More than [`POLL_MAX`] ids.
pub async fn poll(app: &App, owner_id: &str, ids: &[Uuid]) -> Result<Vec<Job>> {
    if ids.len() > POLL_MAX {
        return Err(Error::field(
            "job_ids",
            format!("must be at most {POLL_MAX} ids"),
        ));
    }
    let mut tx = app.store.read(owner_id).await?;
    Ok(jobs::find_many(&mut tx, ids).await?)
}

/// Stops a job. A cancelled upload leaves nothing behind.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has ended already.
pub async fn cancel(app: &App, owner_id: &str, id: Uuid) -> Result<Job> {
    let now = app.clock.now();
    let mut tx = app.store.write(owner_id).await?;
    let Some(job) = jobs::cancel(&mut tx, id, now).await? else {
        jobs::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("job"))?;
        return Err(Error::Conflict("This job has ended already.".into()));
    };
    let removed = match (job.job_type, document_id(&job)) {
        (JobType::UploadPdf, Some(document_id)) => {
            documents::remove(app, &mut tx, document_id).await?
        }
        _ => None,
    };
    tx.commit().await?;
    settle_cancelled(app, &job).await;
    if let Some(removed) = removed {
        removed.settle(app, owner_id).await;
    }
    Ok(job)
}

/// Puts a failed or cancelled job back. It counts like a new one: it costs as much.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has not failed, its work is in flight
/// again already, or its file is gone; [`Error::Limited`].
pub async fn retry(app: &App, owner_id: &str, id: Uuid) -> Result<(Job, Option<Standing>)> {
    let before = get(app, owner_id, id).await?;
    if !matches!(before.status, JobStatus::Failed | JobStatus::Cancelled) {
        return Err(not_ended_badly());
    }
    let kind = Kind::of(before.job_type);
    let mut place = app.reserve(owner_id, kind, app.clock.new_id()).await?;
    match put_back(app, owner_id, &before, &mut place).await {
        Ok(job) => Ok((job, place.keep())),
        Err(error) => {
            place.give_back().await;
            Err(error)
        }
    }
}

async fn put_back(app: &App, owner_id: &str, before: &Job, place: &mut Place) -> Result<Job> {
    let mut tx = app.store.write(owner_id).await?;
    if !has_its_document(&mut tx, before).await? {
        return Err(Error::Conflict(
            "Its file is no longer there. Please upload it again.".into(),
        ));
    }
    let Some(job) = jobs::requeue(&mut tx, before.id, app.clock.now()).await? else {
        return Err(not_ended_badly());
    };
    place.commit(tx).await?;
    app.dispatch(&job).await;
    Ok(job)
}

fn not_ended_badly() -> Error {
    Error::Conflict("Only a job that failed or was cancelled can be tried again.".into())
}

async fn has_its_document(tx: &mut ultudy_store::TenantTx, job: &Job) -> Result<bool> {
    match document_id(job) {
        Some(id) => Ok(ultudy_store::documents::file(tx, id).await?.is_some()),
        None => Ok(false),
    }
}

/// The document a job works on.
pub(crate) fn document_id(job: &Job) -> Option<Uuid> {
    job.data.get("document_id")?.as_str()?.parse().ok()
}

/// After the commit that cancelled a job: stops its run here at once (elsewhere its lease
/// is refused within a renewal), forgets it in the queue, tells the owner.
pub(crate) async fn settle_cancelled(app: &App, job: &Job) {
    app.runs.stop(job.id);
    app.withdraw(job).await;
    app.announce(job).await;
    single_flight::go_on_after(app, job).await;
}
