//! Courses.

use ultudy_domain::{
    Timestamp,
    course::{Course, CourseChange},
};
use uuid::Uuid;

use crate::{
    Page, Result, TenantTx,
    db::{FromRow, Row, binds},
    read::{self, Read, Statement, own_binds},
};

macro_rules! columns {
    () => {
        "id, name, code, term, exam_date, archived_at, created_at, updated_at"
    };
}

impl FromRow for Course {
    fn from_row(row: &Row) -> Result<Self> {
        let archived_at: Option<Timestamp> = row.get("archived_at")?;
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            code: row.get("code")?,
            term: row.get("term")?,
            exam_date: row.get("exam_date")?,
            archived: archived_at.is_some(),
            archived_at,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// Stores a new course.
pub async fn insert(tx: &mut TenantTx, course: &Course) -> Result<()> {
    tx.execute(
        concat!(
            "INSERT INTO courses (owner_id, ",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        binds![
            course.id,
            course.name,
            course.code,
            course.term,
            course.exam_date,
            course.archived_at,
            course.created_at,
            course.updated_at
        ],
    )
    .await?;
    Ok(())
}

/// The course, if the owner has it.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Course>> {
    tx.first(
        concat!(
            "SELECT ",
            columns!(),
            " FROM courses WHERE owner_id = $1 AND id = $2"
        ),
        binds![id],
    )
    .await
}

/// Whether the owner has the course.
pub async fn is_there(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    read_is_there(Some(id)).run(tx).await
}

/// See [`is_there`]; true if none is meant.
#[must_use]
pub fn read_is_there(id: Option<Uuid>) -> Read<bool> {
    read::is_there(id.map(|id| {
        Statement::new(
            "SELECT 1 FROM courses WHERE owner_id = $1 AND id = $2",
            own_binds![id],
        )
    }))
}

/// The owner's courses, oldest first (by id, which holds the time).
pub async fn list(tx: &mut TenantTx, include_archived: bool, page: Page) -> Result<Vec<Course>> {
    read_list(include_archived, page).run(tx).await
}

/// See [`list`].
#[must_use]
pub fn read_list(include_archived: bool, page: Page) -> Read<Vec<Course>> {
    read::all(Statement::new(
        concat!(
            "SELECT ",
            columns!(),
            " FROM courses
            WHERE owner_id = $1
                AND ($2 OR archived_at IS NULL)
                AND ($3 IS NULL OR id > $3)
            ORDER BY id
            LIMIT $4"
        ),
        own_binds![include_archived, page.after, i64::from(page.limit)],
    ))
}

/// Changes a course; none if the owner does not have it.
pub async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    change: &CourseChange,
    now: Timestamp,
) -> Result<Option<Course>> {
    tx.first(
        concat!(
            "UPDATE courses SET
                name = COALESCE($3, name),
                code = CASE WHEN $4 THEN $5 ELSE code END,
                term = CASE WHEN $6 THEN $7 ELSE term END,
                exam_date = CASE WHEN $8 THEN $9 ELSE exam_date END,
                archived_at = CASE
                    WHEN $10 IS NULL THEN archived_at
                    WHEN $10 THEN COALESCE(archived_at, $11)
                END,
                updated_at = $11
            WHERE owner_id = $1 AND id = $2
            RETURNING ",
            columns!()
        ),
        binds![
            id,
            change.name,
            change.code.is_some(),
            change.code.clone().flatten(),
            change.term.is_some(),
            change.term.clone().flatten(),
            change.exam_date.is_some(),
            change.exam_date.flatten(),
            change.archived,
            now
        ],
    )
    .await
}

/// Deletes a course that no document refers to any more (the use case deletes those
/// first: a conflict if one is left); false if the owner does not have it.
pub async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    tx.execute(
        "UPDATE study_sessions SET course_id = NULL WHERE owner_id = $1 AND course_id = $2",
        binds![id],
    )
    .await?;
    let deleted = tx
        .execute(
            "DELETE FROM courses WHERE owner_id = $1 AND id = $2",
            binds![id],
        )
        .await?;
    Ok(deleted > 0)
}
