//! Whose cached lessons are outdated: noted by whatever changes what lessons are answered with,
//! in its own transaction, so that no crash loses it.

use crate::{
    Result, SystemTx, TenantTx,
    db::{Connection, FromRow, Row, binds},
};

/// Most notes that are read at once.
const PAGE: i64 = 1_000;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number, which no other ever has.
    pub number: i64,
    /// Whose lessons.
    pub owner_id: String,
}

impl FromRow for Note {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            owner_id: row.get("owner_id")?,
        })
    }
}

const INSERT: &str = "INSERT INTO outdated_lessons (owner_id) VALUES ($1)";

/// Notes that lessons of the transaction's owner change with it.
pub(crate) async fn note(tx: &mut TenantTx) -> Result<()> {
    tx.execute(INSERT, &[]).await?;
    Ok(())
}

/// The same on a connection that acts as this owner.
pub(crate) async fn note_for(connection: &mut Connection, owner_id: &str) -> Result<()> {
    connection.execute(INSERT.into(), binds![owner_id]).await?;
    Ok(())
}

/// What has not been forgotten, the first of it; across owners.
pub async fn list(tx: &mut SystemTx) -> Result<Vec<Note>> {
    let sql = "SELECT number, owner_id FROM outdated_lessons ORDER BY number LIMIT $1";
    tx.connection().all(sql.into(), binds![PAGE]).await
}

/// Forgets what every cache has been told.
pub async fn forget(tx: &mut SystemTx, number: i64) -> Result<()> {
    let sql = "DELETE FROM outdated_lessons WHERE number = $1";
    tx.connection().execute(sql.into(), binds![number]).await?;
    Ok(())
}
