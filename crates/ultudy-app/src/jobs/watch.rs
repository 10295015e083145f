//! Jobs as a browser that stays is told of them.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use moka::sync::Cache;
use tokio::sync::OnceCell;
use ultudy_domain::{Timestamp, job::Job};
use ultudy_engines::events::{JobChanged, Notice};
use ultudy_store::{Page, jobs::JobFilter};
use uuid::Uuid;

use super::{get, list};
use crate::{App, Error, Result};

/// Latest jobs replayed to a browser that connects.
const REPLAYED: u32 = 50;
/// How long what was read for one watcher is told to others: all hear of a change at once.
const TOLD_FOR: Duration = Duration::from_secs(5);
/// Most changes kept so.
const TOLD_MOST: u64 = 10_000;

/// The rows of the changes that watchers are being told of: however many there are in this process,
/// each change is read once.
pub(crate) struct Told(Cache<(Uuid, i64), Arc<OnceCell<Arc<Job>>>>);

impl Default for Told {
    fn default() -> Self {
        let rows = Cache::builder().max_capacity(TOLD_MOST);
        Self(rows.time_to_live(TOLD_FOR).build())
    }
}

/// The row of a change, as it was then or later.
async fn changed(app: &App, owner_id: &str, event: &JobChanged) -> Result<Arc<Job>> {
    let row = app
        .told()
        .0
        .get_with((event.job_id, event.version), Arc::default);
    let read = async || get(app, owner_id, event.job_id).await.map(Arc::new);
    let job = row.get_or_try_init(read).await?;
    if job.owner_id != owner_id {
        return Err(Error::NotFound("job"));
    }
    Ok(Arc::clone(job))
}

/// The changes of one job from now on, beginning with how it stands; ends with the job.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn watch_one(
    app: &App,
    owner_id: &str,
    id: Uuid,
) -> Result<impl Stream<Item = Arc<Job>> + use<>> {
    // Subscribed before the row is read: what happens in between is told, not lost.
    let notices = app.events.subscribe(owner_id).await;
    let first = Arc::new(get(app, owner_id, id).await?);
    let (app, owner_id): (_, Arc<str>) = (app.clone(), owner_id.into());
    let changes = notices
        .filter(move |notice| {
            let relevant = match notice {
                Notice::Changed(event) => event.job_id == id,
                Notice::Missed => true,
            };
            std::future::ready(relevant)
        })
        .then(move |notice| {
            let (app, owner_id) = (app.clone(), Arc::clone(&owner_id));
            // Boxed, as it is large and hardly ever there: whoever watches does so for hours.
            Box::pin(async move {
                logged(match notice {
                    Notice::Changed(event) => changed(&app, &owner_id, &event).await,
                    Notice::Missed => get(&app, &owner_id, id).await.map(Arc::new),
                })
            })
        })
        .filter_map(std::future::ready);
    let all = stream::once(std::future::ready(first)).chain(changes);
    Ok(until_final(newer_only(all)))
}

/// The last change that a browser was told of before it lost its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSeen {
    /// The job.
    pub job_id: Uuid,
    /// Its version then.
    pub version: i64,
}

/// The changes of all the owner's jobs from now on, beginning with those in flight and
/// those that ended within the last minutes, or since what the browser saw last: of the latest
/// fifty jobs.
///
/// # Errors
/// The database does not answer.
pub async fn watch_all(
    app: &App,
    owner_id: &str,
    last: Option<LastSeen>,
) -> Result<impl Stream<Item = Arc<Job>> + use<>> {
    let notices = app.events.subscribe(owner_id).await;
    let since = match last {
        Some(last) => moment_of(app, owner_id, last).await?,
        None => Timestamp::MAX_UTC,
    };
    let first = recent(app, owner_id, since).await?;
    let (app, owner_id): (_, Arc<str>) = (app.clone(), owner_id.into());
    let changes = notices
        .then(move |notice| {
            let (app, owner_id) = (app.clone(), Arc::clone(&owner_id));
            Box::pin(async move {
                match notice {
                    Notice::Changed(event) => logged(changed(&app, &owner_id, &event).await)
                        .into_iter()
                        .collect(),
                    Notice::Missed => {
                        let missed = recent(&app, &owner_id, Timestamp::MAX_UTC).await;
                        logged(missed).unwrap_or_default()
                    }
                }
            })
        })
        .flat_map(|jobs: Vec<Arc<Job>>| stream::iter(jobs));
    Ok(stream::iter(first).chain(changes))
}

/// A moment by which the change had been told, as late as the job's row knows.
async fn moment_of(app: &App, owner_id: &str, last: LastSeen) -> Result<Timestamp> {
    match get(app, owner_id, last.job_id).await {
        Ok(job) if job.version <= last.version => Ok(job
            .completed_at
            .or(job.started_at)
            .unwrap_or(job.created_at)),
        Ok(job) => Ok(job.created_at),
        Err(Error::NotFound(_)) => Ok(Timestamp::MIN_UTC),
        Err(error) => Err(error),
    }
}

/// Jobs in flight, and those that ended since the moment or within the last minutes.
async fn recent(app: &App, owner_id: &str, since: Timestamp) -> Result<Vec<Arc<Job>>> {
    let since = since.min(app.clock.now() - chrono::TimeDelta::minutes(5));
    let page = Page {
        limit: REPLAYED,
        after: None,
    };
    let mut jobs = list(app, owner_id, &JobFilter::default(), page).await?;
    jobs.retain(|job| !job.status.is_final() || job.completed_at.is_some_and(|at| at >= since));
    jobs.reverse();
    Ok(jobs.into_iter().map(Arc::new).collect())
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
fn newer_only(jobs: impl Stream<Item = Arc<Job>>) -> impl Stream<Item = Arc<Job>> {
    let mut told = i64::MIN;
    jobs.filter(move |job| {
        let newer = job.version > told;
        told = told.max(job.version);
        std::future::ready(newer)
    })
}

/// Ends right after the first final state.
fn until_final(jobs: impl Stream<Item = Arc<Job>>) -> impl Stream<Item = Arc<Job>> {
    jobs.flat_map(|job| {
        let end = job.status.is_final().then_some(None);
        stream::iter([Some(job)].into_iter().chain(end))
    })
    .take_while(|job| std::future::ready(job.is_some()))
    .filter_map(std::future::ready)
}
