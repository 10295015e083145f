//! `GET /courses/{id}`

use axum::{Json, extract::State};
use ultudy_app::courses;
use ultudy_domain::course::Course;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// One course.
#[utoipa::path(get, path = "/api/courses/{id}", tag = "courses", params(("id" = Uuid, Path)),
    responses((status = 200, body = Course), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<Course>, ApiError> {
    Ok(Json(courses::get(&state.app, &owner, id).await?))
}
