//! Every answer as a line in the log and a number in the metrics.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use metrics::{Label, SharedString};
use tracing::Instrument as _;

/// How long answers took up to their head, in seconds: `method`, `route`, `status`.
const DURATION: &str = "ultudy_http_request_duration_seconds";
/// Requests without an answer yet, as a gauge.
const IN_FLIGHT: &str = "ultudy_http_requests_in_flight";

/// Middleware: what is logged in between says which request it belongs to. A query is not told:
/// it may be anybody's words.
pub async fn tell(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let id = request.headers().get("x-request-id").cloned();
    let id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or("-");
    let span = tracing::info_span!("request", id);
    let in_flight = InFlight::begin();
    let response = next.run(request).instrument(span).await;
    drop(in_flight);
    let (status, took) = (response.status(), begun.elapsed());
    measure(&method, route, status).record(took);
    tracing::info!(
        target: "ultudy_http::access",
        id, %method, path, status = status.as_u16(), us = took.as_micros() as u64,
    );
    response
}

/// What is known of no route, and methods that HTTP does not know, are one each: anybody can
/// think of more.
fn measure(method: &Method, route: Option<MatchedPath>, status: StatusCode) -> metrics::Histogram {
    let route = route.map_or(SharedString::const_str("none"), |route| {
        SharedString::from(route.as_str().to_owned())
    });
    let labels = vec![
        Label::from_static_parts("method", name(method)),
        Label::new("route", route),
        Label::new("status", status.as_str().to_owned()),
    ];
    metrics::histogram!(DURATION, labels)
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

struct InFlight;

impl InFlight {
    fn begin() -> Self {
        metrics::gauge!(IN_FLIGHT).increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    /// Also when whoever asked has gone.
    fn drop(&mut self) {
        metrics::gauge!(IN_FLIGHT).decrement(1.0);
    }
}
