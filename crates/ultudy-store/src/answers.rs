//! Answers: every graded answer, the history.

use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{Result, TenantTx};

/// A graded answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Its id.
    pub id: Uuid,
    /// The question.
    pub check_in_id: Uuid,
    /// The concept it moved.
    pub concept_id: Uuid,
    /// What the student answered.
    pub answer: String,
    /// Whether it was right.
    pub correct: bool,
    /// 0 to 100.
    pub score: i16,
    /// When.
    pub answered_at: Timestamp,
}

/// Stores an answer.
pub async fn insert(_tx: &mut TenantTx, _answer: &Answer) -> Result<()> {
    todo!()
}
