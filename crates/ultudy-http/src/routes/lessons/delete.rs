//! `DELETE /lessons/{id}`

use axum::{Json, extract::State};
use ultudy_app::lessons;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
    routes::Done,
};

/// Deletes a lesson; asking again makes another version of it.
#[utoipa::path(delete, path = "/api/lessons/{id}", tag = "lessons", params(("id" = Uuid, Path)),
    responses((status = 200, body = Done), Problems))]
pub async fn delete(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<Done>, ApiError> {
    lessons::delete(&state.app, &owner, id).await?;
    Ok(Json(Done {
        success: true,
        message: Some("The lesson is deleted."),
    }))
}
