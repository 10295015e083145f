//! What is there of a lesson that is asked for, told by one statement: who asks for what exists waits
//! for nothing else, and who does not has all that is needed to have it made.

use uuid::Uuid;

use super::Kept;
use crate::{
    Result,
    db::{FromRow, Row},
    read::{self, Read, Statement, own_binds},
};

/// What is there of a lesson that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The lesson itself; its section may be another document's.
    Lesson(Kept),
    /// What it is to be made of.
    Source(Source),
}

/// What a lesson is to be made of that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The document's course.
    pub course_id: Option<Uuid>,
    /// The document's title.
    pub title: String,
    /// The document's chapter.
    pub chapter: Option<String>,
    /// The section's name; none if the document has no such section, or the whole document is meant.
    pub section_name: Option<String>,
    /// The latest job that was to make it, in whatever status.
    pub latest_job: Option<Uuid>,
    /// The job in flight that is to make it.
    pub job_in_flight: Option<Uuid>,
}

impl FromRow for Asked {
    fn from_row(row: &Row) -> Result<Self> {
        if row.get::<Option<Uuid>, _>(0)?.is_some() {
            return Kept::from_row(row).map(Self::Lesson);
        }
        Ok(Self::Source(Source {
            course_id: row.get(3)?,
            chapter: row.get(4)?,
            title: row.get(6)?,
            section_name: row.get(7)?,
            latest_job: row.get(8)?,
            job_in_flight: row.get(9)?,
        }))
    }
}

/// The lesson on a section or a whole document, or what it is to be made of by a job with this key; none
/// if there is no such visible document. What is not needed since the lesson is there is not looked for.
#[must_use]
pub fn read_asked(
    document_id: Uuid,
    section_id: Option<Uuid>,
    dedupe_key: String,
) -> Read<Option<Asked>> {
    macro_rules! asked {
        ($of:literal) => {
            concat!(
                "SELECT l.id, l.document_id, l.section_id, d.course_id, d.chapter, l.written, d.title,
                    CASE WHEN l.id IS NULL THEN (
                        SELECT CASE WHEN document_id = $2 THEN name END FROM sections
                        WHERE owner_id = $1 AND id = $3
                    ) END,
                    CASE WHEN l.id IS NULL THEN (
                        SELECT id FROM jobs
                        WHERE owner_id = $1 AND document_id = $2 AND dedupe_key = $4
                        ORDER BY created_at DESC, id DESC
                        LIMIT 1
                    ) END,
                    CASE WHEN l.id IS NULL THEN (
                        SELECT id FROM jobs
                        WHERE owner_id = $1 AND dedupe_key = $4
                            AND status IN ('queued', 'processing')
                    ) END
                FROM documents d
                LEFT JOIN lessons l ON l.owner_id = $1 AND ",
                $of,
                " WHERE d.owner_id = $1 AND d.id = $2 AND d.published"
            )
        };
    }
    let binds = own_binds![document_id, section_id, dedupe_key];
    read::first(match section_id {
        // By what is unique alone: the server is not to look through all sections of the document.
        Some(_) => Statement::new(asked!("l.section_id = $3"), binds),
        None => Statement::new(asked!("l.document_id = $2 AND l.section_id IS NULL"), binds),
    })
}
