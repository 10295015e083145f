//! A course: what a student takes, with the exam it leads to.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A course as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Course {
    /// The course's id.
    pub id: Uuid,
    /// Name, never blank.
    pub name: String,
    /// Short code such as `MATH 101`.
    pub code: Option<String>,
    /// Term such as `Winter 2026`.
    pub term: Option<String>,
    /// The day of the exam.
    pub exam_date: Option<NaiveDate>,
    /// Put away by the student; left out of lists unless asked for.
    pub archived: bool,
    /// When it was put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What can be set on a course. `None` leaves a field as it is; `Some(None)` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CourseChange {
    /// New name, already checked.
    pub name: Option<String>,
    /// New code.
    pub code: Option<Option<String>>,
    /// New term.
    pub term: Option<Option<String>>,
    /// New exam date.
    pub exam_date: Option<Option<NaiveDate>>,
    /// Put away, or bring back.
    pub archived: Option<bool>,
}
