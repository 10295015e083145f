//! What a database holds: for each table how many rows, and a hash over them.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use crate::{
    Result,
    db::{Connection, postgres::Role},
};

use super::{
    PAGE, Progress, Stage,
    columns::{From, Layout},
    tables::Table,
    value::{Digest, Value},
};

/// What one table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSum {
    /// The table.
    pub table: Table,
    /// Its rows that belong to somebody.
    pub rows: u64,
    /// Hash over them.
    pub digest: Digest,
}

/// A file that rows refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// SHA-256 of its content, hex.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its key in the object store.
    pub object_key: String,
}

/// What a database holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Each table, in the order of [`super::TABLES`].
    pub tables: Vec<TableSum>,
    /// The files, by hash.
    pub blobs: Vec<BlobRow>,
    /// How many owners there are.
    pub owners: usize,
    /// NUL characters in texts, which PostgreSQL does not keep: they become U+FFFD.
    pub nuls: u64,
}

impl Survey {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|sum| sum.rows).sum()
    }

    /// One hash over everything, hex.
    pub(crate) fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for sum in &self.tables {
            hasher.update(sum.table.name);
            hasher.update(sum.rows.to_be_bytes());
            hasher.update(sum.digest.to_bytes());
        }
        hex::encode(hasher.finalize())
    }
}

/// Looks through everything that is reached through these owners.
pub(crate) async fn survey(
    connection: &mut Connection,
    layouts: &[Layout],
    owners: &[String],
    stage: Stage,
    progress: &mut Progress<'_>,
) -> Result<Survey> {
    let mut survey = Survey {
        owners: owners.len(),
        ..Survey::default()
    };
    let mut done = 0;
    let mut seen: Vec<HashSet<String>> = vec![HashSet::new(); layouts.len()];
    survey.tables = layouts
        .iter()
        .map(|layout| TableSum {
            table: layout.table,
            rows: 0,
            digest: Digest::default(),
        })
        .collect();
    for owner_id in owners {
        connection.act_as(Role::Tenant(owner_id)).await?;
        for (place, layout) in layouts.iter().enumerate() {
            let mut from = From::Skip(0);
            let mut number = 0;
            loop {
                let mut page = layout
                    .page(connection, owner_id, &from, PAGE, &mut survey.nuls)
                    .await?;
                let is_last = page.len() < PAGE as usize;
                if let Some(last) = page.last() {
                    from = layout.after(last);
                }
                for row in &mut page {
                    number += 1;
                    if layout.table.is_nobodys() && !seen[place].insert(key_of(layout, row)) {
                        continue;
                    }
                    if layout.table.name == "blobs" {
                        survey.blobs.push(blob(layout, row));
                    }
                    let order = match layout.table.numbered_anew() {
                        Some(column) => {
                            if let Some(value) = layout.value_mut(row, column) {
                                *value = Value::Null;
                            }
                            number
                        }
                        None => 0,
                    };
                    let sum = &mut survey.tables[place];
                    sum.rows += 1;
                    sum.digest.add(row, order);
                    done += 1;
                }
                progress(stage, done);
                if is_last {
                    break;
                }
            }
        }
    }
    survey.blobs.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    Ok(survey)
}

/// The only column of the key of a table that is nobody's.
fn key_of(layout: &Layout, row: &[Value]) -> String {
    let name = layout.table.key.first().copied().unwrap_or_default();
    text(layout, row, name)
}

fn blob(layout: &Layout, row: &[Value]) -> BlobRow {
    let size = match layout.value(row, "size") {
        Some(Value::Integer(size)) => u64::try_from(*size).unwrap_or(0),
        _ => 0,
    };
    BlobRow {
        sha256: text(layout, row, "sha256"),
        size,
        object_key: text(layout, row, "object_key"),
    }
}

fn text(layout: &Layout, row: &[Value], name: &str) -> String {
    match layout.value(row, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
