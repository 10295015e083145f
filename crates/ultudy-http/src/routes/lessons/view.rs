//! A lesson as the API answers it.

use axum::response::Response;
use serde::Serialize;
use ultudy_domain::{check_in::CheckIn, lesson::Lesson, lesson_text::WrittenLesson};

use crate::routes::as_json;

/// A lesson at the top level, with its check-ins flat under both names that are read. For the
/// API's description; what is answered is written by [`WrittenLesson::json`].
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "read by the OpenAPI derive only")]
pub struct LessonView {
    #[serde(flatten)]
    lesson: Lesson,
    checkins: Vec<CheckIn>,
}

/// A lesson as an object, with or without its questions.
pub fn at_the_top(lesson: &WrittenLesson, with_questions: bool) -> Response {
    as_json(lesson.json(with_questions).into())
}

/// A whole lesson as the member `lesson`.
pub fn as_member(lesson: &WrittenLesson) -> Response {
    as_json(["{\"lesson\":", &lesson.json(true), "}"].concat().into())
}
