//! `GET /me/usage`

use axum::{Json, extract::State};
use ultudy_app::spending::{self, MyUsage};

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
};

/// What language models were asked for the user this month, what that cost, what was saved since lessons
/// were there already, and what may still be spent.
#[utoipa::path(get, path = "/api/me/usage", tag = "me",
    responses((status = 200, body = MyUsage), Problems))]
pub async fn usage(
    State(state): State<HttpState>,
    Owner(owner): Owner,
) -> Result<Json<MyUsage>, ApiError> {
    Ok(Json(spending::my_usage(&state.app, &owner).await?))
}
