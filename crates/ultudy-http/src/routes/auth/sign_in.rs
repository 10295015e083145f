//! `POST /auth/sign-in`

use axum::{Json, extract::State, http::HeaderMap, response::IntoResponse};
use serde::Deserialize;
use ultudy_app::accounts;
use ultudy_domain::account::User;

use crate::{
    HttpState,
    auth::{client::Knocks, require_passwords, session_cookie},
    error::{ApiError, Problems},
    input::Body,
    routes::auth::session_headers,
};

/// Who it is, and the proof.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct SignIn {
    /// E-mail address; capitals make no difference.
    #[schema(max_length = 254)]
    email: String,
    /// Password.
    #[schema(min_length = 8, max_length = 1000)]
    password: String,
}

/// Signs in by a cookie, a new one each time.
#[utoipa::path(post, path = "/api/auth/sign-in", tag = "auth", request_body = SignIn,
    responses((status = 200, body = User), Problems))]
pub async fn sign_in(
    State(state): State<HttpState>,
    knocks: Knocks,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Result<impl IntoResponse, ApiError> {
    require_passwords(&state)?;
    let replaced = session_cookie::shown(&headers);
    let (email, password) = (&body.email, &body.password);
    let signed_in =
        accounts::sign_in(&state.app, email, password, &knocks.client, replaced).await?;
    let headers = session_headers(&signed_in, knocks.secure);
    Ok((headers, Json(signed_in.user)))
}
