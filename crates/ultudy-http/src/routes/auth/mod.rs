//! Signing up, in and out, and a new password.

use axum::http::{HeaderValue, header};
use axum::response::AppendHeaders;

pub mod oidc;
pub mod reset;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;

use ultudy_app::accounts::SignedIn;

use crate::auth::session_cookie;

/// What an answer that lets somebody in carries.
type SessionHeaders = AppendHeaders<Vec<(header::HeaderName, HeaderValue)>>;

/// The cookie of a session that has begun; an answer that is kept nowhere.
fn session_headers(signed_in: &SignedIn, secure: bool) -> SessionHeaders {
    let cookie = session_cookie::begin(&signed_in.session, secure);
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    let unkept = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    AppendHeaders(cookie.into_iter().chain([unkept]).collect())
}
