//! A lesson as the API answers it.

use serde::Serialize;
use ultudy_domain::{check_in::CheckIn, lesson::Lesson};

/// A lesson at the top level, with its check-ins flat under both names that are read. For the
/// API's description; what is answered is written by
/// [`ultudy_app::lessons::AnsweredLesson`].
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "read by the OpenAPI derive only")]
pub struct LessonView {
    #[serde(flatten)]
    lesson: Lesson,
    checkins: Vec<CheckIn>,
}
