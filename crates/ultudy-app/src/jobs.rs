//! Jobs as their owner sees them: looked up, watched, cancelled, tried again.

use futures_util::{Stream, StreamExt, stream};
use ultudy_domain::job::{Job, JobStatus, JobType};
use ultudy_engines::events::Notice;
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

pub use ultudy_store::jobs::JobFilter as Filter;

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

/// Latest jobs replayed to a browser that connects.
const REPLAYED: u32 = 50;

/// The changes of one job from now on, beginning with how it stands; ends with the job.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn watch_one(
    app: &App,
    owner_id: &str,
    id: Uuid,
) -> Result<impl Stream<Item = Job> + use<>> {
    // Subscribed before the row is read: what happens in between is told, not lost.
    let notices = app.events.subscribe(owner_id).await;
    let first = get(app, owner_id, id).await?;
    let (app, owner_id) = (app.clone(), owner_id.to_owned());
    let changes = notices
        .filter(move |notice| {
            let relevant = match notice {
                Notice::Changed(event) => event.job_id == id,
                Notice::Missed => true,
            };
            std::future::ready(relevant)
        })
        .then(move |_| {
            let (app, owner_id) = (app.clone(), owner_id.clone());
            async move { logged(get(&app, &owner_id, id).await) }
        })
        .filter_map(std::future::ready);
    let all = stream::once(std::future::ready(first)).chain(changes);
    Ok(until_final(newer_only(all)))
}

/// The changes of all the owner's jobs from now on, beginning with those in flight and
/// those that ended within the last minutes.
///
/// # Errors
/// The database does not answer.
pub async fn watch_all(app: &App, owner_id: &str) -> Result<impl Stream<Item = Job> + use<>> {
    let notices = app.events.subscribe(owner_id).await;
    let first = recent(app, owner_id).await?;
    let (app, owner_id) = (app.clone(), owner_id.to_owned());
    let changes = notices
        .then(move |notice| {
            let (app, owner_id) = (app.clone(), owner_id.clone());
            async move {
                match notice {
                    Notice::Changed(event) => logged(get(&app, &owner_id, event.job_id).await)
                        .into_iter()
                        .collect(),
                    Notice::Missed => logged(recent(&app, &owner_id).await).unwrap_or_default(),
                }
            }
        })
        .flat_map(|jobs: Vec<Job>| stream::iter(jobs));
    Ok(stream::iter(first).chain(changes))
}

async fn recent(app: &App, owner_id: &str) -> Result<Vec<Job>> {
    let since = app.clock.now() - chrono::TimeDelta::minutes(5);
    let page = Page {
        limit: REPLAYED,
        after: None,
    };
    let mut jobs = list(app, owner_id, &JobFilter::default(), page).await?;
    jobs.retain(|job| !job.status.is_final() || job.completed_at.is_some_and(|at| at >= since));
    jobs.reverse();
    Ok(jobs)
}

fn logged<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Error::NotFound(_)) => None,
        Err(error) => {
            tracing::warn!(%error, "a change could not be read for a watching browser");
            None
        }
    }
}

/// Leaves out what is not newer than what was told before.
fn newer_only(jobs: impl Stream<Item = Job>) -> impl Stream<Item = Job> {
    let mut told = i64::MIN;
    jobs.filter(move |job| {
        let newer = job.version > told;
        told = told.max(job.version);
        std::future::ready(newer)
    })
}

/// Ends right after the first final state.
fn until_final(jobs: impl Stream<Item = Job>) -> impl Stream<Item = Job> {
    jobs.flat_map(|job| {
        let end = job.status.is_final().then_some(None);
        stream::iter([Some(job)].into_iter().chain(end))
    })
    .take_while(|job| std::future::ready(job.is_some()))
    .filter_map(std::future::ready)
}
