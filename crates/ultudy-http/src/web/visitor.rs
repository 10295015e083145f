//! Who looks at a page, and what their browser remembers for it.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use chrono::{DateTime, FixedOffset, NaiveDate, Offset, Utc};
use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{HttpState, auth::Owner, cookie, error::ApiError};

/// Minutes the browser's clock is ahead of UTC.
const OFFSET_COOKIE: &str = "utc_offset";
/// Failed uploads that were put out of sight, ids joined by `.`.
const DISMISSED_COOKIE: &str = "dismissed";

/// The visitor of a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The user.
    pub owner: String,
    /// Failed uploads not to be shown again.
    pub dismissed: Vec<Uuid>,
    offset: FixedOffset,
    now: Timestamp,
}

impl Visitor {
    /// The moment by the visitor's clock.
    pub fn local(&self, moment: Timestamp) -> DateTime<FixedOffset> {
        moment.with_timezone(&self.offset)
    }

    /// The day by the visitor's clock.
    pub fn today(&self) -> NaiveDate {
        self.local(self.now).date_naive()
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

impl FromRequestParts<HttpState> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let Owner(owner) = Owner::from_request_parts(parts, state).await?;
        Ok(Self::of(owner, &parts.headers, state.app.clock.now()))
    }
}

impl Visitor {
    /// The visitor who sent these headers.
    pub fn of(owner: String, headers: &HeaderMap, now: Timestamp) -> Self {
        let minutes: Option<i32> =
            cookie::read(headers, OFFSET_COOKIE).and_then(|text| text.parse().ok());
        let offset = minutes
            .and_then(|minutes| FixedOffset::east_opt(minutes.checked_mul(60)?))
            .unwrap_or_else(|| Utc.fix());
        let dismissed = cookie::read(headers, DISMISSED_COOKIE).unwrap_or_default();
        Self {
            owner,
            dismissed: dismissed
                .split('.')
                .filter_map(|id| id.parse().ok())
                .collect(),
            offset,
            now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header};

    fn visitor(cookies: &'static str) -> Visitor {
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookies))]);
        Visitor::of("local".into(), &headers, Timestamp::from_timestamp_nanos(0))
    }

    #[test]
    fn the_day_is_the_visitors_own() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        assert_eq!(
            Some(visitor("a=b; utc_offset=-480").today()),
            day("1969-12-31")
        );
        assert_eq!(
            Some(visitor("utc_offset=99999999999").today()),
            day("1970-01-01")
        );
        assert_eq!(
            Some(visitor("utc_offset=2147483647").today()),
            day("1970-01-01")
        );
    }

    #[test]
    fn dismissed_jobs_are_remembered_and_nonsense_is_not() {
        let id = Uuid::nil();
        let text: &'static str = Box::leak(format!("dismissed={id}.nonsense").into_boxed_str());
        assert_eq!(visitor(text).dismissed, [id]);
    }
}
