//! `POST /auth/sign-up`

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde::Deserialize;
use ultudy_app::accounts::{self, NewAccount};
use ultudy_domain::account::User;

use crate::{
    HttpState,
    auth::{client::Knocks, require_passwords},
    error::{ApiError, Problems},
    input::Body,
    routes::auth::session_headers,
};

/// An account to be made.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct SignUp {
    /// E-mail address; capitals make no difference.
    #[schema(max_length = 254)]
    email: String,
    /// Password.
    #[schema(min_length = 8, max_length = 1000)]
    password: String,
    /// From the link that makes the first operator; blank is none.
    link: Option<String>,
}

/// Makes an account and signs it in by a cookie.
#[utoipa::path(post, path = "/api/auth/sign-up", tag = "auth", request_body = SignUp,
    responses((status = 201, body = User), Problems))]
pub async fn sign_up(
    State(state): State<HttpState>,
    knocks: Knocks,
    Body(body): Body<SignUp>,
) -> Result<impl IntoResponse, ApiError> {
    require_passwords(&state)?;
    let new = NewAccount {
        email: body.email,
        password: body.password,
        link: body.link.filter(|link| !link.trim().is_empty()),
    };
    let signed_in = accounts::sign_up(&state.app, &new, &knocks.client).await?;
    let headers = session_headers(&signed_in, knocks.secure);
    Ok((StatusCode::CREATED, headers, Json(signed_in.user)))
}
