//! One statement, either database: what the nouns above are written in.
//!
//! `$1` is the place of a bind in both. Where the databases must differ, [`Sql::pair`]
//! puts the two texts side by side.

use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr, Sqlite, Transaction, query::Query};

mod bind;
pub(crate) mod postgres;
mod row;
pub(crate) mod sqlite;

pub(crate) use bind::{Bind, binds};
pub(crate) use row::{FromRow, Row, read_name};

use crate::{Result, StoreError};

/// A statement's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Sql {
    /// Two texts that mean the same.
    pub(crate) const fn pair(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    /// The text for this database.
    fn of(self, database: &Database) -> SqlStr {
        match database {
            Database::Sqlite(_) => self.sqlite.into_sql_str(),
            Database::Postgres(_) => self.postgres.into_sql_str(),
        }
    }

    /// Whether both texts hold `part`.
    pub(crate) fn both_hold(&self, part: &str) -> bool {
        self.sqlite.contains(part) && self.postgres.contains(part)
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::pair(text, text)
    }
}

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What a statement is bound to, `$1` first.
pub(crate) type Binds<'a> = &'a [&'a (dyn Bind + Sync)];

/// An open transaction on either database.
#[derive(Debug)]
pub(crate) struct Connection {
    database: Database,
    /// Whether a statement failed. PostgreSQL then answers a `COMMIT` with success and
    /// commits nothing; SQLite would commit the rest.
    spoiled: bool,
}

#[derive(Debug)]
enum Database {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(postgres::Transaction),
}

impl From<Transaction<'static, Sqlite>> for Connection {
    fn from(tx: Transaction<'static, Sqlite>) -> Self {
        Self {
            database: Database::Sqlite(tx),
            spoiled: false,
        }
    }
}

impl From<postgres::Transaction> for Connection {
    fn from(tx: postgres::Transaction) -> Self {
        Self {
            database: Database::Postgres(tx),
            spoiled: false,
        }
    }
}

impl Connection {
    /// Which of the two it is.
    pub(crate) fn dialect(&self) -> Dialect {
        match self.database {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
        }
    }

    /// From here on the transaction runs as this role. SQLite has none.
    pub(crate) async fn act_as(&mut self, role: postgres::Role<'_>) -> Result<()> {
        let Database::Postgres(tx) = &mut self.database else {
            return Ok(());
        };
        let done = tx.act_as(role).await;
        self.spoiled |= done.is_err();
        done
    }

    /// Runs a statement; the number of rows it changed.
    pub(crate) async fn execute(&mut self, sql: Sql, binds: Binds<'_>) -> Result<u64> {
        self.execute_text(sql.of(&self.database), binds).await
    }

    /// Runs a statement put together from the names of tables and columns.
    pub(crate) async fn execute_made(&mut self, sql: String, binds: Binds<'_>) -> Result<u64> {
        let sql = AssertSqlSafe(sql).into_sql_str();
        self.execute_text(sql, binds).await
    }

    async fn execute_text(&mut self, sql: SqlStr, binds: Binds<'_>) -> Result<u64> {
        let done = self.database.execute(sql, binds).await;
        self.spoiled |= done.is_err();
        done
    }

    /// Runs a statement; its rows.
    pub(crate) async fn rows(&mut self, sql: Sql, binds: Binds<'_>) -> Result<Vec<Row>> {
        self.rows_text(sql.of(&self.database), binds).await
    }

    /// Runs a statement put together from the names of tables and columns; its rows.
    pub(crate) async fn rows_made(&mut self, sql: String, binds: Binds<'_>) -> Result<Vec<Row>> {
        let sql = AssertSqlSafe(sql).into_sql_str();
        self.rows_text(sql, binds).await
    }

    async fn rows_text(&mut self, sql: SqlStr, binds: Binds<'_>) -> Result<Vec<Row>> {
        let rows = self.database.rows(sql, binds).await;
        self.spoiled |= rows.is_err();
        rows
    }

    /// Runs a statement; its rows, read.
    pub(crate) async fn all<T: FromRow>(&mut self, sql: Sql, binds: Binds<'_>) -> Result<Vec<T>> {
        self.rows(sql, binds)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// Runs a statement of a tenant's transaction as the system role; its rows.
    pub(crate) async fn rows_as_system(&mut self, sql: Sql, binds: Binds<'_>) -> Result<Vec<Row>> {
        let rows = self.database.rows_as_system(sql, binds).await;
        self.spoiled |= rows.is_err();
        rows
    }

    /// Runs each owner's statements as that owner, on a server in two round trips; the rows of each.
    /// The transaction is the system role's before and after.
    pub(crate) async fn run_as_owners(
        &mut self,
        of_owners: &postgres::OfOwners<'_>,
    ) -> Result<Vec<Vec<Vec<Row>>>> {
        let rows = self.database.run_as_owners(of_owners).await;
        self.spoiled |= rows.is_err();
        rows
    }

    /// Runs a script of any number of statements.
    pub(crate) async fn run_script(&mut self, script: SqlStr) -> Result<()> {
        let done = self.database.run_script(script).await;
        self.spoiled |= done.is_err();
        done
    }

    /// Makes the changes permanent, unless a statement failed.
    pub(crate) async fn commit(self) -> Result<()> {
        if self.spoiled {
            let reason = "a statement of the transaction failed, so nothing of it is kept";
            return Err(StoreError::Other(sqlx::Error::Protocol(reason.to_owned())));
        }
        match self.database {
            Database::Sqlite(tx) => Ok(tx.commit().await?),
            Database::Postgres(tx) => tx.commit().await,
        }
    }
}

impl Database {
    async fn execute(&mut self, sql: SqlStr, binds: Binds<'_>) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => {
                let query = sqlite_query(sql, binds)?;
                query.execute(&mut **tx).await?.rows_affected()
            }
            Self::Postgres(tx) => {
                let query = postgres_query(sql, binds)?;
                let done = tx.asked(async |connection| query.execute(connection).await);
                done.await?.rows_affected()
            }
        })
    }

    async fn rows(&mut self, sql: SqlStr, binds: Binds<'_>) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => {
                let rows = sqlite_query(sql, binds)?.fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(tx) => {
                let query = postgres_query(sql, binds)?;
                let rows = tx.asked(async |connection| query.fetch_all(connection).await);
                let rows = rows.await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// A refused statement leaves the role behind, in a transaction that can only end.
    async fn rows_as_system(&mut self, sql: Sql, binds: Binds<'_>) -> Result<Vec<Row>> {
        if let Self::Postgres(tx) = self {
            tx.run(postgres::AS_SYSTEM.to_owned()).await?;
        }
        let text = sql.of(self);
        let rows = self.rows(text, binds).await?;
        if let Self::Postgres(tx) = self {
            tx.run(postgres::AS_TENANT.to_owned()).await?;
        }
        Ok(rows)
    }

    async fn run_as_owners(
        &mut self,
        of_owners: &postgres::OfOwners<'_>,
    ) -> Result<Vec<Vec<Vec<Row>>>> {
        if let Self::Postgres(tx) = self {
            let answers = postgres::run_as_owners(tx, of_owners).await?;
            let rows = |rows: Vec<_>| rows.into_iter().map(Row::Postgres).collect();
            let of_owner = |answers: Vec<_>| answers.into_iter().map(rows).collect();
            return Ok(answers.into_iter().map(of_owner).collect());
        }
        let mut all = Vec::with_capacity(of_owners.len());
        for (_, statements) in of_owners {
            let mut answers = Vec::with_capacity(statements.len());
            for (sql, binds) in statements {
                let text = sql.of(self);
                answers.push(self.rows(text, binds).await?);
            }
            all.push(answers);
        }
        Ok(all)
    }

    async fn run_script(&mut self, script: SqlStr) -> Result<()> {
        let script = sqlx::raw_sql(script);
        match self {
            Self::Sqlite(tx) => script.execute(&mut **tx).await.map(drop)?,
            Self::Postgres(tx) => script.execute(tx.connection()).await.map(drop)?,
        }
        Ok(())
    }
}

fn sqlite_query(
    sql: SqlStr,
    binds: Binds<'_>,
) -> Result<Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>> {
    let mut arguments = sqlx::sqlite::SqliteArguments::default();
    for bind in binds {
        bind.add_sqlite(&mut arguments)
            .map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(sql, arguments))
}

/// Never a named prepared statement: behind PgBouncer the next transaction may run on a
/// server connection that does not know it, or knows another by its name.
fn postgres_query(
    sql: SqlStr,
    binds: Binds<'_>,
) -> Result<Query<'static, Postgres, sqlx::postgres::PgArguments>> {
    let mut arguments = sqlx::postgres::PgArguments::default();
    for bind in binds {
        bind.add_postgres(&mut arguments)
            .map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(sql, arguments).persistent(false))
}
