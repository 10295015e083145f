//! The database: what it is opened by, and what begins transactions.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sqlx::postgres::PgRow;
use tokio::time::timeout;
use ultudy_domain::Timestamp;
use ultudy_engines::pins::{InProcessPins, Pins};
use uuid::Uuid;

use crate::{
    Result, StoreError,
    db::{
        Connection, Row,
        postgres::{self, Access, Pool, Role, Waits},
        sqlite,
    },
    migrate,
    owners::OwnersTx,
    read::{Read, Write},
    replicas::Replicas,
    transfer::ledger,
};

mod patience;
mod together;
mod transaction;

pub use patience::waiting_at_most;
use patience::{Patience, patiently};
pub use together::Ticket;
use together::Together;
pub(crate) use transaction::of_owner;
pub use transaction::{SystemTx, TenantTx};

/// Which database, and how much of it.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    /// A file on this machine; made if it is not there; migrated when opened.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server, perhaps behind PgBouncer; migrated only by [`crate::migrate_postgres`].
    Postgres(PostgresConfig),
}

/// How to reach PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// `postgres://…`, where statements go.
    pub url: String,
    /// The same database past any PgBouncer, for what needs a session of its own; none if
    /// there is no way past it.
    pub direct_url: Option<String>,
    /// Copies of it that only read, kept up by streaming replication.
    pub replica_urls: Vec<String>,
    /// How long after a change its owner reads where it was made, and how far a replica may
    /// lag.
    pub pin: Duration,
    /// Most connections to each server.
    pub max_connections: u32,
    /// How long a request waits for one.
    pub acquire_timeout: Duration,
    /// How long the answer to a statement is waited for before its connection is given up.
    pub answer_timeout: Duration,
}

impl PostgresConfig {
    /// One server at this URL, with a few connections.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self {
            url,
            direct_url: None,
            replica_urls: Vec::new(),
            pin: Duration::from_secs(5),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(30),
        }
    }
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

/// How long a server may take to answer when the program starts.
const START_PATIENCE: Duration = Duration::from_secs(5);

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
}

#[derive(Debug, Clone)]
enum Database {
    Sqlite(sqlite::Pools),
    Postgres {
        primary: Pool,
        replicas: Option<Arc<Replicas>>,
        together: Arc<Together>,
        read_together: Arc<Together>,
    },
}

impl Store {
    /// Opens the database; a SQLite file is made and migrated. Who changed something is known in
    /// this process only.
    ///
    /// # Errors
    /// It cannot be reached, or its schema is not this program's.
    pub async fn open(config: &StoreConfig) -> Result<Self> {
        let pin = match config {
            StoreConfig::Sqlite { .. } => Duration::ZERO,
            StoreConfig::Postgres(config) => config.pin,
        };
        Self::open_with(config, Arc::new(InProcessPins::new(pin))).await
    }

    /// The same; who changed something is known to all that share these pins.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(config: &StoreConfig, pins: Arc<dyn Pins>) -> Result<Self> {
        let database = match config {
            StoreConfig::Sqlite { path } => {
                let pools = sqlite::Pools::open(path).await?;
                migrate::sqlite(pools.write().await?).await?;
                ledger::refuse_half_done(&mut pools.read().await?).await?;
                Database::Sqlite(pools)
            }
            StoreConfig::Postgres(config) => {
                let waits = Waits {
                    connection: config.acquire_timeout,
                    answer: config.answer_timeout,
                };
                let primary = Pool::new(&config.url, config.max_connections, waits)?;
                let patience = config.acquire_timeout.min(START_PATIENCE);
                let mut system = timeout(patience, migrate::check_postgres(&primary))
                    .await
                    .unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))?;
                ledger::refuse_half_done(&mut system).await?;
                drop(system);
                let replicas = Replicas::open(config, &primary, pins)?;
                Database::Postgres {
                    together: Arc::new(Together::writing(primary.clone(), replicas.clone())),
                    read_together: Arc::new(Together::reading(primary.clone())),
                    primary,
                    replicas,
                }
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

    /// Begins a transaction that writes and sees the database as it was at its first statement;
    /// it ends with a conflict where others changed meanwhile what it changes.
    pub(crate) async fn snapshot_to_write(&self, owner_id: &str) -> Result<Connection> {
        self.begin(Role::Tenant(owner_id), Access::Exact).await
    }

    /// Reads in a transaction of its own, on a server in one round trip: for what is asked for
    /// most.
    ///
    /// # Errors
    /// No connection in time, or `owner_id` is no owner's.
    pub async fn read_at_once<T: 'static>(&self, owner_id: &str, read: Read<T>) -> Result<T> {
        let Database::Postgres {
            primary, replicas, ..
        } = &self.database
        else {
            return read.run(&mut self.read(owner_id).await?).await;
        };
        check(owner_id)?;
        let statements = read.statements_of(&owner_id);
        let of_replica = match replicas {
            Some(replicas) => replicas.read_at_once(owner_id, &statements).await,
            None => None,
        };
        let answers = match of_replica {
            Some(answers) => answers,
            None => {
                let role = Role::Tenant(owner_id);
                patiently(postgres::read_at_once(primary, role, &statements)).await?
            }
        };
        drop(statements);
        read.assemble(&rows_of(answers))
    }

    /// The same across owners, where the statements have no owner.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn system_read_at_once<T: 'static>(&self, read: Read<T>) -> Result<T> {
        let Database::Postgres { primary, .. } = &self.database else {
            return read.run_across(&mut self.system_read().await?).await;
        };
        let statements = read.statements.iter();
        let statements: Vec<_> = statements.map(|of| (of.sql, of.binds())).collect();
        let reading = postgres::read_at_once(primary, Role::System, &statements);
        let answers = patiently(reading).await?;
        drop(statements);
        read.assemble(&rows_of(answers))
    }

    /// Begins a transaction that may write with these as its first statements, on a server in one round
    /// trip.
    ///
    /// # Errors
    /// No connection in time, `owner_id` is no owner's, or a statement's.
    pub async fn write_with<T: 'static>(
        &self,
        owner_id: &str,
        first: Write<T>,
    ) -> Result<(TenantTx, T)> {
        let Database::Postgres {
            primary, replicas, ..
        } = &self.database
        else {
            let mut tx = self.write(owner_id).await?;
            let done = first.run(&mut tx).await?;
            return Ok((tx, done));
        };
        check(owner_id)?;
        let statements = first.statements_of(&owner_id);
        let begin = postgres::begin_with(primary, owner_id, &statements);
        let (tx, answers) = patiently(begin).await?;
        drop(statements);
        let tx = TenantTx {
            owner_id: owner_id.to_owned(),
            connection: tx.into(),
            replicas: replicas.clone(),
        };
        Ok((tx, first.assemble(&rows_of(answers))?))
    }

    /// Begins a transaction across owners.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn system(&self) -> Result<SystemTx> {
        let connection = self.begin(Role::System, Access::Write).await?;
        Ok(SystemTx { connection })
    }

    /// Begins a transaction across owners that only reads; on SQLite it waits for no writer.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn system_read(&self) -> Result<SystemTx> {
        let connection = self.begin(Role::System, Access::Read).await?;
        Ok(SystemTx { connection })
    }

    /// Begins a transaction in which many owners act and may write.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn owners(&self) -> Result<OwnersTx> {
        let replicas = match &self.database {
            Database::Postgres { replicas, .. } => replicas.clone(),
            Database::Sqlite(_) => None,
        };
        let connection = self.begin(Role::System, Access::Write).await?;
        Ok(OwnersTx::new(connection, replicas))
    }

    /// Closes its connections, once their transactions have ended.
    pub async fn close(self) {
        match self.database {
            Database::Sqlite(pools) => pools.close().await,
            Database::Postgres { primary, .. } => primary.close().await,
        }
    }

    /// How many replicas are up to date and read from; none if there are none to be.
    #[must_use]
    pub fn replicas_in_use(&self) -> Option<usize> {
        match &self.database {
            Database::Postgres { replicas, .. } => {
                replicas.as_ref().map(|replicas| replicas.in_use())
            }
            Database::Sqlite(_) => None,
        }
    }

    /// Whether rows are on a server that other processes use, too.
    pub fn is_shared(&self) -> bool {
        matches!(self.database, Database::Postgres { .. })
    }

    /// What time it is at the database; none if it is a file, which has no clock of its own.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn time(&self) -> Result<Option<Timestamp>> {
        if !self.is_shared() {
            return Ok(None);
        }
        let mut connection = self.begin(Role::System, Access::Read).await?;
        let sql = "SELECT clock_timestamp() AS time";
        let rows = connection.rows(sql.into(), &[]).await?;
        rows.first().map(|row| row.get("time")).transpose()
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
        check(owner_id)?;
        let owner_id = owner_id.to_owned();
        let replicas = match &self.database {
            Database::Postgres { replicas, .. } => replicas.clone(),
            Database::Sqlite(_) => None,
        };
        if let (Access::Read, Some(replicas)) = (access, &replicas)
            && let Some(tx) = replicas.begin(&owner_id).await
        {
            return Ok(TenantTx {
                connection: tx.into(),
                owner_id,
                replicas: None,
            });
        }
        Ok(TenantTx {
            connection: self.begin(Role::Tenant(&owner_id), access).await?,
            replicas: replicas.filter(|_| access == Access::Write),
            owner_id,
        })
    }

    async fn begin(&self, role: Role<'_>, access: Access) -> Result<Connection> {
        match (&self.database, access) {
            (Database::Sqlite(pools), Access::Read | Access::Snapshot) => pools.read().await,
            (Database::Sqlite(pools), Access::Write | Access::Exact) => pools.write().await,
            (Database::Postgres { primary, .. }, access) => {
                let begin = postgres::Transaction::begin(primary, role, access);
                Ok(patiently(begin).await?.into())
            }
        }
    }
}

fn rows_of(answers: Vec<Vec<PgRow>>) -> Vec<Vec<Row>> {
    let rows = |rows: Vec<_>| rows.into_iter().map(Row::Postgres).collect();
    answers.into_iter().map(rows).collect()
}

fn check(owner_id: &str) -> Result<()> {
    // What PostgreSQL takes an unset tenant for; no row can belong to it.
    if owner_id.is_empty() {
        return Err(StoreError::Owner("an owner's id must not be empty"));
    }
    if owner_id.contains('\0') {
        return Err(StoreError::Owner("an owner's id must not hold NUL"));
    }
    Ok(())
}
