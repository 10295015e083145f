//! The database of the original Ultudy (Node.js), read as it is: `ultudy import node`.
//!
//! Its versions differ in columns and their types, so rows are read as JSON, and whoever
//! imports them asks for what they know.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    Result, StoreError,
    db::{
        Connection, binds,
        postgres::{self, Access, Role, Waits},
    },
};

/// Longest row that is read, in bytes of JSON: a lesson has some ten thousand.
const ROW_BYTES_MAX: i32 = 4 << 20;
/// Rows read at once.
const PAGE: i64 = 50;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Columns that are not read: nothing is made of them, and they are large.
const UNREAD: &str = "ARRAY['full_text', 'embedding']";

/// The original's database as it is at the moment it is opened.
#[derive(Debug)]
pub struct Original {
    snapshot: Connection,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalTable {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: u64,
}

/// A row, or the id of one that is too long to be read.
#[derive(Debug, Clone, PartialEq)]
pub enum OriginalRow {
    /// A row as a JSON object.
    Row(Value),
    /// Longer than 4 MiB.
    TooLong(String),
}

impl Original {
    /// Connects and takes a snapshot; nothing there is changed.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn open(url: &str) -> Result<Self> {
        let pool = postgres::Pool::new(url, 1, Waits::for_long(ACQUIRE_TIMEOUT))?;
        let tx = postgres::Transaction::begin(&pool, Role::Session, Access::Snapshot).await?;
        Ok(Self {
            snapshot: tx.into(),
        })
    }

    /// Its tables, by name.
    ///
    /// # Errors
    /// It does not answer, or may not be read.
    pub async fn tables(&mut self) -> Result<Vec<OriginalTable>> {
        let sql = "SELECT table_name::text AS name,
                array_to_string(array_agg(column_name::text ORDER BY ordinal_position), ',')
                    AS columns
            FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
            GROUP BY table_name ORDER BY 1";
        let mut tables = Vec::new();
        for row in self.snapshot.rows(sql.into(), &[]).await? {
            let (name, columns): (String, String) = (row.get("name")?, row.get("columns")?);
            let count = format!("SELECT count(*) FROM {}", quoted(&name)?);
            let counted = self.snapshot.rows_made(count, &[]).await?;
            let rows = counted
                .first()
                .map(|row| row.get::<i64, _>(0))
                .transpose()?;
            tables.push(OriginalTable {
                name,
                columns: columns.split(',').map(str::to_owned).collect(),
                rows: u64::try_from(rows.unwrap_or(0)).unwrap_or(0),
            });
        }
        Ok(tables)
    }

    /// Whose rows these tables hold, in order.
    ///
    /// # Errors
    /// As [`Self::tables`].
    pub async fn owners(&mut self, tables: &[&str]) -> Result<Vec<String>> {
        if tables.is_empty() {
            return Ok(Vec::new());
        }
        let selects: Result<Vec<String>> = tables
            .iter()
            .map(|table| {
                Ok(format!(
                    "SELECT owner_id::text AS o FROM {}",
                    quoted(table)?
                ))
            })
            .collect();
        let sql = format!(
            "SELECT o FROM ({}) all_owners WHERE o IS NOT NULL ORDER BY o",
            selects?.join(" UNION ")
        );
        let rows = self.snapshot.rows_made(sql, &[]).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// An owner's rows of a table, by id; of one document only, if it is named.
    ///
    /// # Errors
    /// As [`Self::tables`].
    pub async fn rows(
        &mut self,
        table: &str,
        owner_id: &str,
        document_id: Option<&str>,
    ) -> Result<Vec<OriginalRow>> {
        let of_document = match document_id {
            Some(_) => "AND document_id = $4::uuid",
            None => "AND $4::uuid IS NULL",
        };
        let sql = format!(
            "SELECT id, CASE WHEN length(j) <= {ROW_BYTES_MAX} THEN j END AS j FROM (
                SELECT id, (to_jsonb(t) - {UNREAD})::text AS j
                FROM {} t WHERE $1 = owner_id AND id > $2 {of_document}
                ORDER BY id LIMIT $3
            ) page ORDER BY id",
            quoted(table)?
        );
        let (mut rows, mut after) = (Vec::new(), Uuid::nil());
        loop {
            let binds = binds![owner_id, after, PAGE, document_id];
            let page = self.snapshot.rows_made(sql.clone(), binds).await?;
            let is_last = page.len() < PAGE as usize;
            for row in &page {
                after = row.get(0)?;
                let json: Option<String> = row.get(1)?;
                let json = json.and_then(|json| serde_json::from_str(&json).ok());
                rows.push(match json {
                    Some(json) => OriginalRow::Row(json),
                    None => OriginalRow::TooLong(after.to_string()),
                });
            }
            if is_last {
                return Ok(rows);
            }
        }
    }

    /// The ids of an owner's rows of a table whose document is not there.
    ///
    /// # Errors
    /// As [`Self::tables`].
    pub async fn without_document(&mut self, table: &str, owner_id: &str) -> Result<Vec<String>> {
        let table = quoted(table)?;
        let sql = format!("SELECT id::text FROM {table} t WHERE {ORPHANS} ORDER BY id");
        let rows = self.snapshot.rows_made(sql, binds![owner_id]).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// For [`Original::without_document`].
const ORPHANS: &str = "$1 = owner_id AND NOT EXISTS (
    SELECT FROM documents d WHERE d.id = t.document_id AND d.owner_id = t.owner_id)";

/// An identifier; the names come from the database, which may hold anything.
fn quoted(name: &str) -> Result<String> {
    if name.contains('\0') {
        return Err(StoreError::Config("a table's name holds NUL".to_owned()));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}
