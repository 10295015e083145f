//! Giving one owner's rows to another, in one transaction.

use crate::{
    Result, Store,
    db::{Connection, binds, postgres::Role},
    outdated_lessons,
};

use super::{
    PAGE,
    carry::{self, Names},
    columns::{From, Layout},
    tables::{TABLES, Table},
    value::Value,
};

/// What came of giving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// So many rows of each table that held any, in the order of [`TABLES`].
    Rows(Vec<(Table, u64)>),
    /// Nothing: so many jobs have not ended.
    JobsUnfinished(i64),
}

/// Tables that say who somebody is, what they want and what they spent, which nobody can give.
const OF_THEMSELVES: [&str; 7] = [
    "users",
    "preferences",
    "auth_sessions",
    "api_tokens",
    "one_time_links",
    "llm_calls",
    "llm_usage",
];

/// Gives all rows of `from` to `to`, who keeps their own beside them. Files stay where they
/// are, counted as before.
///
/// # Errors
/// [`crate::StoreError::Conflict`] when `to` has a row of the same key, [`crate::StoreError::Unavailable`]
/// when rows of `from` changed meanwhile; nothing is changed then.
pub async fn give(store: &Store, from: &str, to: &str) -> Result<Given> {
    let mut connection = store.snapshot_to_write(from).await?;
    let unfinished = unfinished_jobs(&mut connection, from).await?;
    if unfinished > 0 {
        return Ok(Given::JobsUnfinished(unfinished));
    }
    let mut given = Vec::new();
    let names = Names::read(&mut connection, from).await?;
    for table in given_tables() {
        let layout = Layout::read(&mut connection, *table).await?;
        let rows = give_table(&mut connection, &layout, &names, from, to).await?;
        if rows > 0 {
            given.push((*table, rows));
        }
    }
    connection.act_as(Role::Tenant(from)).await?;
    // The rest goes with its document. What refers to others goes first.
    for table in ["study_sessions", "documents", "courses"] {
        let sql = format!("DELETE FROM {table} WHERE owner_id = $1");
        connection.execute_made(sql, binds![from]).await?;
    }
    for owner_id in [from, to] {
        connection.act_as(Role::Tenant(owner_id)).await?;
        outdated_lessons::note_for(&mut connection, owner_id).await?;
    }
    connection.commit().await?;
    Ok(Given::Rows(given))
}

fn given_tables() -> impl Iterator<Item = &'static Table> {
    TABLES
        .iter()
        .filter(|table| !table.is_nobodys() && !OF_THEMSELVES.contains(&table.name))
}

async fn unfinished_jobs(connection: &mut Connection, from: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM jobs
        WHERE owner_id = $1 AND status IN ('queued', 'processing')";
    let unfinished: Vec<i64> = connection.all(sql.into(), binds![from]).await?;
    Ok(unfinished.first().copied().unwrap_or(0))
}

async fn give_table(
    connection: &mut Connection,
    layout: &Layout,
    names: &Names,
    from: &str,
    to: &str,
) -> Result<u64> {
    let mut given = 0;
    let mut place = From::Skip(0);
    loop {
        connection.act_as(Role::Tenant(from)).await?;
        let mut page = layout.page(connection, from, &place, PAGE, &mut 0).await?;
        let Some(last) = page.last() else {
            return Ok(given);
        };
        place = layout.after(last);
        if layout.table.name == "jobs" {
            // Their ids are unique among all owners'.
            delete_rows(connection, layout, &page, from).await?;
        }
        for row in &mut page {
            if let Some(owner) = layout.value_mut(row, "owner_id") {
                *owner = Value::Text(to.to_owned());
            }
        }
        connection.act_as(Role::Tenant(to)).await?;
        carry::store(connection, layout, &page, names, to).await?;
        given += page.len() as u64;
        if page.len() < PAGE as usize {
            return Ok(given);
        }
    }
}

async fn delete_rows(
    connection: &mut Connection,
    layout: &Layout,
    rows: &[Vec<Value>],
    from: &str,
) -> Result<()> {
    for row in rows {
        if let Some(id) = layout.value(row, "id") {
            let sql = "DELETE FROM jobs WHERE owner_id = $1 AND id = $2";
            connection.execute(sql.into(), binds![from, *id]).await?;
        }
    }
    Ok(())
}
