//! `POST /lessons/generate`

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use ultudy_app::lessons::{self, LessonRequest, Requested};
use ultudy_domain::job::Priority;
use uuid::Uuid;

use super::LessonView;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, blank_is_none, language},
    routes::as_json,
};

/// Which lesson.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct GenerateLesson {
    /// The document.
    document_id: Uuid,
    /// One of its sections; absent for the whole document.
    #[serde(default, deserialize_with = "blank_is_none")]
    section_id: Option<Uuid>,
    /// Whether the answered lesson holds its questions; true if absent.
    include_check_ins: Option<bool>,
    /// The language that a new lesson is to be written in, a BCP 47 tag such as `de`; absent: the
    /// one that the user wants (`/api/me/preferences`), else the text's. Lessons that are made without a model are in the text's whatever is asked for.
    language: Option<String>,
    /// `high`, `normal` or `low`.
    priority: Option<String>,
}

/// The job that makes the lesson.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LessonJob {
    job_id: Uuid,
    status: &'static str,
    message: &'static str,
}

/// The lesson, or the job that makes it. Asked again while it is being made, it is the
/// same job. Only a new job counts towards the limit.
#[utoipa::path(post, path = "/api/lessons/generate", tag = "lessons", request_body = GenerateLesson,
    responses((status = 200, body = LessonOrJob, headers(
        ("X-RateLimit-Limit" = u32, description = "Most within a minute; these stand where a new job was charged"),
        ("X-RateLimit-Remaining" = u32, description = "How many more are allowed now"),
        ("X-RateLimit-Reset" = u64, description = "When one more will be, in Unix seconds"),
    )), Problems))]
pub async fn generate(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<GenerateLesson>,
) -> Result<Response, ApiError> {
    let asked = LessonRequest {
        document_id: body.document_id,
        section_id: body.section_id,
        language: language(body.language.as_deref())?,
        priority: priority(body.priority.as_deref())?,
        with_questions: body.include_check_ins.unwrap_or(true),
    };
    Ok(match lessons::request(&state.app, &owner, asked).await? {
        Requested::Lesson(lesson) => as_json(lesson.object()),
        Requested::Job { job, standing } => {
            let message = "The lesson is being made.";
            let body = Json(LessonJob {
                job_id: job.id,
                status: job.status.as_str(),
                message,
            });
            (standing.map(Extension), body).into_response()
        }
    })
}

/// One of the two answers.
#[derive(utoipa::ToSchema)]
#[allow(
    dead_code,
    clippy::large_enum_variant,
    reason = "read by the OpenAPI derive only"
)]
#[schema(as = LessonOrJob)]
pub enum LessonOrJob {
    /// It exists.
    #[schema(title = "Lesson")]
    Lesson(LessonView),
    /// It is being made.
    #[schema(title = "Job")]
    Job(LessonJob),
}

fn priority(name: Option<&str>) -> Result<Priority, ApiError> {
    let Some(name) = name else {
        return Ok(Priority::Normal);
    };
    Priority::parse(name).ok_or_else(|| ApiError::field("priority", "must be high, normal or low"))
}
