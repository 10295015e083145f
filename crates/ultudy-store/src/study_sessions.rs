//! Study sessions.

use ultudy_domain::{Timestamp, progress::StudyStats, study_session::StudySession};
use uuid::Uuid;

use crate::{Result, TenantTx};

/// Stores a session that begins.
pub async fn insert(_tx: &mut TenantTx, _session: &StudySession) -> Result<()> {
    todo!()
}

/// The session, if the owner has it.
pub async fn find(_tx: &mut TenantTx, _id: Uuid) -> Result<Option<StudySession>> {
    todo!()
}

/// Counts one answer in a running session; false if there is no such running session.
pub async fn track(_tx: &mut TenantTx, _id: Uuid, _correct: bool) -> Result<bool> {
    todo!()
}

/// Ends a running session; none if there is no such running session.
pub async fn complete(
    _tx: &mut TenantTx,
    _id: Uuid,
    _duration_minutes: i32,
    _now: Timestamp,
) -> Result<Option<StudySession>> {
    todo!()
}

/// The latest sessions, latest first.
pub async fn latest(_tx: &mut TenantTx, _limit: u32) -> Result<Vec<StudySession>> {
    todo!()
}

/// Sums over all sessions.
pub async fn stats(_tx: &mut TenantTx) -> Result<StudyStats> {
    todo!()
}
