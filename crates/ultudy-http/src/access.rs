//! Every answer as a line in the log and a number in the metrics.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode, Uri},
};
use metrics::{Gauge, Histogram};

use crate::request_id::RequestId;

/// Who says so in the log.
pub const TARGET: &str = "ultudy_http::access";
/// How long answers took up to their head, in seconds: `method`, `route`, `status`.
const DURATION: &str = "ultudy_http_request_duration_seconds";
/// Requests without an answer yet, as a gauge.
const IN_FLIGHT: &str = "ultudy_http_requests_in_flight";

/// A request on its way.
pub struct Told {
    begun: Instant,
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
    _in_flight: InFlight,
}

impl Told {
    /// It has just arrived.
    pub fn of(request: &Request) -> Self {
        Self {
            begun: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            _in_flight: InFlight::begin(),
        }
    }

    /// The head of its answer is on its way. A query is not told: it may be anybody's words.
    pub fn answered(self, id: &RequestId, status: StatusCode) {
        let took = self.begun.elapsed();
        let seconds = took.as_secs_f64();
        measure(&self.method, self.route.as_ref(), status, seconds);
        tracing::info!(
            target: TARGET,
            id = id.as_str(),
            method = self.method.as_str(),
            path = self.uri.path(),
            status = status.as_u16(),
            us = took.as_micros() as u64,
        );
    }
}

/// Of each method and status, of each route: looking one up by its labels would take longer than
/// all that is looked up for most answers.
type Durations = HashMap<(&'static str, u16), HashMap<String, Histogram>>;

static DURATIONS: LazyLock<RwLock<Durations>> = LazyLock::new(RwLock::default);

/// What is known of no route, and methods that HTTP does not know, are one each: anybody can
/// think of more.
fn measure(method: &Method, route: Option<&MatchedPath>, status: StatusCode, seconds: f64) {
    let kind = (name(method), status.as_u16());
    let route = route.map_or("none", MatchedPath::as_str);
    let known = DURATIONS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(duration) = known.get(&kind).and_then(|routes| routes.get(route)) {
        duration.record(seconds);
        return;
    }
    drop(known);
    let labels = [
        ("method", kind.0.to_owned()),
        ("route", route.to_owned()),
        ("status", kind.1.to_string()),
    ];
    let duration = metrics::histogram!(DURATION, &labels);
    duration.record(seconds);
    let mut known = DURATIONS.write().unwrap_or_else(PoisonError::into_inner);
    known
        .entry(kind)
        .or_default()
        .insert(route.to_owned(), duration);
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

static REQUESTS: LazyLock<Gauge> = LazyLock::new(|| metrics::gauge!(IN_FLIGHT));

struct InFlight;

impl InFlight {
    fn begin() -> Self {
        REQUESTS.increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    /// Also when whoever asked has gone.
    fn drop(&mut self) {
        REQUESTS.decrement(1.0);
    }
}
