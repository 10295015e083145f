//! Personal API tokens.

use ultudy_domain::{Timestamp, account::ApiToken};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{FromRow, Row, binds},
    holder::{self, Holder, holder_of},
};

impl FromRow for ApiToken {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// Stores a new token.
pub async fn insert(tx: &mut TenantTx, token: &ApiToken, token_hash: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO api_tokens (owner_id, id, token_hash, name, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)",
        binds![
            token.id,
            token_hash,
            token.name,
            token.created_at,
            token.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Whose token this is, unless it has ended or its user is disabled.
pub async fn holder(tx: &mut SystemTx, token_hash: &str, now: Timestamp) -> Result<Option<Holder>> {
    let statement = holder_of!("api_tokens", "last_used_at");
    holder::find(tx, statement, token_hash, now).await
}

/// Notes that a token was used.
pub async fn touch(tx: &mut TenantTx, id: Uuid, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE api_tokens SET last_used_at = $3 WHERE owner_id = $1 AND id = $2",
        binds![id, now],
    )
    .await?;
    Ok(())
}

/// The owner's tokens, the latest first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<ApiToken>> {
    tx.all(
        "SELECT id, name, created_at, last_used_at, expires_at
        FROM api_tokens WHERE owner_id = $1 ORDER BY id DESC",
        binds![],
    )
    .await
}

/// Revokes a token; its hash, none if the owner does not have it.
pub async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<Option<String>> {
    tx.first(
        "DELETE FROM api_tokens WHERE owner_id = $1 AND id = $2 RETURNING token_hash",
        binds![id],
    )
    .await
}

/// Revokes all of the owner's tokens; their hashes.
pub async fn delete_all(tx: &mut TenantTx) -> Result<Vec<String>> {
    tx.all(
        "DELETE FROM api_tokens WHERE owner_id = $1 RETURNING token_hash",
        binds![],
    )
    .await
}
