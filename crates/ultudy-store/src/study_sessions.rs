//! Study sessions.

use ultudy_domain::{
    Timestamp,
    progress::StudyStats,
    study_session::{SessionType, StudySession},
};
use uuid::Uuid;

use crate::{
    Result, StoreError, TenantTx,
    db::{FromRow, Row, binds, read_name},
    read::{self, Read, Statement, own_binds},
};

macro_rules! columns {
    () => {
        "id, session_type, chapter, document_id, course_id, total_check_ins, correct_check_ins,
            duration_minutes, started_at, completed_at"
    };
}

impl FromRow for StudySession {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            session_type: read_name(row, "session_type", SessionType::parse)?,
            chapter: row.get("chapter")?,
            document_id: row.get("document_id")?,
            course_id: row.get("course_id")?,
            total_check_ins: row.get("total_check_ins")?,
            correct_check_ins: row.get("correct_check_ins")?,
            duration_minutes: row.get("duration_minutes")?,
            started_at: row.get("started_at")?,
            completed_at: row.get("completed_at")?,
        })
    }
}

impl FromRow for StudyStats {
    fn from_row(row: &Row) -> Result<Self> {
        let total_check_ins: i64 = row.get("check_ins")?;
        let total_correct: i64 = row.get("correct")?;
        Ok(Self {
            total_sessions: row.get("sessions")?,
            total_check_ins,
            total_correct,
            overall_accuracy: (100 * total_correct)
                .checked_div(total_check_ins)
                .unwrap_or(0),
            total_study_time_minutes: row.get("minutes")?,
        })
    }
}

/// Stores a session that begins.
pub async fn insert(tx: &mut TenantTx, session: &StudySession) -> Result<()> {
    tx.execute(
        concat!(
            "INSERT INTO study_sessions (owner_id, ",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        binds![
            session.id,
            session.session_type.as_str(),
            session.chapter,
            session.document_id,
            session.course_id,
            session.total_check_ins,
            session.correct_check_ins,
            session.duration_minutes,
            session.started_at,
            session.completed_at
        ],
    )
    .await?;
    Ok(())
}

/// The session, if the owner has it.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<StudySession>> {
    tx.first(
        concat!(
            "SELECT ",
            columns!(),
            " FROM study_sessions WHERE owner_id = $1 AND id = $2"
        ),
        binds![id],
    )
    .await
}

/// Counts one answer in a running session; false if there is no such running session.
pub async fn track(tx: &mut TenantTx, id: Uuid, correct: bool) -> Result<bool> {
    let tracked = tx
        .execute(
            "UPDATE study_sessions
            SET total_check_ins = total_check_ins + 1, correct_check_ins = correct_check_ins + $3
            WHERE owner_id = $1 AND id = $2 AND completed_at IS NULL",
            binds![id, i32::from(correct)],
        )
        .await?;
    Ok(tracked > 0)
}

/// Ends a running session; none if there is no such running session.
pub async fn complete(
    tx: &mut TenantTx,
    id: Uuid,
    duration_minutes: i32,
    now: Timestamp,
) -> Result<Option<StudySession>> {
    tx.first(
        concat!(
            "UPDATE study_sessions SET duration_minutes = $3, completed_at = $4
            WHERE owner_id = $1 AND id = $2 AND completed_at IS NULL
            RETURNING ",
            columns!()
        ),
        binds![id, duration_minutes, now],
    )
    .await
}

/// The latest sessions, latest first.
pub async fn latest(tx: &mut TenantTx, limit: u32) -> Result<Vec<StudySession>> {
    read_latest(limit).run(tx).await
}

/// See [`latest`].
#[must_use]
pub fn read_latest(limit: u32) -> Read<Vec<StudySession>> {
    read::all(Statement::new(
        concat!(
            "SELECT ",
            columns!(),
            " FROM study_sessions WHERE owner_id = $1
            ORDER BY started_at DESC, id DESC
            LIMIT $2"
        ),
        own_binds![i64::from(limit)],
    ))
}

/// Sums over all sessions.
pub async fn stats(tx: &mut TenantTx) -> Result<StudyStats> {
    read_stats().run(tx).await
}

/// See [`stats`].
#[must_use]
pub fn read_stats() -> Read<StudyStats> {
    let sums = Statement::new(
        "SELECT count(*) AS sessions,
            COALESCE(sum(total_check_ins), 0) AS check_ins,
            COALESCE(sum(correct_check_ins), 0) AS correct,
            COALESCE(sum(duration_minutes), 0) AS minutes
        FROM study_sessions WHERE owner_id = $1",
        own_binds![],
    );
    Read::new(vec![sums], |rows| {
        let row = rows.iter().flatten().next();
        StudyStats::from_row(row.ok_or(StoreError::Other(sqlx::Error::RowNotFound))?)
    })
}
