//! Glossaries: what documents say their terms are, one a document.

use ultudy_domain::glossary::GlossaryEntry;
use uuid::Uuid;

use crate::{
    Result, StoreError, TenantTx,
    db::{FromRow, Row, binds},
};

struct Entries(Vec<GlossaryEntry>);

impl FromRow for Entries {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(row.json("entries")?))
    }
}

/// A document's glossary as this version of its generator found it; none if it has not.
pub async fn find(
    tx: &mut TenantTx,
    document_id: Uuid,
    version: i32,
) -> Result<Option<Vec<GlossaryEntry>>> {
    let found: Option<Entries> = tx
        .first(
            "SELECT entries FROM glossaries
            WHERE owner_id = $1 AND document_id = $2 AND version = $3",
            binds![document_id, version],
        )
        .await?;
    Ok(found.map(|found| found.0))
}

/// Keeps a document's glossary in the place of an earlier one.
///
/// # Errors
/// [`StoreError::Conflict`] when the owner does not have the document.
pub async fn put(
    tx: &mut TenantTx,
    document_id: Uuid,
    version: i32,
    entries: &[GlossaryEntry],
) -> Result<()> {
    let entries = serde_json::to_value(entries)
        .map_err(|error| StoreError::Other(sqlx::Error::Encode(error.into())))?;
    tx.execute(
        "INSERT INTO glossaries (owner_id, document_id, version, entries)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (owner_id, document_id)
        DO UPDATE SET version = excluded.version, entries = excluded.entries",
        binds![document_id, version, entries],
    )
    .await?;
    Ok(())
}
