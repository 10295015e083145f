//! Check-ins: the server's own copy of every question it ever asked.

use ultudy_domain::check_in::CheckIn;
use uuid::Uuid;

use crate::{Result, TenantTx};

/// How a submission says which question it answers, when it has no check-in id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionRef {
    /// The concept, if the client knows its id.
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

/// The check-in of this id.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<CheckIn>> {
    todo!()
}

/// The check-ins that match, those of current lessons first, then the latest: several
/// versions of a lesson may have asked the same question with other options.
pub async fn search(_tx: &mut TenantTx, _by: &QuestionRef) -> Result<Vec<CheckIn>> {
    todo!()
}
