//! The cookie of a browser that is signing in at an outside provider: what it must show when it
//! comes back, and where it goes then.

use axum::http::{HeaderMap, HeaderValue};
use ultudy_app::accounts::Secret;

use crate::{cookie, web};

const NAME: &str = "ultudy_sign_in";
/// Only what is about signing in gets it.
const PATH: &str = "/api/auth/oidc";
/// How long somebody may take at the provider, in seconds.
const MAX_AGE: u32 = 15 * 60;

/// What the browser shows: the secret, and a path of this site.
pub fn shown(headers: &HeaderMap) -> Option<(&str, String)> {
    let (secret, next) = cookie::read(headers, NAME)?.split_once('.')?;
    let next = form_urlencoded::parse(next.as_bytes()).next()?.0;
    Some((secret, web::own_path(&next).to_owned()))
}

/// `Set-Cookie` of a browser that is sent to the provider. It comes back by a link of another
/// site's, which carries the cookie (`SameSite=Lax`).
pub fn begin(secret: &Secret, next: &str, secure: bool) -> Option<HeaderValue> {
    let value = format!("{}.{}", secret.reveal(), web::in_query(next));
    set(&value, MAX_AGE, secure)
}

/// `Set-Cookie` that takes it away.
pub fn end(secure: bool) -> Option<HeaderValue> {
    set("", 0, secure)
}

fn set(value: &str, max_age: u32, secure: bool) -> Option<HeaderValue> {
    cookie::private(NAME, value, PATH, i64::from(max_age), secure)
}
