//! Glossaries: what documents say their terms are, one a document.

use ultudy_domain::glossary::GlossaryEntry;
use uuid::Uuid;

use crate::{
    Result, StoreError, TenantTx, Write,
    db::{FromRow, Row},
    read::{self, Read, Statement, own_binds},
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
    read(document_id, version).run(tx).await
}

/// See [`find`].
#[must_use]
pub fn read(document_id: Uuid, version: i32) -> Read<Option<Vec<GlossaryEntry>>> {
    let found: Read<Option<Entries>> = read::first(Statement::new(
        "SELECT entries FROM glossaries
        WHERE owner_id = $1 AND document_id = $2 AND version = $3",
        own_binds![document_id, version],
    ));
    found.map(|found| found.map(|found| found.0))
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
    write(document_id, version, entries)?.run(tx).await
}

/// See [`put`].
///
/// # Errors
/// The entries cannot be written as JSON (they always can).
pub fn write(document_id: Uuid, version: i32, entries: &[GlossaryEntry]) -> Result<Write<()>> {
    let entries = serde_json::to_value(entries)
        .map_err(|error| StoreError::Other(sqlx::Error::Encode(error.into())))?;
    let put = Statement::new(
        "INSERT INTO glossaries (owner_id, document_id, version, entries)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (owner_id, document_id)
        DO UPDATE SET version = excluded.version, entries = excluded.entries",
        own_binds![document_id, version, entries],
    );
    Ok(Write::new(vec![put], |_| Ok(())))
}
