//! `GET /auth/oidc/start`, `/auth/oidc/callback` and `/auth/oidc/sign-out`: signing in at an outside
//! provider. A browser comes here, so refusals are pages.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect},
};
use ultudy_app::{accounts, issuer};

use crate::{
    HttpState,
    auth::{client::Knocks, require_provider, session_cookie, sign_in_cookie},
    error::{ApiError, Problems},
    input::Params,
    routes::auth::session_headers,
    web::Next,
};

/// Leads a browser to the provider.
#[utoipa::path(get, path = "/api/auth/oidc/start", tag = "auth",
    params(("next" = Option<String>, Query, description = "A path of this site to go to then")),
    responses((status = 303, description = "To the provider"), Problems))]
pub async fn start(
    State(state): State<HttpState>,
    knocks: Knocks,
    Params(next): Params<Next>,
) -> Result<impl IntoResponse, ApiError> {
    require_provider(&state)?;
    let (url, secret) = accounts::begin_at_provider(&state.app).await?;
    let cookie = sign_in_cookie::begin(&secret, next.path(), knocks.secure);
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((
        AppendHeaders(cookie.into_iter().collect::<Vec<_>>()),
        Redirect::to(url.as_str()),
    ))
}

/// Signs in a browser that comes back from the provider, by a cookie, a new one each time.
#[utoipa::path(get, path = "/api/auth/oidc/callback", tag = "auth",
    params(
        ("code" = Option<String>, Query, description = "From the provider"),
        ("state" = Option<String>, Query, description = "What it was sent with"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
    ),
    responses((status = 303, description = "To where the browser wanted to go"), Problems))]
pub async fn callback(
    State(state): State<HttpState>,
    knocks: Knocks,
    headers: HeaderMap,
    Params(callback): Params<issuer::Callback>,
) -> Result<impl IntoResponse, ApiError> {
    require_provider(&state)?;
    let begun = sign_in_cookie::shown(&headers);
    let (secret, next) = begun.unzip();
    let replaced = session_cookie::shown(&headers);
    let signed_in =
        accounts::come_back_from_provider(&state.app, callback, secret, &knocks.client, replaced)
            .await?;
    let done = sign_in_cookie::end(knocks.secure).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((
        session_headers(&signed_in, knocks.secure),
        AppendHeaders(done.into_iter().collect::<Vec<_>>()),
        Redirect::to(next.as_deref().unwrap_or("/")),
    ))
}

/// Leads a browser to where it signs out of the provider itself.
#[utoipa::path(get, path = "/api/auth/oidc/sign-out", tag = "auth",
    responses((status = 303, description = "To the provider"), Problems))]
pub async fn sign_out(State(state): State<HttpState>) -> Result<Redirect, ApiError> {
    require_provider(&state)?;
    let provider = state.app.accounts.provider.as_ref();
    let url = provider.and_then(issuer::Provider::end_session);
    let url = url.ok_or(ultudy_app::Error::NotFound("page of the sign-in service"))?;
    Ok(Redirect::to(url.as_str()))
}
