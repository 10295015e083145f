//! `PATCH /courses/{id}`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::courses::{self, CourseEdit};
use ultudy_domain::course::Course;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, Id, present},
};

/// What is to change; an absent field stays, null or blank clears it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct UpdateCourse {
    /// Name, not blank.
    #[schema(max_length = 300)]
    name: Option<String>,
    /// Short code.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    code: Option<Option<String>>,
    /// Term.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    term: Option<Option<String>>,
    /// `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    exam_date: Option<Option<String>>,
    /// Put away, or bring back.
    archived: Option<bool>,
}

/// Changes a course.
#[utoipa::path(patch, path = "/api/courses/{id}", tag = "courses", params(("id" = Uuid, Path)),
    request_body = UpdateCourse, responses((status = 200, body = Course), Problems))]
pub async fn update(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
    Body(body): Body<UpdateCourse>,
) -> Result<Json<Course>, ApiError> {
    let edit = CourseEdit {
        name: body.name,
        code: body.code,
        term: body.term,
        exam_date: body.exam_date,
        archived: body.archived,
    };
    Ok(Json(courses::update(&state.app, &owner, id, edit).await?))
}
