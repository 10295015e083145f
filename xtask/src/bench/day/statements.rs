//! What PostgreSQL's time goes to, statement by statement.

use anyhow::{Context as _, Result};

use super::super::{report::Table, services::Services};

/// How many statements are told, those that took longest in all, and how many letters of each.
const SHOWN: usize = 12;
const LETTERS: usize = 110;

/// Counts from now on.
pub fn begin(services: &Services) -> Result<()> {
    let script = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
        SELECT pg_stat_statements_reset() \\g /dev/null";
    services.run(script, &[])
}

/// What it counted in so many seconds. The times include waiting, for a row or for the disk.
pub fn found(services: &Services, seconds: f64) -> Result<Table> {
    let rows = services.rows(&format!(
        "SELECT left(regexp_replace(
                regexp_replace(query, '^PREPARE \\w+\\s*(\\([^)]*\\))? AS ', ''), '\\s+', ' ', 'g'
            ), {LETTERS}), calls,
            total_plan_time + total_exec_time
        FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid
        WHERE d.datname = current_database()
        ORDER BY 3 DESC LIMIT {SHOWN}"
    ))?;
    let row = |row: &Vec<String>| -> Result<Vec<String>> {
        let [query, calls, ms] = &row[..] else {
            anyhow::bail!("not three columns: {row:?}");
        };
        let (calls, ms): (f64, f64) = (calls.parse()?, ms.parse()?);
        Ok(vec![
            query.clone(),
            format!("{:.1}", calls / seconds),
            format!("{:.0}", ms * 1_000.0 / calls),
            format!("{:.1}", ms / seconds),
        ])
    };
    let rows = rows.iter().map(row).collect::<Result<_>>();
    Ok(Table {
        title: "What PostgreSQL was asked",
        head: vec!["Statement", "a second", "µs each", "ms in a second"],
        rows: rows.context("pg_stat_statements")?,
    })
}
