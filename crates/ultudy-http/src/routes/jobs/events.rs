//! `GET /jobs/{id}/events` and `GET /events`: server-sent events.

use std::{convert::Infallible, future::ready, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response, Sse, sse::Event},
};
use futures_util::{Stream, StreamExt, stream};
use ultudy_app::jobs::{self, LastSeen};
use ultudy_domain::job::{Job, JobStatus};

use super::JobView;
use crate::{
    HttpState,
    auth::{Owner, is_still_in, what_is_shown},
    error::{ApiError, Problems},
    input::Id,
    stream::as_it_comes,
};

const HEARTBEAT: Duration = Duration::from_secs(15);

/// The changes of one job, beginning with how it stands: `progress`, `completed` or
/// `failed`, the job as JSON, the row's version as the event's id. Ends with the job.
#[utoipa::path(get, path = "/api/jobs/{id}/events", tag = "jobs", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn one(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    headers: HeaderMap,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let jobs = jobs::watch_one(&state.app, &owner, id).await?;
    Ok(answer(
        state,
        headers,
        jobs.map(|job| event(job.version.to_string(), job)),
    ))
}

/// The changes of all the owner's jobs, beginning with those in flight and those that
/// ended within the last minutes, or since the event of `Last-Event-ID`, of the latest fifty; the
/// event's id is `job:version`.
#[utoipa::path(get, path = "/api/events", tag = "jobs",
    params(("Last-Event-ID" = Option<String>, Header, description = "the last event that was seen")),
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn all(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = last_seen(&headers);
    let jobs = jobs::watch_all(&state.app, &owner, last).await?;
    Ok(answer(
        state,
        headers,
        jobs.map(|job| event(format!("{}:{}", job.id, job.version), job)),
    ))
}

/// None where it is not one of ours: whoever is told too much is not harmed.
fn last_seen(headers: &HeaderMap) -> Option<LastSeen> {
    let told = headers.get("last-event-id")?.to_str().ok()?;
    let (job_id, version) = told.split_once(':')?;
    Some(LastSeen {
        job_id: job_id.parse().ok()?,
        version: version.parse().ok()?,
    })
}

fn event(id: String, job: Arc<Job>) -> Event {
    let name = match job.status {
        JobStatus::Queued | JobStatus::Processing => "progress",
        JobStatus::Completed => "completed",
        JobStatus::Failed | JobStatus::Cancelled => "failed",
    };
    let event = Event::default().id(id).event(name);
    let data = serde_json::to_string(&JobView::from(Arc::unwrap_or_clone(job)));
    event.data(data.unwrap_or_else(|_| "{}".into()))
}

/// An open stream would hold up the server's end: it ends with the server. It ends, too, when
/// whoever asked for it may not ask any more.
fn answer(
    state: HttpState,
    headers: HeaderMap,
    events: impl Stream<Item = Event> + Send + 'static,
) -> Response {
    let shown = what_is_shown(&headers);
    drop(headers);
    let closing = state.closing.clone();
    let ended = || stream::iter([None]);
    // Either's end is the end.
    let events = stream::select(
        events.map(Some).chain(ended()),
        heartbeats(state, shown).map(Some).chain(ended()),
    )
    .take_while(|event| ready(event.is_some()))
    .filter_map(|event| ready(event.map(Ok::<_, Infallible>)))
    .take_until(closing.cancelled_owned());
    as_it_comes(Sse::new(events).into_response())
}

/// A line that means nothing, so that whoever is between does not take the stream for dead: as long
/// as it may be read. One timer for both, since thousands of streams are woken by it.
fn heartbeats(state: HttpState, shown: HeaderMap) -> impl Stream<Item = Event> + Send {
    stream::unfold((state, shown), |(state, shown)| async move {
        tokio::time::sleep(HEARTBEAT).await;
        // Boxed, as it is large and hardly ever there: a stream is held for hours.
        let is_still_in = Box::pin(is_still_in(&state, &shown)).await;
        is_still_in.then(|| (Event::default().comment(""), (state, shown)))
    })
}
