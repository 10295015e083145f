//! What the destination knows of a transfer into it: begun from which source, and whether it
//! has ended. As long as it has not, no server starts on it.

use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{
    Result, StoreError,
    db::{Connection, FromRow, Row, binds},
};

/// A transfer into a database.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) id: Uuid,
    pub(crate) source_digest: String,
    pub(crate) completed_at: Option<Timestamp>,
}

impl FromRow for Begun {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            source_digest: row.get("source_digest")?,
            completed_at: row.get("completed_at")?,
        })
    }
}

/// The latest transfer into this database.
pub(crate) async fn latest(system: &mut Connection) -> Result<Option<Begun>> {
    let sql = "SELECT id, source_digest, completed_at FROM transfers
        ORDER BY started_at DESC, id DESC LIMIT 1";
    Ok(system.all(sql.into(), &[]).await?.pop())
}

/// Notes one that begins.
pub(crate) async fn begin(
    system: &mut Connection,
    id: Uuid,
    source_digest: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO transfers (id, source_digest, started_at) VALUES ($1, $2, $3)";
    system
        .execute(sql.into(), binds![id, source_digest, now])
        .await?;
    Ok(())
}

/// Notes that it has ended.
pub(crate) async fn complete(system: &mut Connection, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE transfers SET completed_at = $2 WHERE id = $1";
    system.execute(sql.into(), binds![id, now]).await?;
    Ok(())
}

/// Refuses a database into which a transfer has not ended.
pub(crate) async fn refuse_half_done(system: &mut Connection) -> Result<()> {
    match latest(system).await? {
        Some(Begun {
            completed_at: None, ..
        }) => Err(StoreError::Schema(
            "a transfer into this database has not ended: run the same `ultudy transfer` again"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}
