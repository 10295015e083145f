//! Blobs: one row a distinct file content, counted by the documents that hold it. No
//! owner: reached only through an owned document.

use ultudy_domain::Timestamp;

use crate::{
    Result, StoreError, SystemTx, TenantTx,
    db::{Sql, binds},
};

/// Counts one more holder and gives the object's key: `object_key` if the content is new,
/// else the key under which it already lies (then the caller drops its own copy).
///
/// `object_key` is new with every call. Were it made from the content, the last holder's
/// deletion of the object could hit the copy that a next holder has just stored.
pub async fn hold(
    tx: &mut TenantTx,
    sha256: &str,
    size: i64,
    object_key: &str,
    now: Timestamp,
) -> Result<String> {
    let held = tx
        .by_key(
            "INSERT INTO blobs (sha256, size, object_key, holders, created_at)
            VALUES ($1, $2, $3, 1, $4)
            ON CONFLICT (sha256) DO UPDATE SET holders = blobs.holders + 1
            RETURNING object_key",
            binds![sha256, size, object_key, now],
        )
        .await?;
    let row = held
        .first()
        .ok_or(StoreError::Other(sqlx::Error::RowNotFound))?;
    row.get("object_key")
}

/// Those of these contents that somebody holds, each with the key under which it lies; one query.
pub async fn keys_of(tx: &mut TenantTx, sha256: &[&str]) -> Result<Vec<(String, String)>> {
    let sql = Sql::pair(
        "SELECT sha256, object_key FROM blobs WHERE sha256 IN (SELECT value FROM json_each($1))",
        "SELECT sha256, object_key FROM blobs
            WHERE sha256 = ANY (ARRAY(SELECT jsonb_array_elements_text($1)))",
    );
    let held = tx.by_key(sql, binds![serde_json::json!(sha256)]).await?;
    held.iter()
        .map(|row| Ok((row.get("sha256")?, row.get("object_key")?)))
        .collect()
}

/// A content's object is gone: for all who hold it another one is in its place, unless that has been
/// seen to meanwhile. Whether it is.
pub async fn replace(tx: &mut TenantTx, sha256: &str, gone: &str, by: &str) -> Result<bool> {
    let replace = "UPDATE blobs SET object_key = $3 WHERE sha256 = $1 AND object_key = $2
        RETURNING object_key";
    let replaced = tx.by_key(replace, binds![sha256, gone, by]).await?;
    Ok(!replaced.is_empty())
}

/// Counts one holder less; gives the object's key when that was the last one, whose row
/// is then gone.
pub async fn release(tx: &mut TenantTx, sha256: &str) -> Result<Option<String>> {
    // The count keeps the row locked, so nobody holds it anew in between.
    let count = "UPDATE blobs SET holders = holders - 1 WHERE sha256 = $1";
    tx.by_key(count, binds![sha256]).await?;
    let delete = "DELETE FROM blobs WHERE sha256 = $1 AND holders = 0 RETURNING object_key";
    let gone = tx.by_key(delete, binds![sha256]).await?;
    gone.first().map(|row| row.get("object_key")).transpose()
}

/// The keys of all objects that are held.
pub async fn keys(tx: &mut SystemTx) -> Result<Vec<String>> {
    tx.connection()
        .all("SELECT object_key FROM blobs".into(), binds![])
        .await
}
