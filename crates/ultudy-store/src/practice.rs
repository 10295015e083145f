//! What a student can practise: the questions of their lessons, and sections without any.

use ultudy_domain::{check_in::CheckIn, concept::Concept};
use uuid::Uuid;

use crate::{
    Result, TenantTx,
    db::{FromRow, Row, binds},
};

/// What is practised: of everything, what fulfils all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// In this course.
    pub course_id: Option<Uuid>,
    /// In this document.
    pub document_id: Option<Uuid>,
    /// In documents of this chapter.
    pub chapter: Option<String>,
}

/// A question with the concept it asks about.
#[derive(Debug, Clone, PartialEq)]
pub struct PracticeQuestion {
    /// The question.
    pub check_in: CheckIn,
    /// Its concept.
    pub concept: Concept,
}

impl FromRow for PracticeQuestion {
    fn from_row(row: &Row) -> Result<Self> {
        // Its columns are the first.
        let concept = Concept::from_row(row)?;
        Ok(Self {
            check_in: CheckIn {
                id: row.get("check_in_id")?,
                concept_id: concept.id,
                content: row.json("content")?,
            },
            concept,
        })
    }
}

macro_rules! in_scope {
    () => {
        " AND d.published AND ($2 IS NULL OR d.course_id = $2) AND ($3 IS NULL OR d.id = $3)
            AND ($4 IS NULL OR d.chapter = $4) "
    };
}

/// Questions with options of current lessons, of those concepts first that were not
/// reviewed for longest.
pub async fn questions(
    tx: &mut TenantTx,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<PracticeQuestion>> {
    tx.all(
        concat!(
            "SELECT c.id, c.name, c.document_id, c.section_id, d.course_id, d.chapter,
                c.concept_number, c.mastery_state, c.total_attempts, c.correct_attempts,
                c.consecutive_correct, c.last_reviewed_at, k.id AS check_in_id, k.content
            FROM concepts c
            JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id
            JOIN check_ins k ON k.owner_id = c.owner_id AND k.concept_id = c.id
                AND k.lesson_id = c.lesson_id AND k.kind = 'choice'
            WHERE c.owner_id = $1",
            in_scope!(),
            "ORDER BY CASE WHEN c.last_reviewed_at IS NULL THEN 0 ELSE 1 END,
                c.last_reviewed_at, k.id
            LIMIT $5"
        ),
        binds![scope.course_id, scope.document_id, scope.chapter, limit],
    )
    .await
}

/// Sections that have no lesson yet, in order.
pub async fn unlearnt(tx: &mut TenantTx, scope: &Scope, limit: i64) -> Result<Vec<Uuid>> {
    tx.all(
        concat!(
            "SELECT s.id FROM sections s
            JOIN documents d ON d.owner_id = s.owner_id AND d.id = s.document_id
            WHERE s.owner_id = $1 AND NOT EXISTS (SELECT 1 FROM lessons l
                    WHERE l.owner_id = s.owner_id AND l.section_id = s.id)",
            in_scope!(),
            "ORDER BY d.id, s.section_number LIMIT $5"
        ),
        binds![scope.course_id, scope.document_id, scope.chapter, limit],
    )
    .await
}
