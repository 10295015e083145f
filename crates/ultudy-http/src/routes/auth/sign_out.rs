//! `POST /auth/sign-out`

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse},
};
use ultudy_app::accounts;

use crate::{
    HttpState,
    auth::{client::Knocks, session_cookie},
    error::{ApiError, Problems},
    routes::Done,
};

/// Ends the session of the cookie, if there is one, and takes the cookie away.
#[utoipa::path(post, path = "/api/auth/sign-out", tag = "auth",
    responses((status = 200, body = Done), Problems))]
pub async fn sign_out(
    State(state): State<HttpState>,
    knocks: Knocks,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(session) = session_cookie::shown(&headers) {
        accounts::sign_out(&state.app, session).await?;
    }
    let cookie = session_cookie::end(knocks.secure);
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((
        AppendHeaders(cookie.into_iter().collect::<Vec<_>>()),
        Json(Done::SUCCESS),
    ))
}
