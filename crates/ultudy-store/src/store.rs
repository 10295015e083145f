//! Connections and transactions.

use std::{path::PathBuf, time::Duration};

use uuid::Uuid;

use crate::Result;

/// Which database, and how much of it.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    /// A file on this machine; made if it is not there; migrated when opened.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server, perhaps behind PgBouncer; migrated only by [`Store::migrate_postgres`].
    Postgres {
        /// `postgres://…`, where statements go.
        url: String,
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
pub struct Store {}

/// A transaction that sees one owner's rows only. Rolled back when dropped.
#[derive(Debug)]
pub struct TenantTx {}

/// A transaction for dispatch and housekeeping, across owners. Rolled back when dropped.
#[derive(Debug)]
pub struct SystemTx {}

impl Store {
    /// Opens the database; a SQLite file is made and migrated.
    ///
    /// # Errors
    /// It cannot be reached, or its schema is not this program's.
    pub async fn open(_config: &StoreConfig) -> Result<Self> {
        todo!()
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn write(&self, _owner_id: &str) -> Result<TenantTx> {
        todo!()
    }

    /// Begins a transaction that only reads; on SQLite it waits for no writer.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn read(&self, _owner_id: &str) -> Result<TenantTx> {
        todo!()
    }

    /// Begins a transaction across owners.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn system(&self) -> Result<SystemTx> {
        todo!()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }
}

impl TenantTx {
    /// Whose rows it sees.
    #[must_use]
    pub fn owner_id(&self) -> &str {
        todo!()
    }

    /// Makes its changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        todo!()
    }
}

impl SystemTx {
    /// Makes its changes permanent.
    ///
    /// # Errors
    /// The changes are not made.
    pub async fn commit(self) -> Result<()> {
        todo!()
    }
}
