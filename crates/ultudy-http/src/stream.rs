//! Answers that come bit by bit.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// Tells proxies to pass each bit on at once, and to ask nothing else by this connection: when streams end
/// because the server does, all of theirs would be kept, and asked by just as they are closed.
pub fn as_it_comes(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    headers.insert(unbuffered, HeaderValue::from_static("no"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
