//! PostgreSQL: the pool, and transactions that begin in one round trip.

use std::{io, str::FromStr, time::Duration};

use sqlx::{AssertSqlSafe, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::bind::quote;
use crate::{Result, StoreError};

mod at_once;
mod pool;

pub(crate) use at_once::{
    OfOwners, begin_as_owners, begin_with, read_as_owners, read_at_once, run_as_owners,
};
pub(crate) use pool::{Lent, Pool, Waits};

/// For the rest of the transaction: across owners.
pub(super) const AS_SYSTEM: &str = "SET LOCAL ROLE ultudy_system";
/// For the rest of the transaction: one owner, the one that was set.
pub(super) const AS_TENANT: &str = "SET LOCAL ROLE ultudy_tenant";

/// How long a connection that is given up may take to roll back.
const ROLLBACK_WAIT: Duration = Duration::from_secs(5);

/// As whom a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role<'a> {
    /// One owner: row-level security shows only their rows.
    Tenant(&'a str),
    /// Dispatch and housekeeping, across owners.
    System,
    /// The user the connection was made as: for migrations.
    Session,
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
    /// Reads the database as it was at its first statement, however long it lasts.
    Snapshot,
    /// The same, and writes: refused where others changed meanwhile what it changes.
    Exact,
}

/// How to reach the server; nothing that PgBouncer does not understand or would mix up.
pub(crate) fn connect_options(url: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Config(format!("the database's URL: {error}")))?;
    Ok(options
        .statement_cache_capacity(0)
        .extra_float_digits(None)
        .application_name("ultudy"))
}

/// An open transaction. Dropped without a commit it is rolled back before its connection
/// is used again: also when the future that was beginning or ending it is dropped, after
/// which sqlx's own transaction would leave it open on the server.
#[derive(Debug)]
pub(crate) struct Transaction {
    /// None once it has ended.
    connection: Option<Lent>,
}

impl Transaction {
    /// Begins as the given role, in one round trip.
    pub(crate) async fn begin(pool: &Pool, role: Role<'_>, access: Access) -> Result<Self> {
        let statement = begin_statement(role, access)?;
        let mut stale_left = pool.max_connections();
        loop {
            let mut tx = Self {
                connection: Some(pool.acquire().await?),
            };
            match tx.run(statement.clone()).await {
                Ok(()) => return Ok(tx),
                // Nothing has run yet, so another one can be tried.
                Err(error) if is_closed(&error) && stale_left > 0 => {
                    tx.close();
                    stale_left -= 1;
                }
                Err(error) => return Err(not_begun(error)),
            }
        }
    }

    /// Where statements run.
    #[expect(
        clippy::expect_used,
        reason = "only `commit` and `close` end it, and both take it away from the caller"
    )]
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.connection
            .as_deref_mut()
            .expect("an open transaction has its connection")
    }

    /// Goes on as another role.
    pub(crate) async fn act_as(&mut self, role: Role<'_>) -> Result<()> {
        let statement = role_statement(role)?;
        Ok(self.run(statement).await?)
    }

    /// Runs text by the simple protocol: any number of statements, one round trip.
    pub(crate) async fn run(&mut self, text: String) -> sqlx::Result<()> {
        self.asked(async |connection| run(connection, text).await)
            .await
    }

    /// Asks the server for something, and waits for the answer no longer than the pool says; what came
    /// of it is not known then.
    pub(crate) async fn asked<T>(
        &mut self,
        ask: impl AsyncFnOnce(&mut PgConnection) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let wait = self.answer_wait();
        let answer = timeout(wait, ask(self.connection())).await;
        answer.unwrap_or_else(|_| Err(silent()))
    }

    fn answer_wait(&self) -> Duration {
        let connection = self.connection.as_ref();
        connection.map_or(Duration::MAX, Lent::answer_wait)
    }

    /// Makes the changes permanent.
    pub(crate) async fn commit(mut self) -> Result<()> {
        self.run("COMMIT".to_owned()).await?;
        self.rest();
        Ok(())
    }

    /// It has ended well.
    fn rest(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.rest();
        }
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            roll_back(connection);
        }
    }
}

fn roll_back(mut connection: Lent) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return connection.close();
    };
    runtime.spawn(async move {
        let rollback = run(&mut connection, "ROLLBACK".to_owned());
        match timeout(ROLLBACK_WAIT, rollback).await {
            Ok(Ok(())) => connection.rest(),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a connection could not roll back and is closed");
                connection.close();
            }
            Err(_) => {
                tracing::warn!("a connection to the database does not answer and is closed, as are those that rest");
                connection.close_with_resting();
            }
        }
    });
}

/// A role that was taken away is the operator's to give back: nothing is wrong with the
/// request.
fn not_begun(error: sqlx::Error) -> StoreError {
    let refusal = error.as_database_error().and_then(|refusal| refusal.code());
    match refusal.as_deref() {
        Some("42501") => StoreError::Unavailable(error),
        _ => error.into(),
    }
}

/// Whether the error says that the server closed the connection while it lay in the pool.
fn is_closed(error: &sqlx::Error) -> bool {
    match error {
        // One that is silent has told nothing, and the next one may be as silent.
        sqlx::Error::Io(error) => error.kind() != io::ErrorKind::TimedOut,
        // Shut down by its administrator, or after another process crashed.
        sqlx::Error::Database(refusal) => {
            matches!(refusal.code().as_deref(), Some("57P01" | "57P02"))
        }
        _ => false,
    }
}

fn silent() -> sqlx::Error {
    let what = "the server has not answered in time";
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, what))
}

/// Runs text by the simple protocol, however long it takes.
pub(crate) async fn run(connection: &mut PgConnection, text: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(text))
        .execute(connection)
        .await
        .map(drop)
}

fn begin_statement(role: Role<'_>, access: Access) -> Result<String> {
    let begin = match access {
        Access::Read => "BEGIN READ ONLY",
        Access::Write => "BEGIN",
        Access::Exact => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        Access::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    Ok(match role {
        Role::Session => begin.to_owned(),
        role => format!("{begin}; {}", role_statement(role)?),
    })
}

fn role_statement(role: Role<'_>) -> Result<String> {
    Ok(match role {
        Role::Session => "SET LOCAL ROLE NONE".to_owned(),
        Role::System => AS_SYSTEM.to_owned(),
        Role::Tenant(owner_id) => format!(
            "{AS_TENANT}; SELECT set_config('app.user_id', {}, true)",
            quoted(owner_id)?
        ),
    })
}

/// An owner's id as a literal.
fn quoted(owner_id: &str) -> Result<String> {
    check(owner_id)?;
    Ok(quote(owner_id))
}

/// No literal can hold NUL.
fn check(owner_id: &str) -> Result<()> {
    if owner_id.contains('\0') {
        return Err(StoreError::Owner("an owner's id must not hold NUL"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_or_a_backslash_cannot_end_the_literal() {
        assert_eq!(quote(r"a'; DROP TABLE x;--\"), r"E'a''; DROP TABLE x;--\\'");
    }

    #[test]
    fn a_nul_is_refused() {
        assert!(matches!(quoted("a\0b"), Err(StoreError::Owner(_))));
    }
}
