//! How the server found the rows: by what its own `auto_explain` wrote of every statement.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use ultudy_testkit::postgres::Postgres;

use super::{EXPLAINED, Filled, Result, open, reads::Read};

/// Calls every read and gives what was seen in the plans: how many there were, which tables were
/// read whole and by which statement, and how often each index was used.
pub async fn of(server: &Postgres, filled: &Filled, reads: &[Read]) -> Result<Value> {
    let name = &filled.name;
    let explain = [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_nested_statements = on",
    ]
    .map(|set| format!("ALTER DATABASE {name} SET {set}"));
    server.sql("postgres", &explain.join("; "))?;
    // Settings of a database hold for its next connections.
    let store = open(server, name).await?;
    for read in reads {
        for turn in 0..EXPLAINED {
            (read.call)(&store, filled.of(turn)).await?;
        }
    }
    drop(store);
    server.sql("postgres", &format!("ALTER DATABASE {name} RESET ALL"))?;
    Ok(summary(&server.log()?))
}

fn summary(log: &str) -> Value {
    let mut plans = 0;
    let mut whole = BTreeMap::new();
    let mut statements = BTreeSet::new();
    let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
    for logged in log.split("plan:\n").skip(1) {
        // What belongs to an entry is indented.
        let entry: Vec<&str> = logged
            .lines()
            .take_while(|line| line.starts_with('\t'))
            .map(str::trim)
            .collect();
        let is_plan = |line: &&str| line.contains("(cost=");
        let text: Vec<&str> = entry
            .iter()
            .copied()
            .take_while(|line| !is_plan(line))
            .collect();
        let text = text.join(" ");
        plans += 1;
        for line in entry.iter().filter(|line| is_plan(line)) {
            if let Some(table) = after(line, "Seq Scan on ") {
                whole.insert(format!("{table}: {text}"), json!(table));
            }
            let used = after(line, " using ").or_else(|| after(line, "Bitmap Index Scan on "));
            if let Some(index) = used {
                *indexes.entry(index).or_default() += 1;
            }
        }
        statements.insert(text);
    }
    json!({
        "plans": plans,
        "statements": statements.len(),
        "read_whole": whole.keys().collect::<Vec<_>>(),
        "indexes": indexes,
    })
}

/// The word that follows `before`.
fn after<'a>(line: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    rest.split_whitespace().next()
}
