//! Pages that a model read from their pictures, by the key of what went in. No owner: only who holds a
//! picture knows its key.

use ultudy_domain::{Timestamp, page_text::PageText};

use crate::{Result, StoreError, SystemTx, db::binds};

/// What was read under this key, if anything was.
pub async fn find(tx: &mut SystemTx, key: &str) -> Result<Option<PageText>> {
    let sql = "SELECT content FROM page_readings WHERE key = $1";
    let rows = tx.connection().rows(sql.into(), binds![key]).await?;
    rows.first().map(|row| row.json("content")).transpose()
}

/// Keeps what was read, unless something is there already.
pub async fn insert(tx: &mut SystemTx, key: &str, text: &PageText, now: Timestamp) -> Result<()> {
    let content = serde_json::to_value(text)
        .map_err(|error| StoreError::Other(sqlx::Error::Encode(error.into())))?;
    let sql = "INSERT INTO page_readings (key, content, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (key) DO NOTHING";
    let binds = binds![key, content, now];
    tx.connection().execute(sql.into(), binds).await?;
    Ok(())
}

/// Deletes what was read before that moment, at most so much of it; how much. Less than that was all.
pub async fn delete_old(tx: &mut SystemTx, before: Timestamp, at_most: u32) -> Result<u64> {
    let sql = "DELETE FROM page_readings WHERE key IN (
            SELECT key FROM page_readings WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    let binds = binds![before, i64::from(at_most)];
    tx.connection().execute(sql.into(), binds).await
}
