//! A template as an answer, with the headers every page has.

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use ultudy_app::Error;

use crate::error::ApiError;

/// A page runs and shows nothing but what comes from here, and nobody may frame it.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ),
    (
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
];

/// The page.
pub fn answer(template: &impl Template) -> Result<Response, ApiError> {
    let text = template.render().map_err(Error::internal)?;
    Ok(with_status(StatusCode::OK, text))
}

/// Any text as a page.
pub fn with_status(status: StatusCode, text: String) -> Response {
    (status, HEADERS, Html(text)).into_response()
}
