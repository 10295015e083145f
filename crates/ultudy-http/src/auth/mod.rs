//! Who asks. Decided once, before any handler, by `AUTH_MODE`.

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{HttpState, error::ApiError};

mod accounts;
pub mod client;
pub mod session_cookie;
pub mod sign_in_cookie;

pub use accounts::{
    Account, Visitor, is_for_everybody, is_still_in, require_passwords, require_provider,
    what_is_shown,
};

/// The one user of `AUTH_MODE=local`.
pub const LOCAL_OWNER: &str = "local";
/// Names the user in `AUTH_MODE=dev`.
const USER_HEADER: &str = "x-user-id";
/// Longest user name, in bytes.
const USER_MAX: usize = 200;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMode {
    /// One user, on this machine only: the address asked and the page asking are checked,
    /// so that no web site can reach it through the browser.
    Local,
    /// `X-User-Id` names the user: for tests, on this machine only.
    Dev,
    /// People sign in by a password: a browser has a session's cookie then, a program an API
    /// token.
    Accounts,
    /// The same, but people sign in at an outside provider.
    Oidc,
    /// Programs show the tokens of an outside issuer.
    Jwt,
}

impl AuthMode {
    /// Whether it keeps people apart who are not known to this machine.
    #[must_use]
    pub fn is_for_many(self) -> bool {
        match self {
            Self::Local | Self::Dev => false,
            Self::Accounts | Self::Oidc | Self::Jwt => true,
        }
    }

    /// Whether browsers have sessions.
    #[must_use]
    pub fn has_sessions(self) -> bool {
        matches!(self, Self::Accounts | Self::Oidc)
    }
}

/// The user who asks.
#[derive(Debug, Clone)]
pub struct Owner(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let unknown = || {
            ApiError::new(
                StatusCode::UNAUTHORIZED,
                "Please sign in, or say who you are.",
            )
        };
        parts.extensions.get::<Owner>().cloned().ok_or_else(unknown)
    }
}

/// Refuses foreign hosts and origins, and puts the [`Owner`] into the request.
pub async fn identify(state: &HttpState, request: &mut Request) -> Result<Visitor, Response> {
    if state.config.auth.is_for_many() {
        return accounts::identify(state, request).await;
    }
    let owner = owner(state, request.headers()).map_err(IntoResponse::into_response)?;
    if let Some(owner) = owner {
        request.extensions_mut().insert(owner);
    }
    Ok(Visitor::Owner)
}

fn owner(state: &HttpState, headers: &HeaderMap) -> Result<Option<Owner>, ApiError> {
    check_host(headers)?;
    check_origin(headers, &state.config.cors_origins)?;
    match state.config.auth {
        AuthMode::Local => Ok(Some(Owner(LOCAL_OWNER.into()))),
        AuthMode::Dev => named(headers),
        AuthMode::Accounts | AuthMode::Oidc | AuthMode::Jwt => Ok(None),
    }
}

fn named(headers: &HeaderMap) -> Result<Option<Owner>, ApiError> {
    let Some(value) = headers.get(USER_HEADER) else {
        return Ok(None);
    };
    let name = value
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.len() <= USER_MAX);
    let refused = || {
        ApiError::field(
            "X-User-Id",
            format!("must be 1 to {USER_MAX} plain characters"),
        )
    };
    name.map(|name| Some(Owner(name.into())))
        .ok_or_else(refused)
}

/// The name asked for must be this machine's own: a foreign name that leads here is an
/// attack by DNS rebinding.
fn check_host(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(host) = headers.get(header::HOST) else {
        return Ok(());
    };
    if host
        .to_str()
        .is_ok_and(|host| is_loopback_name(without_port(host)))
    {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "This server answers only under this machine's own name, such as localhost.",
    ))
}

/// A page from elsewhere may not ask, unless it is allowed by `CORS_ORIGINS`.
fn check_origin(headers: &HeaderMap, allowed: &[String]) -> Result<(), ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_own = host.is_some_and(|host| origin == format!("http://{host}"));
    if is_own || allowed.iter().any(|one| one == origin) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "Pages of other sites may not use this server; CORS_ORIGINS lists those that may.",
    ))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_loopback_name(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn only_this_machines_names_are_answered() {
        for good in [
            "localhost:3001",
            "127.0.0.1:3001",
            "[::1]:3001",
            "LOCALHOST",
        ] {
            assert!(check_host(&headers(&[("host", good)])).is_ok(), "{good}");
        }
        for bad in [
            "evil.example:3001",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "localhost.evil:3001",
        ] {
            assert!(check_host(&headers(&[("host", bad)])).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_foreign_page_is_refused_unless_listed() {
        let allowed = ["http://localhost:3000".to_owned()];
        let from = |origin| headers(&[("host", "localhost:3001"), ("origin", origin)]);
        assert!(check_origin(&from("http://localhost:3001"), &allowed).is_ok());
        assert!(check_origin(&from("http://localhost:3000"), &allowed).is_ok());
        assert!(check_origin(&from("http://localhost:3002"), &allowed).is_err());
        assert!(check_origin(&from("null"), &allowed).is_err());
    }
}
