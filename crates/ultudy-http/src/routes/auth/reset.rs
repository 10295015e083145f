//! `POST /auth/reset`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::accounts;

use crate::{
    HttpState,
    auth::{client::Knocks, require_passwords},
    error::{ApiError, Problems},
    input::Body,
    routes::Done,
};

/// A new password for whoever has the link.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Reset {
    /// From the link that an operator gave.
    link: String,
    /// The new password.
    #[schema(min_length = 8, max_length = 1000)]
    password: String,
}

/// Changes a password by a link of an operator's, once, and ends all sessions.
#[utoipa::path(post, path = "/api/auth/reset", tag = "auth", request_body = Reset,
    responses((status = 200, body = Done), Problems))]
pub async fn reset(
    State(state): State<HttpState>,
    knocks: Knocks,
    Body(body): Body<Reset>,
) -> Result<Json<Done>, ApiError> {
    require_passwords(&state)?;
    accounts::reset_password(&state.app, &body.link, &body.password, &knocks.client).await?;
    Ok(Json(Done::SUCCESS))
}
