//! A concept: what is learnt and tracked, one student's.

use serde::Serialize;
use uuid::Uuid;

use crate::{Timestamp, mastery::Mastery};

/// A concept with its mastery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// The concept's id.
    pub id: Uuid,
    /// Name, unique in the document without regard to case.
    pub name: String,
    /// The document it comes from.
    pub document_id: Uuid,
    /// The section it comes from; none for a lesson on the whole document.
    pub section_id: Option<Uuid>,
    /// The document's course.
    pub course_id: Option<Uuid>,
    /// The document's chapter.
    pub chapter: Option<String>,
    /// Place in its lesson, from 1.
    pub concept_number: i32,
    /// Counters and state.
    pub mastery: Mastery,
    /// When it was last answered.
    pub last_reviewed_at: Option<Timestamp>,
}

/// How an answer moved a concept, as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MasteryUpdate {
    /// The concept's id.
    pub concept_id: Uuid,
    /// Its name.
    pub concept: String,
    /// State before.
    pub old_state: crate::mastery::MasteryState,
    /// State after.
    pub new_state: crate::mastery::MasteryState,
    /// Answers given.
    pub total_attempts: i32,
    /// Right ones among them.
    pub correct_attempts: i32,
    /// Right ones since the last wrong one.
    pub consecutive_correct: i32,
    /// Share of right answers, in per cent.
    pub accuracy_percent: i32,
}
