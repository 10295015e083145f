//! `DELETE /courses/{id}`

use axum::{Json, extract::State};
use ultudy_app::courses;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
    routes::Done,
};

/// Deletes a course with everything under it.
#[utoipa::path(delete, path = "/api/courses/{id}", tag = "courses", params(("id" = Uuid, Path)),
    responses((status = 200, body = Done), Problems))]
pub async fn delete(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<Done>, ApiError> {
    courses::delete(&state.app, &owner, id).await?;
    Ok(Json(Done::SUCCESS))
}
