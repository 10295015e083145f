//! The cookie that shows a session.

use axum::http::{HeaderMap, HeaderValue};
use ultudy_app::accounts::{SESSION_LIFE, Secret};

use crate::cookie;

const NAME: &str = "ultudy_session";

/// Whether the cookie may go over https only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieSecure {
    /// If it was asked for over https, as a trusted proxy says.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the browser shows.
pub fn shown(headers: &HeaderMap) -> Option<&str> {
    cookie::read(headers, NAME)
}

/// `Set-Cookie` of a new session. It outlives the session, whose end the server knows.
pub fn begin(session: &Secret, secure: bool) -> Option<HeaderValue> {
    set(session.reveal(), SESSION_LIFE.num_seconds(), secure)
}

/// `Set-Cookie` that takes it away.
pub fn end(secure: bool) -> Option<HeaderValue> {
    set("", 0, secure)
}

fn set(value: &str, max_age: i64, secure: bool) -> Option<HeaderValue> {
    cookie::private(NAME, value, "/", max_age, secure)
}
