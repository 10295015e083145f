//! Lessons: one student's copy of a generation, with its concepts and check-ins.

use ultudy_domain::{Timestamp, check_in::CheckInContent, lesson::Lesson};
use uuid::Uuid;

use crate::{Result, TenantTx};

/// A lesson to store. Its concepts and check-ins come with it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLesson {
    /// Its id.
    pub id: Uuid,
    /// The document it teaches.
    pub document_id: Uuid,
    /// The section it teaches; none for the whole document.
    pub section_id: Option<Uuid>,
    /// The generation it copies, stored before.
    pub generation_key: String,
    /// The variant it is.
    pub variant: i32,
    /// Its concepts, in the generation's order, one for each of the generation's.
    pub concepts: Vec<NewConcept>,
}

/// A concept of a [`NewLesson`].
#[derive(Debug, Clone, PartialEq)]
pub struct NewConcept {
    /// Its id; ignored if the document already has a concept of this name (from an
    /// earlier lesson on the same section), which is then taken over with its mastery.
    pub id: Uuid,
    /// Name, made unique in the document by the use case.
    pub name: String,
    /// Its check-ins with their ids, in order.
    pub check_ins: Vec<(Uuid, CheckInContent)>,
}

/// Which lesson is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LessonOf {
    /// The lesson on a section.
    Section(Uuid),
    /// The lesson on a whole document.
    Document(Uuid),
}

/// Stores a lesson with its concepts and check-ins. A conflict if there is one already.
pub async fn insert(_tx: &mut TenantTx, _lesson: &NewLesson, _now: Timestamp) -> Result<()> {
    todo!()
}

/// The lesson, if there is one.
pub async fn find(_tx: &mut TenantTx, _of: LessonOf) -> Result<Option<Lesson>> {
    todo!()
}

/// Deletes a lesson and raises the variant of its section or document, so that asking
/// again makes another. Its concepts (with their mastery) and check-ins stay, without a
/// lesson, so that older versions stay gradable. False if the owner does not have it.
pub async fn delete(_tx: &mut TenantTx, _id: Uuid) -> Result<bool> {
    todo!()
}
