//! SQLite: one connection that writes, a few that only read.

use std::{path::Path, time::Duration};

use sqlx::{
    Connection as _, SqliteConnection, SqlitePool,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use tokio::time::Instant;

use super::Connection;
use crate::{Result, StoreError};

/// Connections for reading; each keeps a page cache of up to 2 MB.
const READERS: u32 = 4;
/// Rows of a statement that its thread reads ahead: with fewer the two threads wait for each
/// other again and again.
const ROWS_AHEAD: usize = 1_000;
/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one that cannot wait by itself pauses before it is tried again.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// How long a transaction waits for its turn in this process.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// The two pools. In WAL mode readers never wait for the writer, and all writers of this
/// process queue for one connection instead of for the file's lock.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Pools {
    /// Opens the file, which is made if it is not there.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let options = options(path).create_if_missing(true);
        // The writer goes first: it makes the file and its WAL.
        let writer = first_of(&options).await?;
        let readers = pool(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self { writer, readers })
    }

    /// Begins a transaction that may write, and nobody else meanwhile.
    pub(crate) async fn write(&self) -> Result<Connection> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?.into())
    }

    /// Closes both.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Begins a transaction that sees the database as it is now.
    pub(crate) async fn read(&self) -> Result<Connection> {
        Ok(self.readers.begin().await?.into())
    }
}

/// The writer, once the file is written by WAL. Which programs make it so at the same moment, SQLite refuses
/// all but one of at once, instead of having them wait.
async fn first_of(options: &SqliteConnectOptions) -> Result<SqlitePool> {
    let latest = Instant::now() + BUSY_TIMEOUT;
    loop {
        let opened = pool(1).connect_with(options.clone()).await;
        match opened.map_err(StoreError::from) {
            Err(busy) if busy.is_of_a_busy_file() && Instant::now() < latest => {
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            opened => return opened,
        }
    }
}

/// The one connection to a file that nobody else has open, nor can open before it is closed:
/// SQLite refuses it as long as another process, even an idle one, has the file open.
pub(crate) async fn exclusive(path: &Path, create_if_missing: bool) -> Result<SqlitePool> {
    let options = options(path)
        .create_if_missing(create_if_missing)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(Duration::ZERO);
    Ok(pool(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .row_buffer_size(ROWS_AHEAD)
        .busy_timeout(BUSY_TIMEOUT)
}

fn pool(max_connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_release(|connection, _| Box::pin(has_ended(connection)))
}

/// Whether nothing of a transaction is left. Where SQLite itself has rolled one back, such as when the
/// disk is full, sqlx's own ROLLBACK is refused, and it counts the transaction as open for ever: such
/// a connection must go.
async fn has_ended(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    if connection.is_in_transaction() {
        // What was dropped in the middle is rolled back by then.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}
