//! Many statements in one round trip: those that only read in a transaction of their own, others as
//! the first of one, or in one that is open.
//!
//! Parsing and planning a short read takes the server longer than running it, so each statement
//! is prepared once on each of the server's connections: by SQL's own `PREPARE`, which PgBouncer
//! passes on like any text. Which of its connections PgBouncer gives is not known beforehand, so
//! the statement is executed as if it were prepared there; a connection that does not know it
//! says so, and it is prepared. Its name is a hash of its text, so that whoever else prepares
//! under that name prepares the same.

use std::{
    collections::HashSet,
    fmt::Write as _,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _, postgres::PgRow};

use super::{AS_SYSTEM, Pool, Role, Transaction, check, is_closed, not_begun};
use crate::{
    Result, StoreError,
    db::{Bind, Sql},
};

/// Statements with all their binds, the owner's first.
pub(crate) type Statements<'a> = [(Sql, Vec<&'a (dyn Bind + Sync)>)];

/// The statements of each of several owners.
pub(crate) type OfOwners<'a> = [(&'a str, Vec<(Sql, Vec<&'a (dyn Bind + Sync)>)>)];

/// The rows of each statement.
type Answers = Vec<Vec<PgRow>>;

/// From here on the transaction reads what the owner `$1` has. Prepared like the others, it takes
/// half of the time that `SET LOCAL` takes.
const AS_READER: Sql = Sql::pair(
    "",
    "SELECT set_config('transaction_read_only', 'on', true), \
     set_config('role', 'ultudy_tenant', true), set_config('app.user_id', $1, true)",
);

/// The same across owners.
const AS_SYSTEM_READER: Sql = Sql::pair(
    "",
    "SELECT set_config('transaction_read_only', 'on', true), \
     set_config('role', 'ultudy_system', true)",
);

/// From here on the transaction is the owner's, `$1`.
const AS_OWNER: Sql = Sql::pair(
    "",
    "SELECT set_config('role', 'ultudy_tenant', true), set_config('app.user_id', $1, true)",
);

/// The same for the first of several owners, none of whom is to wait long for somebody who holds a lock
/// that another needs.
const AS_FIRST_OWNER: Sql = Sql::pair(
    "",
    "SELECT set_config('role', 'ultudy_tenant', true), set_config('app.user_id', $1, true), \
     set_config('lock_timeout', '200ms', true)",
);

/// The same for whoever follows.
const AS_NEXT_OWNER: Sql = Sql::pair("", "SELECT set_config('app.user_id', $1, true)");

/// Runs statements that only read in a transaction of their own, in one round trip; the rows of each.
/// Dropped in the middle, it leaves the connection to be used again.
pub(crate) async fn read_at_once(
    pool: &Pool,
    role: Role<'_>,
    statements: &Statements<'_>,
) -> Result<Answers> {
    match role {
        Role::Tenant(owner_id) => {
            let mut of_owners = read_as_owners(pool, &[(owner_id, statements)]).await?;
            Ok(of_owners.pop().unwrap_or_default())
        }
        Role::System | Role::Session => {
            let mut text = String::new();
            push_executed(&mut text, AS_SYSTEM_READER, &[]);
            push_all_executed(&mut text, statements);
            let entry: (Sql, &[&(dyn Bind + Sync)]) = (AS_SYSTEM_READER, &[]);
            let answers = read_text(pool, &text, &[entry], statements).await?;
            those_of(statements, answers, 1)
        }
    }
}

/// Runs each owner's statements, which only read, as that owner, in one transaction and one round trip;
/// the rows of each.
pub(crate) async fn read_as_owners(
    pool: &Pool,
    of_owners: &[(&str, &Statements<'_>)],
) -> Result<Vec<Answers>> {
    let text = as_owners(AS_READER, of_owners)?;
    let nobody: &[&(dyn Bind + Sync)] = &[&""];
    let entries = [(AS_READER, nobody), (AS_NEXT_OWNER, nobody)];
    let statements = of_owners.iter().flat_map(|(_, statements)| *statements);
    let answers = read_text(pool, &text, &entries, statements).await?;
    those_of_owners(of_owners, answers, 0)
}

/// Runs one text, which is one transaction, and only reads.
async fn read_text<'a>(
    pool: &Pool,
    text: &str,
    entries: &[(Sql, &'a [&'a (dyn Bind + Sync)])],
    statements: impl IntoIterator<Item = &'a (Sql, Vec<&'a (dyn Bind + Sync)>)>,
) -> Result<Answers> {
    let (mut tx, answers) = match first_answers(pool, text).await? {
        (tx, Some(answers)) => (tx, answers),
        (mut tx, None) => {
            prepare(&mut tx, "BEGIN", entries, statements).await?;
            let answers = tx.answers(format!("{text}; COMMIT")).await;
            let mut answers = answers.map_err(not_begun)?;
            // Committed.
            answers.pop();
            (tx, answers)
        }
    };
    tx.rest();
    Ok(answers)
}

/// Begins an owner's transaction that may write with these statements as its first, in one round trip;
/// the rows of each.
pub(crate) async fn begin_with(
    pool: &Pool,
    owner_id: &str,
    statements: &Statements<'_>,
) -> Result<(Transaction, Answers)> {
    let (tx, mut answers) = begin_as_owners(pool, &[(owner_id, statements)]).await?;
    Ok((tx, answers.pop().unwrap_or_default()))
}

/// Begins a transaction that may write with each owner's statements, run as that owner, in one round
/// trip; the rows of each. With several owners, no lock is waited for long.
pub(crate) async fn begin_as_owners(
    pool: &Pool,
    of_owners: &[(&str, &Statements<'_>)],
) -> Result<(Transaction, Vec<Answers>)> {
    let entry = match of_owners.len() {
        0 | 1 => AS_OWNER,
        _ => AS_FIRST_OWNER,
    };
    let text = as_owners(entry, of_owners)?;
    let (tx, answers) = match first_answers(pool, &format!("BEGIN; {text}")).await? {
        (tx, Some(answers)) => (tx, answers),
        (mut tx, None) => {
            let nobody: &[&(dyn Bind + Sync)] = &[&""];
            let entries = [(entry, nobody), (AS_NEXT_OWNER, nobody)];
            let statements = of_owners.iter().flat_map(|(_, statements)| *statements);
            prepare(&mut tx, "ROLLBACK; BEGIN", &entries, statements).await?;
            let answers = tx.answers(format!("SELECT; {text}")).await;
            let answers = answers.map_err(not_begun)?;
            (tx, answers)
        }
    };
    // One to the first word.
    Ok((tx, those_of_owners(of_owners, answers, 1)?))
}

/// Each owner's statements as that owner, the first of whom is entered by `entry`.
fn as_owners(entry: Sql, of_owners: &[(&str, &Statements<'_>)]) -> Result<String> {
    let mut text = String::new();
    for (number, (owner_id, statements)) in of_owners.iter().enumerate() {
        check(owner_id)?;
        let entry = match number {
            0 => entry,
            _ => {
                text.push_str("; ");
                AS_NEXT_OWNER
            }
        };
        push_executed(&mut text, entry, &[owner_id]);
        push_all_executed(&mut text, statements);
    }
    Ok(text)
}

/// The answers to each owner's statements, but for those to the entries and to `before` others.
fn those_of_owners(
    of_owners: &[(&str, &Statements<'_>)],
    answers: Answers,
    before: usize,
) -> Result<Vec<Answers>> {
    let mut all = answers.into_iter().skip(before);
    let each = of_owners.iter().map(|(_, statements)| {
        let own: Answers = all.by_ref().take(1 + statements.len()).collect();
        those_of(statements, own, 1)
    });
    each.collect()
}

/// Runs the first text of a transaction, which commits nothing unless it only reads; no answers from a
/// server connection that does not know a statement in it, or knows it for tables that have changed
/// since.
async fn first_answers(pool: &Pool, text: &str) -> Result<(Transaction, Option<Answers>)> {
    let mut stale_left = pool.max_connections();
    loop {
        let mut tx = Transaction {
            connection: Some(pool.acquire().await?),
        };
        match tx.answers(text.to_owned()).await {
            Ok(answers) => return Ok((tx, Some(answers))),
            Err(error) if is_unprepared(&error) => return Ok((tx, None)),
            // Nothing of it stays, so it can be asked again.
            Err(error) if is_closed(&error) && stale_left > 0 => {
                tx.close();
                stale_left -= 1;
            }
            Err(error) => return Err(not_begun(error)),
        }
    }
}

/// Prepares statements on a server connection, which the transaction that is begun with `begin` keeps.
async fn prepare<'a>(
    tx: &mut Transaction,
    begin: &str,
    entries: &[(Sql, &'a [&'a (dyn Bind + Sync)])],
    statements: impl IntoIterator<Item = &'a (Sql, Vec<&'a (dyn Bind + Sync)>)>,
) -> Result<()> {
    let begin = format!("{begin}; ");
    let known = known(tx, &begin).await.map_err(not_begun)?;
    let mut text = String::new();
    let mut done = HashSet::new();
    let statements = statements.into_iter().map(|(sql, binds)| (*sql, &**binds));
    for (sql, binds) in entries.iter().copied().chain(statements) {
        let name = name(sql, binds);
        if !done.contains(&name) {
            if known.contains(&name) {
                // Writing to a string cannot fail.
                let _ = write!(text, "DEALLOCATE {name}; ");
            }
            text.push_str(&prepared(&name, sql, binds));
            done.insert(name);
        }
    }
    tx.run(text).await.map_err(not_begun)
}

/// Runs each owner's statements as that owner, in the open transaction and two round trips; the rows
/// of each. From then on the transaction is the system role's.
pub(crate) async fn run_as_owners(
    tx: &mut Transaction,
    of_owners: &OfOwners<'_>,
) -> Result<Vec<Answers>> {
    // A statement that the connection does not know would spoil the transaction.
    let mut known = known(tx, "").await?;
    let mut preparing = String::new();
    let mut text = String::new();
    let mut add = |sql: Sql, binds: &[&(dyn Bind + Sync)]| {
        let name = name(sql, binds);
        if !known.contains(&name) {
            preparing.push_str(&prepared(&name, sql, binds));
            known.insert(name);
        }
        push_executed(&mut text, sql, binds);
        text.push_str("; ");
    };
    for (owner_id, statements) in of_owners {
        check(owner_id)?;
        add(AS_OWNER, &[owner_id]);
        for (sql, binds) in statements {
            add(*sql, binds);
        }
    }
    if !preparing.is_empty() {
        tx.run(preparing).await?;
    }
    text.push_str(AS_SYSTEM);
    let mut all = tx.answers(text).await?.into_iter();
    let each = of_owners.iter().map(|(_, statements)| {
        let own: Answers = all.by_ref().take(1 + statements.len()).collect();
        those_of(statements, own, 1)
    });
    each.collect()
}

/// The names of the statements that the connection knows, asked after `first`.
async fn known(tx: &mut Transaction, first: &str) -> sqlx::Result<HashSet<String>> {
    let text = format!("{first}SELECT name FROM pg_prepared_statements");
    let known = tx.answers(text).await?;
    known.iter().flatten().map(|row| row.try_get(0)).collect()
}

fn prepared(name: &str, sql: Sql, binds: &[&(dyn Bind + Sync)]) -> String {
    let types = listed(binds.iter().map(|bind| bind.type_name()));
    format!("PREPARE {name}{types} AS {}; ", sql.postgres)
}

/// In brackets, which must not be empty.
fn listed<T: AsRef<str>>(all: impl Iterator<Item = T>) -> String {
    let mut listed = String::new();
    for one in all {
        listed.push_str(if listed.is_empty() { "(" } else { ", " });
        listed.push_str(one.as_ref());
    }
    if !listed.is_empty() {
        listed.push(')');
    }
    listed
}

/// Runs them as prepared, after whatever stands before.
fn push_all_executed(text: &mut String, statements: &Statements<'_>) {
    for (sql, binds) in statements {
        text.push_str("; ");
        push_executed(text, *sql, binds);
    }
}

fn push_executed(text: &mut String, sql: Sql, binds: &[&(dyn Bind + Sync)]) {
    text.push_str("EXECUTE ");
    text.push_str(&name(sql, binds));
    for (number, bind) in binds.iter().enumerate() {
        text.push_str(if number == 0 { "(" } else { ", " });
        bind.push_literal(text);
    }
    // Brackets must not be empty.
    if !binds.is_empty() {
        text.push(')');
    }
}

fn name(sql: Sql, binds: &[&(dyn Bind + Sync)]) -> String {
    let mut hasher = DefaultHasher::new();
    sql.postgres.hash(&mut hasher);
    for bind in binds {
        bind.type_name().hash(&mut hasher);
    }
    format!("ultudy_{:016x}", hasher.finish())
}

/// The answers to the statements, which follow those to `before` others.
fn those_of(statements: &Statements<'_>, mut answers: Answers, before: usize) -> Result<Answers> {
    if answers.len() != before + statements.len() {
        let reason = "the transaction's answers are not as many as its statements";
        return Err(StoreError::Other(sqlx::Error::Protocol(reason.to_owned())));
    }
    Ok(answers.split_off(before))
}

/// Whether the connection does not know a statement, or only for tables as they were.
fn is_unprepared(error: &sqlx::Error) -> bool {
    let refusal = error.as_database_error().and_then(|refusal| refusal.code());
    matches!(refusal.as_deref(), Some("26000" | "0A000"))
}

impl Transaction {
    /// The rows of each of several statements.
    async fn answers(&mut self, text: String) -> sqlx::Result<Answers> {
        self.asked(async |connection| answers(connection, text).await)
            .await
    }
}

async fn answers(connection: &mut PgConnection, text: String) -> sqlx::Result<Answers> {
    let mut stream = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(connection);
    let mut answers = Vec::new();
    let mut rows = Vec::new();
    while let Some(answer) = stream.try_next().await? {
        match answer {
            Either::Left(_) => answers.push(std::mem::take(&mut rows)),
            Either::Right(row) => rows.push(row),
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_executed_with_its_binds_as_literals() {
        let sql = Sql::from("SELECT $1, $2");
        let id = uuid::Uuid::nil();
        let none: Option<uuid::Uuid> = None;
        let with: Vec<&(dyn Bind + Sync)> = vec![&"o'b", &id];
        let without: Vec<&(dyn Bind + Sync)> = vec![&"o'b", &none];
        let name = name(sql, &with);
        assert_eq!(name, super::name(sql, &without), "the types are the same");
        let mut text = String::new();
        push_all_executed(&mut text, &[(sql, with), (sql, without)]);
        assert_eq!(
            text,
            format!(
                "; EXECUTE {name}('o''b', '00000000-0000-0000-0000-000000000000')\
                 ; EXECUTE {name}('o''b', NULL)"
            )
        );
    }

    #[test]
    fn a_statement_without_binds_has_no_brackets() {
        let sql = Sql::from("SELECT 1");
        let name = name(sql, &[]);
        let mut text = String::new();
        push_executed(&mut text, sql, &[]);
        assert_eq!(text, format!("EXECUTE {name}"));
        assert_eq!(
            prepared(&name, sql, &[]),
            format!("PREPARE {name} AS SELECT 1; ")
        );
    }

    #[test]
    fn other_types_make_another_statement() {
        let sql = Sql::from("SELECT $1");
        assert_ne!(name(sql, &[&1_i32]), name(sql, &[&1_i64]));
    }
}
