//! What can go wrong with a database, sorted by what the caller can do about it.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection in time, a connection lost, a server restarting: try again later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row that must be unique is there already.
    #[error("already there: {0}")]
    Conflict(#[source] sqlx::Error),
    /// The schema is older or newer than this program.
    #[error("{0}")]
    Schema(String),
    /// The settings cannot work.
    #[error("{0}")]
    Config(String),
    /// Anything else: a bug, or a row that does not read back.
    #[error("the database refused: {0}")]
    Other(#[source] sqlx::Error),
}
