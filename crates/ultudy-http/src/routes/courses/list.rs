//! `GET /courses`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::courses;
use ultudy_domain::course::Course;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{PageParams, Params, next_cursor},
};

/// What to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListCourses {
    /// `true` lists those put away, too.
    include_archived: Option<bool>,
    /// Most rows; 1,000 if absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<Uuid>,
}

/// The owner's courses.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Courses {
    courses: Vec<Course>,
    next_cursor: Option<Uuid>,
}

/// The owner's courses, oldest first.
#[utoipa::path(get, path = "/api/courses", tag = "courses", params(ListCourses),
    responses((status = 200, body = Courses), Problems))]
pub async fn list(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<ListCourses>,
) -> Result<Json<Courses>, ApiError> {
    let page = PageParams {
        limit: params.limit,
        cursor: params.cursor,
    }
    .page()?;
    let archived = params.include_archived.unwrap_or(false);
    let courses = courses::list(&state.app, &owner, archived, page).await?;
    let next_cursor = next_cursor(page, &courses, |course| course.id);
    Ok(Json(Courses {
        courses,
        next_cursor,
    }))
}
