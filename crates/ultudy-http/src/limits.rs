//! How a client is told of limits: `X-RateLimit-*` on every limited answer, allowed or refused.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use ultudy_app::limits::Standing;
use ultudy_domain::Timestamp;

use crate::HttpState;

/// Most within a minute.
pub const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// How many more are allowed now.
pub const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// When one more will be: Unix time in whole seconds, never too early.
pub const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Middleware: writes the headers of an answer that carries a [`Standing`].
pub async fn tell(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(standing) = response.extensions().get::<Standing>().copied() {
        write(response.headers_mut(), standing, state.app.clock.now());
    }
    response
}

fn write(headers: &mut HeaderMap, standing: Standing, now: Timestamp) {
    let reset = now + standing.reset;
    let part = i64::from(reset.timestamp_subsec_nanos() > 0);
    headers.insert(LIMIT, HeaderValue::from(standing.most));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(reset.timestamp() + part));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_reset_is_never_told_too_early() {
        let standing = |millis| Standing {
            most: 10,
            remaining: 3,
            reset: Duration::from_millis(millis),
        };
        let now = Timestamp::from_timestamp_millis(1_900_000_000_500).unwrap();
        for (millis, told) in [
            (500, 1_900_000_001),
            (501, 1_900_000_002),
            (0, 1_900_000_001),
        ] {
            let mut headers = HeaderMap::new();
            write(&mut headers, standing(millis), now);
            assert_eq!(headers[RESET], told.to_string());
            assert_eq!(
                (&headers[LIMIT], &headers[REMAINING]),
                (&"10".parse().unwrap(), &"3".parse().unwrap())
            );
        }
    }
}
