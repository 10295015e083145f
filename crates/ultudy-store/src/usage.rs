//! What calls of language models came to, as it is shown.

use chrono::NaiveDate;
use ultudy_domain::{Timestamp, usage::Totals};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{FromRow, Row, binds},
};

/// What an owner's calls came to on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfDay {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Whose model.
    pub provider: String,
    /// The model.
    pub model: String,
    /// What for.
    pub task: String,
    /// What they came to.
    pub totals: Totals,
}

/// What calls for a course, or for a lesson, came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfWork {
    /// The course, or the lesson's document; none if that is not known.
    pub id: Option<Uuid>,
    /// The section, of a lesson on one.
    pub section_id: Option<Uuid>,
    /// What it is called; none if it is gone.
    pub name: Option<String>,
    /// What they came to. Nothing is known of what was used again.
    pub totals: Totals,
}

/// What calls of all owners came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfGroup {
    /// What they are grouped by, such as `openai` and the model.
    pub group: Vec<String>,
    /// What they came to.
    pub totals: Totals,
}

/// What all owners' calls are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Provider, model and task.
    Model,
    /// The user.
    User,
    /// The user and their course.
    Course,
    /// The user, the document and the section.
    Lesson,
}

fn totals(row: &Row) -> Result<Totals> {
    Ok(Totals {
        calls: row.get("calls")?,
        tokens_read: row.get("tokens_read")?,
        tokens_written: row.get("tokens_written")?,
        cost_micros: row.get("cost_micros")?,
        unpriced_calls: row.get("unpriced_calls")?,
        reused: row.get("reused")?,
        saved_tokens: row.get("saved_tokens")?,
        saved_micros: row.get("saved_micros")?,
    })
}

impl FromRow for OfDay {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            day: row.get("day")?,
            provider: row.get("provider")?,
            model: row.get("model")?,
            task: row.get("task")?,
            totals: totals(row)?,
        })
    }
}

impl FromRow for OfWork {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            section_id: row.get("section_id")?,
            name: row.get("name")?,
            totals: totals(row)?,
        })
    }
}

/// What calls sum up to. PostgreSQL's sums are of another type.
macro_rules! of_calls {
    () => {
        "count(*) AS calls,
            CAST(sum(l.tokens_read) AS bigint) AS tokens_read,
            CAST(sum(l.tokens_written) AS bigint) AS tokens_written,
            CAST(coalesce(sum(l.cost_micros), 0) AS bigint) AS cost_micros,
            count(*) - count(l.cost_micros) AS unpriced_calls,
            CAST(0 AS bigint) AS reused, CAST(0 AS bigint) AS saved_tokens,
            CAST(0 AS bigint) AS saved_micros"
    };
}

macro_rules! of_usage {
    () => {
        "CAST(sum(calls) AS bigint) AS calls,
            CAST(sum(tokens_read) AS bigint) AS tokens_read,
            CAST(sum(tokens_written) AS bigint) AS tokens_written,
            CAST(sum(cost_micros) AS bigint) AS cost_micros,
            CAST(sum(unpriced_calls) AS bigint) AS unpriced_calls,
            CAST(sum(reused) AS bigint) AS reused,
            CAST(sum(saved_tokens) AS bigint) AS saved_tokens,
            CAST(sum(saved_micros) AS bigint) AS saved_micros"
    };
}

/// What the owner's calls came to since a day, the latest first.
pub async fn by_day(tx: &mut TenantTx, since: NaiveDate) -> Result<Vec<OfDay>> {
    tx.all(
        "SELECT day, provider, model, task, calls, tokens_read, tokens_written, cost_micros,
            unpriced_calls, reused, saved_tokens, saved_micros
        FROM llm_usage WHERE owner_id = $1 AND day >= $2
        ORDER BY day DESC, provider, model, task",
        binds![since],
    )
    .await
}

/// What the owner's calls for each course came to since then, the dearest first.
pub async fn by_course(tx: &mut TenantTx, since: Timestamp, limit: i64) -> Result<Vec<OfWork>> {
    tx.all(
        concat!(
            "SELECT l.course_id AS id, NULL AS section_id, c.name AS name, ",
            of_calls!(),
            " FROM llm_calls l LEFT JOIN courses c ON c.owner_id = l.owner_id AND c.id = l.course_id
            WHERE l.owner_id = $1 AND l.made_at >= $2
            GROUP BY l.course_id, c.name
            ORDER BY cost_micros DESC, calls DESC, l.course_id LIMIT $3"
        ),
        binds![since, limit],
    )
    .await
}

/// What the owner's calls for each lesson, and for questions and answers on what it is of, came to since
/// then, the dearest first. What is of no document, such as a question to a course, is of no lesson.
pub async fn by_lesson(tx: &mut TenantTx, since: Timestamp, limit: i64) -> Result<Vec<OfWork>> {
    tx.all(
        concat!(
            "SELECT l.document_id AS id, l.section_id AS section_id,
                coalesce(s.name, d.title) AS name, ",
            of_calls!(),
            " FROM llm_calls l
            LEFT JOIN documents d ON d.owner_id = l.owner_id AND d.id = l.document_id
            LEFT JOIN sections s ON s.owner_id = l.owner_id AND s.id = l.section_id
            WHERE l.owner_id = $1 AND l.made_at >= $2 AND l.document_id IS NOT NULL
                AND l.task IN ('lesson', 'grading', 'answer')
            GROUP BY l.document_id, l.section_id, s.name, d.title
            ORDER BY cost_micros DESC, calls DESC, l.document_id, l.section_id LIMIT $3"
        ),
        binds![since, limit],
    )
    .await
}

/// What all owners' calls came to since then, the dearest first; of what they were for ids only.
pub async fn across(
    tx: &mut SystemTx,
    by: By,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<OfGroup>> {
    let day = since.date_naive();
    let (names, rows): (&[&str], _) = match by {
        By::Model => {
            let sql = concat!(
                "SELECT provider, model, task, ",
                of_usage!(),
                " FROM llm_usage WHERE day >= $1 GROUP BY provider, model, task
                ORDER BY cost_micros DESC, calls DESC, provider, model, task LIMIT $2"
            );
            let rows = tx.connection().rows(sql.into(), binds![day, limit]).await;
            (&["provider", "model", "task"], rows?)
        }
        By::User => {
            let sql = concat!(
                "SELECT owner_id, ",
                of_usage!(),
                " FROM llm_usage WHERE day >= $1 GROUP BY owner_id
                ORDER BY cost_micros DESC, calls DESC, owner_id LIMIT $2"
            );
            let rows = tx.connection().rows(sql.into(), binds![day, limit]).await;
            (&["owner_id"], rows?)
        }
        By::Course => {
            let sql = concat!(
                "SELECT owner_id, course_id, ",
                of_calls!(),
                " FROM llm_calls l WHERE made_at >= $1 GROUP BY owner_id, course_id
                ORDER BY cost_micros DESC, calls DESC, owner_id, course_id LIMIT $2"
            );
            let rows = tx.connection().rows(sql.into(), binds![since, limit]).await;
            (&["owner_id", "course_id"], rows?)
        }
        By::Lesson => {
            let sql = concat!(
                "SELECT owner_id, document_id, section_id, ",
                of_calls!(),
                " FROM llm_calls l WHERE made_at >= $1 AND document_id IS NOT NULL
                    AND task IN ('lesson', 'grading', 'answer')
                GROUP BY owner_id, document_id, section_id
                ORDER BY cost_micros DESC, calls DESC, owner_id, document_id, section_id LIMIT $2"
            );
            let rows = tx.connection().rows(sql.into(), binds![since, limit]).await;
            (&["owner_id", "document_id", "section_id"], rows?)
        }
    };
    rows.iter().map(|row| of_group(row, names)).collect()
}

fn of_group(row: &Row, names: &[&str]) -> Result<OfGroup> {
    let group = names.iter().map(|name| {
        if !matches!(*name, "course_id" | "document_id" | "section_id") {
            return row.get(*name);
        }
        let id: Option<Uuid> = row.get(*name)?;
        Ok(id.map_or_else(|| "-".into(), |id| id.to_string()))
    });
    Ok(OfGroup {
        group: group.collect::<Result<_>>()?,
        totals: totals(row)?,
    })
}
