//! Browsers that are signed in.

use ultudy_domain::{Timestamp, account::AuthSession};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{FromRow, Row, binds},
    holder::{self, Holder, holder_of},
};

/// Most sessions of a user; a new one ends the oldest.
pub const SESSIONS_MAX: i64 = 50;

impl FromRow for AuthSession {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            created_at: row.get("created_at")?,
            last_seen_at: row.get("last_seen_at")?,
            expires_at: row.get("expires_at")?,
            user_agent: row.get("user_agent")?,
            address: row.get("address")?,
        })
    }
}

/// Stores a new session, and deletes those of the owner that have ended or are too many.
pub async fn insert(tx: &mut TenantTx, session: &AuthSession, token_hash: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM auth_sessions WHERE owner_id = $1 AND (expires_at <= $2 OR id NOT IN (
            SELECT id FROM auth_sessions WHERE owner_id = $1 ORDER BY id DESC LIMIT $3
        ))",
        binds![session.created_at, SESSIONS_MAX - 1],
    )
    .await?;
    tx.execute(
        "INSERT INTO auth_sessions (owner_id, id, token_hash, created_at, last_seen_at,
            expires_at, user_agent, address)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        binds![
            session.id,
            token_hash,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            session.user_agent,
            session.address
        ],
    )
    .await?;
    Ok(())
}

/// Whose session this is, unless it has ended or its user is disabled.
pub async fn holder(tx: &mut SystemTx, token_hash: &str, now: Timestamp) -> Result<Option<Holder>> {
    let statement = holder_of!("auth_sessions", "last_seen_at");
    holder::find(tx, statement, token_hash, now).await
}

/// Notes that a session asked, and when it ends now.
pub async fn touch(tx: &mut TenantTx, id: Uuid, now: Timestamp, expires: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE auth_sessions SET last_seen_at = $3, expires_at = $4
        WHERE owner_id = $1 AND id = $2",
        binds![id, now, expires],
    )
    .await?;
    Ok(())
}

/// The owner's sessions that have not ended, the latest first.
pub async fn list(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<AuthSession>> {
    tx.all(
        "SELECT id, created_at, last_seen_at, expires_at, user_agent, address
        FROM auth_sessions WHERE owner_id = $1 AND expires_at > $2 ORDER BY id DESC",
        binds![now],
    )
    .await
}

/// Ends a session; its token's hash, none if the owner does not have it.
pub async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<Option<String>> {
    tx.first(
        "DELETE FROM auth_sessions WHERE owner_id = $1 AND id = $2 RETURNING token_hash",
        binds![id],
    )
    .await
}

/// Ends all of the owner's sessions but one; the hashes of their tokens.
pub async fn delete_others(tx: &mut TenantTx, kept: Option<Uuid>) -> Result<Vec<String>> {
    tx.all(
        "DELETE FROM auth_sessions WHERE owner_id = $1 AND ($2 IS NULL OR id <> $2)
        RETURNING token_hash",
        binds![kept],
    )
    .await
}
