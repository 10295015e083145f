//! Accounts: sessions by cookie, API tokens and tokens of an issuer by `Authorization: Bearer`.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use futures_util::future::Either;
use ultudy_app::accounts::{self, Who};

use super::{Owner, session_cookie};
use crate::{AuthMode, HttpState, error::ApiError, web};

/// Whoever is signed in; only where there are sessions.
pub struct Account(pub Arc<Who>);

impl FromRequestParts<HttpState> for Account {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        require(state.config.auth.has_sessions(), NO_ACCOUNTS)?;
        let who = parts.extensions.get::<Arc<Who>>().cloned();
        who.map(Self)
            .ok_or_else(|| ApiError::new(StatusCode::UNAUTHORIZED, "Please sign in."))
    }
}

const NO_ACCOUNTS: &str = "There are no accounts on this server.";

/// Refuses where nobody signs in by a password.
pub fn require_passwords(state: &HttpState) -> Result<(), ApiError> {
    let reason = match state.config.auth {
        AuthMode::Oidc => "People do not sign in by a password on this server.",
        _ => NO_ACCOUNTS,
    };
    require(state.config.auth == AuthMode::Accounts, reason)
}

/// Refuses where nobody signs in at an outside provider.
pub fn require_provider(state: &HttpState) -> Result<(), ApiError> {
    let reason = "This server leads nobody to another one to sign in.";
    require(state.config.auth == AuthMode::Oidc, reason)
}

fn require(is_so: bool, reason: &str) -> Result<(), ApiError> {
    match is_so {
        true => Ok(()),
        false => Err(ApiError::new(StatusCode::NOT_FOUND, reason)),
    }
}

/// Who is answered.
pub enum Visitor {
    /// Somebody who has no account to be led to.
    Owner,
    /// Somebody who is signed in.
    SignedIn,
    /// Nobody knows whom; where they may sign in, if they asked for a page.
    Unknown(Option<String>),
}

impl Visitor {
    /// Answers them, and leads whoever must sign in for a page there and back.
    pub async fn answered(self, answer: impl Future<Output = Response>) -> Response {
        let answer = match self {
            Self::SignedIn => Either::Left(web::as_signed_in(answer)),
            Self::Owner | Self::Unknown(_) => Either::Right(answer),
        };
        let response = answer.await;
        match self {
            Self::Owner | Self::SignedIn => response,
            Self::Unknown(Some(sign_in)) if response.status() == StatusCode::UNAUTHORIZED => {
                Redirect::to(&sign_in).into_response()
            }
            Self::Unknown(_) => challenged(response),
        }
    }
}

/// Finds out who asks, and refuses what another site's page made a browser send.
pub(super) async fn identify(
    state: &HttpState,
    request: &mut Request,
) -> Result<Visitor, Response> {
    check_forgery(request, &state.config.cors_origins).map_err(IntoResponse::into_response)?;
    let who = match is_for_everybody(request.uri().path()) {
        true => None,
        false => who(state, request.headers())
            .await
            .map_err(|error| challenged(error.into_response()))?,
    };
    let has_sessions = state.config.auth.has_sessions();
    let Some(who) = who else {
        return Ok(Visitor::Unknown(
            sign_in_for(request).filter(|_| has_sessions),
        ));
    };
    request.extensions_mut().insert(Owner(who.user.id.clone()));
    request.extensions_mut().insert(who);
    Ok(match has_sessions {
        true => Visitor::SignedIn,
        false => Visitor::Owner,
    })
}

/// The headers by which somebody shows who they are, apart from the request: those of a request are
/// parts of one buffer, which any of them keeps.
pub fn what_is_shown(headers: &HeaderMap) -> HeaderMap {
    let mut shown = HeaderMap::new();
    for name in [header::AUTHORIZATION, header::COOKIE] {
        for value in headers.get_all(&name) {
            if let Ok(copy) = HeaderValue::from_bytes(value.as_bytes()) {
                shown.append(name.clone(), copy);
            }
        }
    }
    shown
}

/// Whether whoever began a request with these headers may still ask. When it cannot be told they
/// may: the database may be back in a moment.
pub async fn is_still_in(state: &HttpState, headers: &HeaderMap) -> bool {
    if !state.config.auth.is_for_many() {
        return true;
    }
    match who(state, headers).await {
        Ok(who) => who.is_some(),
        Err(error) => error.status() != StatusCode::UNAUTHORIZED,
    }
}

async fn who(state: &HttpState, headers: &HeaderMap) -> Result<Option<Arc<Who>>, ApiError> {
    let is_issued = state.config.auth == AuthMode::Jwt;
    match bearer(headers) {
        Some(token) if is_issued => Ok(Some(accounts::by_bearer(&state.app, token).await?)),
        Some(token) => {
            let who = accounts::by_token(&state.app, token).await?;
            let unknown = || {
                let message = "This API token is not valid: it was revoked, or never was one.";
                ApiError::new(StatusCode::UNAUTHORIZED, message)
            };
            who.map(Some).ok_or_else(unknown)
        }
        None if is_issued => Ok(None),
        None => match session_cookie::shown(headers) {
            Some(session) => Ok(accounts::by_session(&state.app, session).await?),
            None => Ok(None),
        },
    }
}

/// Says how to show who one is (RFC 6750, 3).
fn challenged(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// What needs nobody's name, and is to answer when the database does not.
pub fn is_for_everybody(path: &str) -> bool {
    let path = path.strip_prefix("/api").unwrap_or(path);
    let first = path.split('/').nth(1).unwrap_or_default();
    matches!(
        first,
        "health" | "db" | "metrics" | "assets" | "favicon.ico" | "openapi.json"
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start())
}

/// Refuses a change that a page of another site may have made the browser send with the
/// user's cookie, or to sign them in as somebody else. Browsers say where a change comes from;
/// a program that has an API token, or no cookie yet, need not.
fn check_forgery(request: &Request, allowed: &[String]) -> Result<(), ApiError> {
    let headers = request.headers();
    let only_shows = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if only_shows || bearer(headers).is_some() || is_own(headers, allowed) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "Pages of other sites may not use this server; CORS_ORIGINS lists those that may.",
    ))
}

fn is_own(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // Pages cannot forge it, and it is right behind a proxy that changes Host, too.
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site == Some("same-origin") {
        return true;
    }
    match text(header::ORIGIN) {
        Some(origin) => {
            let host = text(header::HOST).unwrap_or_default();
            let is_this = ["http://", "https://"]
                .iter()
                .any(|scheme| origin.strip_prefix(scheme) == Some(host));
            is_this || allowed.iter().any(|one| one == origin)
        }
        None => site.is_none() && !headers.contains_key(header::COOKIE),
    }
}

/// Where somebody who asks for a page signs in, and comes back from.
fn sign_in_for(request: &Request) -> Option<String> {
    let path = request.uri().path();
    if *request.method() != Method::GET || web::is_for_programs(path) {
        return None;
    }
    let asked = request.uri().path_and_query()?.as_str();
    Some(format!("/sign-in?next={}", web::in_query(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const ALLOWED: &str = "http://localhost:3000";

    fn is_refused(method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/api/courses");
        for (name, value) in [("host", "study.example"), ("cookie", "ultudy_session=1")]
            .iter()
            .chain(headers)
        {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        check_forgery(&request, &[ALLOWED.into()]).is_err()
    }

    #[test]
    fn a_change_with_a_cookie_comes_from_this_site() {
        for own in [
            ("origin", "https://study.example"),
            ("origin", "http://study.example"),
            ("origin", ALLOWED),
            ("sec-fetch-site", "same-origin"),
        ] {
            assert!(!is_refused("POST", &[own]), "{own:?}");
        }
        for foreign in [
            ("origin", "https://evil.example"),
            ("origin", "https://study.example.evil.example"),
            ("origin", "https://evil.study.example"),
            ("origin", "http://localhost:3001"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "none"),
            ("x-nothing", "says where from"),
        ] {
            for method in ["POST", "PATCH", "DELETE", "PUT"] {
                assert!(is_refused(method, &[foreign]), "{method} {foreign:?}");
            }
        }
    }

    #[test]
    fn reading_and_api_tokens_may_come_from_anywhere() {
        assert!(!is_refused("GET", &[("origin", "https://evil.example")]));
        let token = ("authorization", "Bearer ult_1");
        assert!(!is_refused("POST", &[token]));
        let other = ("authorization", "Basic YTpi");
        assert!(is_refused("POST", &[other]));
    }

    #[test]
    fn a_program_without_a_cookie_may_sign_in() {
        let request = Request::post("/api/auth/sign-in").body(Body::empty());
        assert!(check_forgery(&request.unwrap(), &[]).is_ok());
        let lured = Request::post("/api/auth/sign-in")
            .header("host", "study.example")
            .header("origin", "https://evil.example")
            .body(Body::empty());
        assert!(check_forgery(&lured.unwrap(), &[]).is_err());
    }

    #[test]
    fn a_page_is_come_back_to_and_a_call_is_not() {
        let next = |path: &str| sign_in_for(&Request::get(path).body(Body::empty()).unwrap());
        assert_eq!(
            next("/search?q=a&course_id=1").as_deref(),
            Some("/sign-in?next=%2Fsearch%3Fq%3Da%26course_id%3D1")
        );
        assert_eq!(next("/api/courses"), None);
    }
}
