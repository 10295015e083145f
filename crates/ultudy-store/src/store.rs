//! Connections and transactions.

use std::{path::PathBuf, time::Duration};

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Result, StoreError,
    db::{
        Binds, Connection, FromRow, Row, Sql, binds,
        postgres::{self, Access, Role},
        sqlite,
    },
    migrate,
};

/// Which database, and how much of it.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    /// A file on this machine; made if it is not there; migrated when opened.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server, perhaps behind PgBouncer; migrated only by [`crate::migrate_postgres`].
    Postgres {
        /// `postgres://…`, where statements go.
        url: String,
        /// The same database past any PgBouncer, for what needs a session of its own; none
        /// if there is no way past it.
        direct_url: Option<String>,
        /// Most connections.
        max_connections: u32,
        /// How long a request waits for one.
        acquire_timeout: Duration,
    },
}

/// A page of a list: rows in the list's order after `after`, at most `limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Most rows.
    pub limit: u32,
    /// The last row of the page before.
    pub after: Option<Uuid>,
}

impl Page {
    /// The first thousand.
    pub const ALL: Self = Self {
        limit: 1_000,
        after: None,
    };
}

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
}

#[derive(Debug, Clone)]
enum Database {
    Sqlite(sqlite::Pools),
    Postgres(PgPool),
}

/// A transaction that sees one owner's rows only. Rolled back when dropped.
#[derive(Debug)]
pub struct TenantTx {
    owner_id: String,
    connection: Connection,
}

/// A transaction for dispatch and housekeeping, across owners. Rolled back when dropped.
#[derive(Debug)]
pub struct SystemTx {
    connection: Connection,
}

impl Store {
    /// Opens the database; a SQLite file is made and migrated.
    ///
    /// # Errors
    /// It cannot be reached, or its schema is not this program's.
    pub async fn open(config: &StoreConfig) -> Result<Self> {
        let database = match config {
            StoreConfig::Sqlite { path } => {
                let pools = sqlite::Pools::open(path).await?;
                migrate::sqlite(pools.write().await?).await?;
                Database::Sqlite(pools)
            }
            StoreConfig::Postgres {
                url,
                max_connections,
                acquire_timeout,
                ..
            } => {
                let pool = postgres::pool(url, *max_connections, *acquire_timeout)?;
                migrate::check_postgres(&pool).await?;
                Database::Postgres(pool)
            }
        };
        Ok(Self { database })
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// No connection in time, or `owner_id` is no owner's.
    pub async fn write(&self, owner_id: &str) -> Result<TenantTx> {
        self.tenant(owner_id, Access::Write).await
    }

    /// Begins a transaction that only reads; on SQLite it waits for no writer.
    ///
    /// # Errors
    /// No connection in time, or `owner_id` is no owner's.
    pub async fn read(&self, owner_id: &str) -> Result<TenantTx> {
        self.tenant(owner_id, Access::Read).await
    }

    /// Begins a transaction across owners.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn system(&self) -> Result<SystemTx> {
        let connection = self.begin(Role::System, Access::Write).await?;
        Ok(SystemTx { connection })
    }

    /// Whether rows are on a server that other processes use, too.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        let mut connection = self.begin(Role::System, Access::Read).await?;
        connection.execute("SELECT 1".into(), &[]).await?;
        Ok(())
    }

    async fn tenant(&self, owner_id: &str, access: Access) -> Result<TenantTx> {
        // What PostgreSQL takes an unset tenant for; no row can belong to it.
        if owner_id.is_empty() {
            return Err(StoreError::Owner("an owner's id must not be empty"));
        }
        if owner_id.contains('\0') {
            return Err(StoreError::Owner("an owner's id must not hold NUL"));
        }
        Ok(TenantTx {
            connection: self.begin(Role::Tenant(owner_id), access).await?,
            owner_id: owner_id.to_owned(),
        })
    }

    async fn begin(&self, role: Role<'_>, access: Access) -> Result<Connection> {
        match (&self.database, access) {
            (Database::Sqlite(pools), Access::Read) => pools.read().await,
            (Database::Sqlite(pools), Access::Write) => pools.write().await,
            (Database::Postgres(pool), access) => {
                Ok(postgres::Transaction::begin(pool, role, access)
                    .await?
                    .into())
            }
        }
    }
}

impl TenantTx {
    /// Whose rows it sees.
    #[must_use]
    pub fn owner_id(&self) -> &str {
        &self.owner_id
    }

    /// Makes its changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        self.connection.commit().await
    }

    /// Runs a statement on the owner's rows, whose `$1` is the owner; the number of rows
    /// it changed.
    pub(crate) async fn execute(&mut self, sql: impl Into<Sql>, rest: Binds<'_>) -> Result<u64> {
        let sql = of_owner(sql);
        let owner_id = self.owner_id.as_str();
        let binds = [binds![owner_id], rest].concat();
        self.connection.execute(sql, &binds).await
    }

    /// Runs such a statement; its rows.
    pub(crate) async fn rows(&mut self, sql: impl Into<Sql>, rest: Binds<'_>) -> Result<Vec<Row>> {
        let sql = of_owner(sql);
        let owner_id = self.owner_id.as_str();
        let binds = [binds![owner_id], rest].concat();
        self.connection.rows(sql, &binds).await
    }

    /// Runs such a statement; its rows, read.
    pub(crate) async fn all<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        rest: Binds<'_>,
    ) -> Result<Vec<T>> {
        self.rows(sql, rest)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// Runs such a statement; its first row, read, if there is one.
    pub(crate) async fn first<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        rest: Binds<'_>,
    ) -> Result<Option<T>> {
        self.rows(sql, rest)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }

    /// Runs such a statement that always gives a row.
    pub(crate) async fn one<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        rest: Binds<'_>,
    ) -> Result<T> {
        self.first(sql, rest)
            .await?
            .ok_or(StoreError::Other(sqlx::Error::RowNotFound))
    }

    /// For statements on the two tables that have no owner.
    pub(crate) fn ownerless(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl SystemTx {
    /// Makes its changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        self.connection.commit().await
    }

    /// For statements across owners.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Row-level security would hide another owner's rows anyway, but only on PostgreSQL.
fn of_owner(sql: impl Into<Sql>) -> Sql {
    let sql = sql.into();
    debug_assert!(
        sql.both_hold("owner_id") && sql.both_hold("$1"),
        "a tenant's statement names its owner: {sql:?}"
    );
    sql
}
