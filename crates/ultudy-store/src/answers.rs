//! Answers: every graded answer, the history.

use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{Result, TenantTx, db::binds};

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
pub async fn insert(tx: &mut TenantTx, answer: &Answer) -> Result<()> {
    tx.execute(
        "INSERT INTO answers (owner_id, id, check_in_id, concept_id, answer, correct, score,
            answered_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        binds![
            answer.id,
            answer.check_in_id,
            answer.concept_id,
            answer.answer,
            answer.correct,
            answer.score,
            answer.answered_at
        ],
    )
    .await?;
    Ok(())
}
