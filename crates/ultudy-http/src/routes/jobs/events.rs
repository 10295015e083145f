//! `GET /jobs/{id}/events` and `GET /events`: server-sent events.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt};
use ultudy_app::jobs;
use ultudy_domain::job::{Job, JobStatus};

use super::JobView;
use crate::{
    HttpState,
    auth::{Owner, is_still_in, what_is_shown},
    error::{ApiError, Problems},
    input::Id,
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
/// ended within the last minutes; the event's id is `job:version`.
#[utoipa::path(get, path = "/api/events", tag = "jobs",
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn all(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let jobs = jobs::watch_all(&state.app, &owner).await?;
    Ok(answer(
        state,
        headers,
        jobs.map(|job| event(format!("{}:{}", job.id, job.version), job)),
    ))
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
    let end = async move {
        let shut_out = async {
            loop {
                tokio::time::sleep(HEARTBEAT).await;
                // Boxed, as it is large and hardly ever there: a stream is held for hours.
                if !Box::pin(is_still_in(&state, &shown)).await {
                    return;
                }
            }
        };
        tokio::select! {
            () = state.shutdown.cancelled() => {}
            () = shut_out => {}
        }
    };
    let events = events.map(Ok::<_, Infallible>).take_until(end);
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    let unbuffered = (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response.headers_mut().insert(unbuffered.0, unbuffered.1);
    response
}
