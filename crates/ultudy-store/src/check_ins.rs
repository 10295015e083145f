//! Check-ins: the server's own copy of every question it ever asked.

use ultudy_domain::check_in::{self, CheckIn, Question, TextCheckIn};
use uuid::Uuid;

use crate::{
    Result, TenantTx,
    db::{FromRow, Row, binds},
};

/// How a submission says which question it answers, when it has no check-in id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionRef {
    /// The concept, if the client knows its id; then its name does not matter.
    pub concept_id: Option<Uuid>,
    /// The concept's name, compared without case.
    pub concept_name: String,
    /// The document, if known.
    pub document_id: Option<Uuid>,
    /// The course, if known.
    pub course_id: Option<Uuid>,
    /// The question, compared without case and white space runs.
    pub question: String,
}

/// What kind of question a row holds.
pub(crate) const CHOICE: &str = "choice";
/// See [`CHOICE`].
pub(crate) const TEXT: &str = "text";

impl FromRow for Question {
    fn from_row(row: &Row) -> Result<Self> {
        let (id, concept_id) = (row.get("id")?, row.get("concept_id")?);
        let kind: String = row.get("kind")?;
        Ok(if kind == TEXT {
            Self::Text(TextCheckIn {
                id,
                concept_id,
                content: row.json("content")?,
            })
        } else {
            Self::Choice(CheckIn {
                id,
                concept_id,
                content: row.json("content")?,
            })
        })
    }
}

/// The question of this id.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Question>> {
    tx.first(
        "SELECT id, concept_id, kind, content FROM check_ins WHERE owner_id = $1 AND id = $2",
        binds![id],
    )
    .await
}

/// The questions that match, those of the named course first (a document may have been
/// moved since its lesson was read), then those of current lessons, then the latest: several
/// versions of a lesson may have asked the same question with other options.
pub async fn search(tx: &mut TenantTx, by: &QuestionRef) -> Result<Vec<Question>> {
    tx.all(
        "SELECT k.id, k.concept_id, k.kind, k.content
        FROM concepts c
        JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id
        JOIN check_ins k ON k.owner_id = c.owner_id AND k.concept_id = c.id
        WHERE c.owner_id = $1
            AND (c.id = $4 OR ($4 IS NULL AND c.folded_name = $2))
            AND k.question_key = $3
            AND ($5 IS NULL OR c.document_id = $5)
        ORDER BY CASE WHEN $6 IS NULL OR d.course_id = $6 THEN 0 ELSE 1 END,
            CASE WHEN k.lesson_id IS NULL THEN 1 ELSE 0 END, k.created_at DESC, k.id DESC",
        binds![
            by.concept_name.to_lowercase(),
            check_in::fold(&by.question),
            by.concept_id,
            by.document_id,
            by.course_id
        ],
    )
    .await
}
