//! The two ends of a transfer: what they are opened for, and whose rows they hold.

use std::time::Duration;

use sqlx::SqlitePool;

use crate::{
    Result, StoreConfig, StoreError,
    db::{
        Connection,
        postgres::{self, Access, Pool, Role, Waits},
        sqlite,
    },
    migrate,
};

use super::tables::TABLES;

/// How long a connection may take.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A database that rows are carried out of or into.
#[derive(Debug)]
pub(crate) enum End {
    /// A file that nobody else has open meanwhile.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(Pool),
}

impl End {
    /// Opens what is to be read.
    pub(crate) async fn source(config: &StoreConfig) -> Result<Self> {
        Self::open(config, false).await
    }

    /// Opens what is to be filled. A SQLite file is made and migrated, as by a start.
    pub(crate) async fn destination(config: &StoreConfig) -> Result<Self> {
        Self::open(config, true).await
    }

    async fn open(config: &StoreConfig, may_make: bool) -> Result<Self> {
        match config {
            StoreConfig::Sqlite { path } => {
                if !may_make && !path.exists() {
                    return Err(StoreError::Config(format!(
                        "there is no database at {}",
                        path.display()
                    )));
                }
                let pool = sqlite::exclusive(path, may_make).await.map_err(in_use)?;
                let mut connection = Connection::from(pool.begin().await.map_err(in_use)?);
                if may_make {
                    migrate::sqlite(connection).await.map_err(in_use)?;
                } else {
                    migrate::check_sqlite(&mut connection)
                        .await
                        .map_err(in_use)?;
                }
                Ok(Self::Sqlite(pool))
            }
            StoreConfig::Postgres(config) => {
                let pool = Pool::new(&config.url, 2, Waits::for_long(ACQUIRE_TIMEOUT))?;
                drop(migrate::check_postgres(&pool).await?);
                Ok(Self::Postgres(pool))
            }
        }
    }

    /// Begins to read it as it is now, across owners.
    pub(crate) async fn snapshot(&self) -> Result<Connection> {
        self.begin(Role::System, Access::Snapshot).await
    }

    /// Begins to write across owners.
    pub(crate) async fn system(&self) -> Result<Connection> {
        self.begin(Role::System, Access::Write).await
    }

    /// Begins to write rows of one owner.
    pub(crate) async fn write(&self, owner_id: &str) -> Result<Connection> {
        self.begin(Role::Tenant(owner_id), Access::Write).await
    }

    async fn begin(&self, role: Role<'_>, access: Access) -> Result<Connection> {
        match self {
            Self::Sqlite(pool) => Ok(pool.begin().await?.into()),
            Self::Postgres(pool) => Ok(postgres::Transaction::begin(pool, role, access)
                .await?
                .into()),
        }
    }

    /// Closes it; a SQLite file can be opened by others then.
    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// All owners of rows, in order.
pub(crate) async fn owners(connection: &mut Connection) -> Result<Vec<String>> {
    connection.act_as(Role::System).await?;
    let of_roots = TABLES
        .iter()
        .filter(|table| table.is_root())
        .map(|table| format!("SELECT owner_id FROM {}", table.name));
    let sql = of_roots.collect::<Vec<_>>().join(" UNION ");
    let rows = connection.rows_made(sql, &[]).await?;
    let owners: Result<Vec<String>> = rows.iter().map(|row| row.get(0)).collect();
    let mut owners = owners?;
    owners.sort_unstable();
    Ok(owners)
}

/// SQLite says no more than that the file is locked.
fn in_use(error: impl Into<StoreError>) -> StoreError {
    let error = error.into();
    match error.is_of_a_busy_file() {
        true => StoreError::Config(
            "the file is in use: stop the `ultudy` that runs on it, then try again".to_owned(),
        ),
        false => error,
    }
}
