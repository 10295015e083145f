//! PostgreSQL: the pool, and transactions that begin in one round trip.

use std::{str::FromStr, time::Duration};

use futures_util::TryStreamExt as _;
use sqlx::{
    AssertSqlSafe, Either, PgConnection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};

use super::{Bind, Binds, Sql, bind::quote};
use crate::{Result, StoreError};

/// For the rest of the transaction: across owners.
pub(super) const AS_SYSTEM: &str = "SET LOCAL ROLE ultudy_system";
/// For the rest of the transaction: one owner, the one that was set.
pub(super) const AS_TENANT: &str = "SET LOCAL ROLE ultudy_tenant";

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

/// A pool that connects when first asked to.
pub(crate) fn pool(url: &str, max_connections: u32, acquire_timeout: Duration) -> Result<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(acquire_timeout)
        // A probe would cost a round trip each time; `Transaction::begin` finds out.
        .test_before_acquire(false)
        .connect_lazy_with(connect_options(url)?))
}

/// An open transaction. Dropped without a commit it is rolled back before its connection
/// is used again: also when the future that was beginning or ending it is dropped, after
/// which sqlx's own transaction would leave it open on the server.
#[derive(Debug)]
pub(crate) struct Transaction {
    /// None once it has ended.
    connection: Option<PoolConnection<Postgres>>,
}

impl Transaction {
    /// Begins as the given role, in one round trip.
    pub(crate) async fn begin(pool: &PgPool, role: Role<'_>, access: Access) -> Result<Self> {
        let statement = begin_statement(role, access)?;
        let mut stale_left = pool.options().get_max_connections();
        loop {
            let mut tx = Self {
                connection: Some(pool.acquire().await?),
            };
            match run(tx.connection(), statement.clone()).await {
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
        Ok(run(self.connection(), statement).await?)
    }

    /// Makes the changes permanent.
    pub(crate) async fn commit(mut self) -> Result<()> {
        run(self.connection(), "COMMIT".to_owned()).await?;
        drop(self.connection.take());
        Ok(())
    }

    fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
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

fn roll_back(mut connection: PoolConnection<Postgres>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return connection.close_on_drop();
    };
    runtime.spawn(async move {
        if let Err(error) = run(&mut connection, "ROLLBACK".to_owned()).await {
            tracing::debug!(%error, "a connection could not roll back and is closed");
            connection.close_on_drop();
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
        sqlx::Error::Io(_) => true,
        // Shut down by its administrator, or after another process crashed.
        sqlx::Error::Database(refusal) => {
            matches!(refusal.code().as_deref(), Some("57P01" | "57P02"))
        }
        _ => false,
    }
}

/// Runs text by the simple protocol: any number of statements, one round trip.
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
    if owner_id.contains('\0') {
        return Err(StoreError::Owner("an owner's id must not hold NUL"));
    }
    Ok(quote(owner_id))
}

/// A statement with its binds in its text.
fn with_literals(text: &str, binds: Binds<'_>) -> String {
    let mut statement = String::with_capacity(text.len() + 40 * binds.len());
    let mut parts = text.split('$');
    statement.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        let place = number
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        match place.and_then(|place| binds.get(place)) {
            Some(bind) => statement.push_str(&bind.literal()),
            // Not a bind: the server says what is wrong with it.
            None => statement.extend(["$", number]),
        }
        statement.push_str(rest);
    }
    statement
}

/// Runs statements that only read as a tenant in a transaction of their own, in one round trip;
/// the rows of each. Dropped in the middle, it leaves the connection to be used again.
pub(crate) async fn read_at_once(
    pool: &PgPool,
    owner_id: &str,
    statements: &[(Sql, Vec<&(dyn Bind + Sync)>)],
) -> Result<Vec<Vec<PgRow>>> {
    let mut text = format!(
        "BEGIN READ ONLY; SELECT set_config('role', 'ultudy_tenant', true), \
         set_config('app.user_id', {}, true)",
        quoted(owner_id)?
    );
    for (sql, binds) in statements {
        text.push_str("; ");
        text.push_str(&with_literals(sql.postgres, binds));
    }
    text.push_str("; COMMIT");
    let mut stale_left = pool.options().get_max_connections();
    loop {
        let mut tx = Transaction {
            connection: Some(pool.acquire().await?),
        };
        match results(tx.connection(), text.clone()).await {
            Ok(mut results) => {
                drop(tx.connection.take());
                // Begun, for whom, …, committed.
                if results.len() != statements.len() + 3 {
                    let reason = "the transaction's answers are not as many as its statements";
                    return Err(StoreError::Other(sqlx::Error::Protocol(reason.to_owned())));
                }
                results.pop();
                return Ok(results.split_off(2));
            }
            // It only reads, so it can be asked again.
            Err(error) if is_closed(&error) && stale_left > 0 => {
                tx.close();
                stale_left -= 1;
            }
            Err(error) => return Err(not_begun(error)),
        }
    }
}

/// The rows of each of several statements.
async fn results(connection: &mut PgConnection, text: String) -> sqlx::Result<Vec<Vec<PgRow>>> {
    let mut answers = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(connection);
    let mut results = Vec::new();
    let mut rows = Vec::new();
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Left(_) => results.push(std::mem::take(&mut rows)),
            Either::Right(row) => rows.push(row),
        }
    }
    Ok(results)
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

    #[test]
    fn binds_stand_in_the_text_by_their_numbers() {
        let id = uuid::Uuid::nil();
        let none: Option<i32> = None;
        let binds: Binds<'_> = &[&"o", &id, &none];
        assert_eq!(
            with_literals("a = $1 AND b = $2 OR $3 IS NULL AND c = $1 AND $4", binds),
            "a = E'o'::text AND b = E'00000000-0000-0000-0000-000000000000'::uuid \
             OR NULL::integer IS NULL AND c = E'o'::text AND $4"
        );
    }
}
