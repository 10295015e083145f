//! Whose a session or an API token is: what is looked up before it is known who asks.

use ultudy_domain::{Timestamp, account::User};
use uuid::Uuid;

use crate::{
    Result, SystemTx,
    db::{FromRow, Row, binds},
};

/// Whoever may ask by a session or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The user, who is not disabled.
    pub user: User,
    /// The session or the token.
    pub id: Uuid,
    /// When it was signed in or made.
    pub begun_at: Timestamp,
    /// When it last asked; none if it never did.
    pub used_at: Option<Timestamp>,
    /// When it ends; none if it does not by itself.
    pub expires_at: Option<Timestamp>,
}

impl FromRow for Holder {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            user: User::from_row(row)?,
            id: row.get("id")?,
            begun_at: row.get("begun_at")?,
            used_at: row.get("used_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// The statement that finds the holder in a table, whose column `$used` says when it last asked.
macro_rules! holder_of {
    ($table:literal, $used:literal) => {
        concat!(
            "SELECT u.owner_id, u.email, u.role, u.created_at,
                h.id, h.created_at AS begun_at, h.",
            $used,
            " AS used_at, h.expires_at
            FROM ",
            $table,
            " h JOIN users u ON u.owner_id = h.owner_id
            WHERE h.token_hash = $1 AND (h.expires_at IS NULL OR h.expires_at > $2)
                AND u.disabled_at IS NULL"
        )
    };
}
pub(crate) use holder_of;

/// Runs such a statement: none if it has ended or its user is disabled.
pub(crate) async fn find(
    tx: &mut SystemTx,
    statement: &'static str,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Holder>> {
    let found = tx
        .connection()
        .all(statement.into(), binds![token_hash, now])
        .await?;
    Ok(found.into_iter().next())
}

/// Deletes sessions, tokens and links that have ended; how many.
pub async fn delete_ended(tx: &mut SystemTx, now: Timestamp) -> Result<u64> {
    let mut deleted = 0;
    for statement in [
        "DELETE FROM auth_sessions WHERE expires_at <= $1",
        "DELETE FROM api_tokens WHERE expires_at <= $1",
        "DELETE FROM one_time_links WHERE expires_at <= $1",
    ] {
        deleted += tx
            .connection()
            .execute(statement.into(), binds![now])
            .await?;
    }
    Ok(deleted)
}
