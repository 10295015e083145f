//! How many requests are answered at all, and how a client is told of limits: `X-RateLimit-*` on
//! every limited answer, allowed or refused.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    response::Response,
};
use ultudy_app::limits::Standing;
use ultudy_domain::Timestamp;

use crate::{
    HttpState,
    auth::{Owner, client, is_for_everybody},
    error::ApiError,
};

/// Most within a minute.
pub const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// How many more are allowed now.
pub const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// When one more will be: Unix time in whole seconds, never too early.
pub const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Writes the headers of an answer that carries a [`Standing`].
pub fn tell(state: &HttpState, response: &mut Response) {
    if let Some(standing) = response.extensions().get::<Standing>().copied() {
        write(response.headers_mut(), standing, state.app.clock.now());
    }
}

/// Before it is known who asks: refuses an address that asks without end.
pub fn of_address(state: &HttpState, request: &Request) -> Result<Option<Standing>, ApiError> {
    let address = client::address(request, &state.config.trusted_proxies);
    match address {
        Some(address) if !address.is_loopback() && is_counted(state, request) => {
            Ok(state.app.limits.count_address(address)?)
        }
        _ => Ok(None),
    }
}

/// Once it is known who asks: refuses a user who asks without end.
pub fn of_user(state: &HttpState, request: &Request) -> Result<Option<Standing>, ApiError> {
    match request.extensions().get::<Owner>() {
        Some(Owner(owner)) if is_counted(state, request) => {
            Ok(state.app.limits.count_user(owner)?)
        }
        _ => Ok(None),
    }
}

/// Whoever has the machine to themselves need not be kept from it. Pollers of a job are promised
/// never to be.
fn is_counted(state: &HttpState, request: &Request) -> bool {
    let path = request.uri().path();
    let is_a_poll = || {
        let job = path.strip_prefix("/api/jobs/");
        request.method() == Method::GET && job.is_some_and(|job| !job.contains('/'))
    };
    state.config.auth.is_for_many() && !is_for_everybody(path) && !is_a_poll()
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
