//! Courses.

use ultudy_domain::{
    Timestamp,
    course::{Course, CourseChange},
};
use uuid::Uuid;

use crate::{Page, Result, TenantTx};

/// Stores a new course.
pub async fn insert(_tx: &mut TenantTx, _course: &Course) -> Result<()> {
    todo!()
}

/// The course, if the owner has it.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<Course>> {
    todo!()
}

/// The owner's courses, oldest first.
pub async fn list(_tx: &mut TenantTx, _include_archived: bool, _page: Page) -> Result<Vec<Course>> {
    todo!()
}

/// Changes a course; none if the owner does not have it.
pub async fn update(
    _tx: &mut TenantTx,
    _id: Uuid,
    _change: &CourseChange,
    _now: Timestamp,
) -> Result<Option<Course>> {
    todo!()
}

/// Deletes a course that no document refers to any more (the use case deletes those
/// first); false if the owner does not have it.
pub async fn delete(_tx: &mut TenantTx, _id: Uuid) -> Result<bool> {
    todo!()
}
