//! `GET, POST /me/tokens`, `DELETE /me/tokens/{id}`

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use ultudy_app::accounts;
use ultudy_domain::account::ApiToken;

use crate::{
    HttpState,
    auth::Account,
    error::{ApiError, Problems},
    input::{Body, Id},
    routes::Done,
};

/// A token to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct CreateToken {
    /// What to call it.
    #[schema(max_length = 100)]
    name: String,
}

/// A token that has just been made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NewToken {
    #[serde(flatten)]
    description: ApiToken,
    /// The token itself, `ult_…`, for `Authorization: Bearer`. It is not shown again.
    token: String,
}

/// The user's tokens.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Tokens {
    tokens: Vec<ApiToken>,
}

/// The user's API tokens, the latest first; at most 100.
#[utoipa::path(get, path = "/api/me/tokens", tag = "me",
    responses((status = 200, body = Tokens), Problems))]
pub async fn list(
    State(state): State<HttpState>,
    Account(who): Account,
) -> Result<Json<Tokens>, ApiError> {
    let tokens = accounts::list_tokens(&state.app, &who.user.id).await?;
    Ok(Json(Tokens { tokens }))
}

/// Makes an API token and shows it, this once.
#[utoipa::path(post, path = "/api/me/tokens", tag = "me", request_body = CreateToken,
    responses((status = 201, body = NewToken), Problems))]
pub async fn create(
    State(state): State<HttpState>,
    Account(who): Account,
    Body(body): Body<CreateToken>,
) -> Result<impl IntoResponse, ApiError> {
    let (description, secret) =
        accounts::create_token(&state.app, &who.user.id, &body.name).await?;
    let token = NewToken {
        description,
        token: secret.reveal().to_owned(),
    };
    let unkept = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, unkept, Json(token)))
}

/// Revokes an API token.
#[utoipa::path(delete, path = "/api/me/tokens/{id}", tag = "me", params(("id" = Uuid, Path)),
    responses((status = 200, body = Done), Problems))]
pub async fn revoke(
    State(state): State<HttpState>,
    Account(who): Account,
    Id(id): Id,
) -> Result<Json<Done>, ApiError> {
    accounts::revoke_token(&state.app, &who.user.id, id).await?;
    Ok(Json(Done::SUCCESS))
}
