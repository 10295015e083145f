//! A lesson as the API answers it.

use serde::Serialize;
use ultudy_domain::{check_in::CheckIn, lesson::Lesson};

/// A lesson at the top level, with its check-ins flat under both names that are read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LessonView {
    #[serde(flatten)]
    lesson: Lesson,
    checkins: Vec<CheckIn>,
}

impl LessonView {
    /// The whole lesson.
    pub fn whole(lesson: Lesson) -> Self {
        let checkins = lesson.check_ins.clone();
        Self { lesson, checkins }
    }

    /// The lesson without its questions.
    pub fn without_check_ins(mut lesson: Lesson) -> Self {
        lesson.check_ins.clear();
        lesson.text_check_ins.clear();
        for concept in &mut lesson.concepts {
            concept.check_ins.clear();
            concept.text_check_ins.clear();
        }
        Self::whole(lesson)
    }
}
