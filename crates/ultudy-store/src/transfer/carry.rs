//! Carrying one owner's rows of one table from a transaction that reads to ones that write.

use std::collections::HashMap;

use ultudy_domain::search::{Indexed, words::Analyser};
use uuid::Uuid;

use crate::{
    Result, StoreError, chunks,
    db::{Connection, Row, Sql, binds},
};

use super::{columns::Layout, tables::Of, value::Value};

/// How many rows of the owner are stored already. They are stored in the order of their key, a
/// page at a time, whole: so these are the first ones.
pub(crate) async fn stored(to: &mut Connection, layout: &Layout, owner_id: &str) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM {} WHERE {}",
        layout.table.name,
        layout.table.condition()
    );
    let rows = to.rows_made(sql, binds![owner_id]).await?;
    match rows.first() {
        Some(row) => row.get(0),
        None => Ok(0),
    }
}

/// Stores a page of rows, in one transaction.
pub(crate) async fn store(
    to: &mut Connection,
    layout: &Layout,
    rows: &[Vec<Value>],
    names: &Names,
    owner_id: &str,
) -> Result<()> {
    match layout.table.of {
        Of::Chunks => store_chunks(to, layout, rows, names, owner_id).await,
        _ => layout.insert(to, rows).await,
    }?;
    match layout.table.name {
        // Passages have new numbers, so they are embedded anew.
        "document_index" => await_vectors(to, owner_id).await,
        _ => Ok(()),
    }
}

/// Notes that the owner's documents have no vectors, as far as that is not noted.
async fn await_vectors(to: &mut Connection, owner_id: &str) -> Result<()> {
    let sql = Sql::pair(
        "INSERT INTO document_embeddings (owner_id, document_id, model, passages, codes)
        SELECT owner_id, document_id, '', X'', X'' FROM document_index
        WHERE owner_id = $1 AND NOT pending ON CONFLICT DO NOTHING",
        "INSERT INTO document_embeddings (owner_id, document_id, model, passages, codes)
        SELECT owner_id, document_id, '', '', '' FROM document_index
        WHERE owner_id = $1 AND NOT pending ON CONFLICT DO NOTHING",
    );
    to.execute(sql, binds![owner_id]).await?;
    Ok(())
}

async fn store_chunks(
    to: &mut Connection,
    layout: &Layout,
    rows: &[Vec<Value>],
    names: &Names,
    owner_id: &str,
) -> Result<()> {
    let number = layout.table.numbered_anew().unwrap_or_default();
    let numbers = layout.insert_numbered(to, rows, number).await?;
    let terms = rows.iter().map(|row| names.terms(layout, row, owner_id));
    let terms = terms.collect::<Result<Vec<_>>>()?;
    chunks::insert_terms(to, owner_id, &numbers, &terms).await
}

/// What the terms of an owner's passages are made from besides the passages.
#[derive(Debug, Default)]
pub(crate) struct Names {
    sections: HashMap<Uuid, String>,
    languages: HashMap<Uuid, Option<String>>,
}

impl Names {
    /// Reads them; they are few.
    pub(crate) async fn read(from: &mut Connection, owner_id: &str) -> Result<Self> {
        let sections = "SELECT id, name FROM sections WHERE owner_id = $1";
        let languages = "SELECT document_id, language FROM document_index WHERE owner_id = $1";
        let sections = from.rows(sections.into(), binds![owner_id]).await?;
        let languages = from.rows(languages.into(), binds![owner_id]).await?;
        let section = |row: &Row| Ok((row.get(0)?, row.get(1)?));
        let language = |row: &Row| Ok((row.get(0)?, row.get(1)?));
        Ok(Self {
            sections: sections.iter().map(section).collect::<Result<_>>()?,
            languages: languages.iter().map(language).collect::<Result<_>>()?,
        })
    }

    /// A passage's terms, as they were made when it was first read.
    fn terms(&self, layout: &Layout, row: &[Value], owner_id: &str) -> Result<String> {
        let (Some(Value::Uuid(section)), Some(Value::Uuid(document)), Some(Value::Text(content))) = (
            layout.value(row, "section_id"),
            layout.value(row, "document_id"),
            layout.value(row, "content"),
        ) else {
            return Err(StoreError::Other(sqlx::Error::RowNotFound));
        };
        let language = self.languages.get(document).and_then(Option::as_deref);
        let name = self.sections.get(section).map_or("", String::as_str);
        let indexed = Indexed::new(&Analyser::new(language), name, content);
        Ok(chunks::terms_text(owner_id, *document, &indexed))
    }
}
