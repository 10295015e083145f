//! A study session: from start to end, with what was answered in between.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

/// What a session was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionType {
    /// Learning a lesson.
    Lesson,
    /// Practising.
    Practice,
    /// Reviewing what is due.
    Review,
    /// Flash cards.
    Flashcards,
}

impl SessionType {
    /// The name used in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Practice => "practice",
            Self::Review => "review",
            Self::Flashcards => "flashcards",
        }
    }

    /// The type of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Lesson, Self::Practice, Self::Review, Self::Flashcards]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StudySession {
    /// The session's id.
    pub id: Uuid,
    /// What it was for.
    pub session_type: SessionType,
    /// Chapter studied.
    pub chapter: Option<String>,
    /// Document studied.
    pub document_id: Option<Uuid>,
    /// Course studied.
    pub course_id: Option<Uuid>,
    /// Questions answered.
    pub total_check_ins: i32,
    /// Right ones among them.
    pub correct_check_ins: i32,
    /// Whole minutes from start to end; none while it runs.
    pub duration_minutes: Option<i32>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// Whole minutes between two moments, never negative, at most a day: a session left open
/// overnight does not count as a night of study.
#[must_use]
pub fn minutes_between(start: Timestamp, end: Timestamp) -> i32 {
    let minutes = (end - start).num_minutes().clamp(0, 24 * 60);
    i32::try_from(minutes).unwrap_or(0)
}
