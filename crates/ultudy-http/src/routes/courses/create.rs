//! `POST /courses`

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use ultudy_app::courses::{self, NewCourse};
use ultudy_domain::course::Course;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Body,
};

/// A course to be made; blank fields are absent ones.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct CreateCourse {
    /// Name, not blank.
    #[schema(max_length = 300)]
    name: String,
    /// Short code.
    #[schema(max_length = 100)]
    code: Option<String>,
    /// Term.
    #[schema(max_length = 100)]
    term: Option<String>,
    /// `YYYY-MM-DD`.
    exam_date: Option<String>,
}

/// Makes a course.
#[utoipa::path(post, path = "/api/courses", tag = "courses", request_body = CreateCourse,
    responses((status = 201, body = Course), Problems))]
pub async fn create(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<CreateCourse>,
) -> Result<(StatusCode, Json<Course>), ApiError> {
    let new = NewCourse {
        name: body.name,
        code: body.code,
        term: body.term,
        exam_date: body.exam_date,
    };
    let course = courses::create(&state.app, &owner, new).await?;
    Ok((StatusCode::CREATED, Json(course)))
}
