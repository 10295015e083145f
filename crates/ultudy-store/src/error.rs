//! What can go wrong with a database, sorted by what the caller can do about it.

use sqlx::error::{DatabaseError, ErrorKind};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection in time, a connection lost, a server restarting: try again later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row that must be unique is there already, or another row still refers to one
    /// that was to go, or to one that is not there.
    #[error("in conflict with another row: {0}")]
    Conflict(#[source] sqlx::Error),
    /// It may only be read just now: a replica after a switch, a disk that is full, a
    /// transaction that only reads.
    #[error("the database takes no changes: {0}")]
    ReadOnly(#[source] sqlx::Error),
    /// The schema is older or newer than this program.
    #[error("{0}")]
    Schema(String),
    /// The settings cannot work.
    #[error("{0}")]
    Config(String),
    /// This cannot be an owner's id.
    #[error("{0}")]
    Owner(&'static str),
    /// Anything else: a bug, or a row that does not read back.
    #[error("the database refused: {0}")]
    Other(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether a commit that ended so has certainly changed nothing: the database has said so, not
    /// just fallen silent.
    #[must_use]
    pub fn has_changed_nothing(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::ReadOnly(_) => true,
            // Serialisation and deadlock.
            Self::Unavailable(sqlx::Error::Database(refusal)) => {
                refusal.code().is_some_and(|code| code.starts_with("40"))
            }
            _ => false,
        }
    }

    /// Whether there is no room on the database's disk.
    #[must_use]
    pub fn is_of_a_full_disk(&self) -> bool {
        let Self::Unavailable(sqlx::Error::Database(refusal)) = self else {
            return false;
        };
        refusal.code().is_some_and(|code| match sqlite_code(&code) {
            Some(primary) => primary == 13,
            None => code == "53100",
        })
    }

    /// Whether another connection has SQLite's file to itself just now (`SQLITE_BUSY`).
    pub(crate) fn is_of_a_busy_file(&self) -> bool {
        let Self::Unavailable(sqlx::Error::Database(refusal)) = self else {
            return false;
        };
        let code = refusal.code();
        code.is_some_and(|code| sqlite_code(&code) == Some(5))
    }

    /// A conflict that the store found itself.
    pub(crate) fn conflict(what: &str) -> Self {
        Self::Conflict(sqlx::Error::Protocol(what.to_owned()))
    }
}

/// A failure of [`Store::write_together`](crate::Store::write_together).
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct NotWritten {
    /// What went wrong.
    pub error: StoreError,
    /// Whether it has certainly changed nothing; else the answer to the commit was lost.
    pub is_certain: bool,
}

impl NotWritten {
    /// Before the commit.
    pub(crate) fn certainly(error: StoreError) -> Self {
        Self {
            error,
            is_certain: true,
        }
    }

    /// By the commit.
    pub(crate) fn at_commit(error: StoreError) -> Self {
        Self {
            is_certain: error.has_changed_nothing(),
            error,
        }
    }
}

impl From<StoreError> for NotWritten {
    fn from(error: StoreError) -> Self {
        Self::certainly(error)
    }
}

impl From<NotWritten> for StoreError {
    fn from(not_written: NotWritten) -> Self {
        not_written.error
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(refusal) if is_conflict(&**refusal) => Self::Conflict(error),
            sqlx::Error::Database(refusal) if is_read_only(&**refusal) => Self::ReadOnly(error),
            sqlx::Error::Database(refusal) if may_pass(&**refusal) => Self::Unavailable(error),
            _ => Self::Other(error),
        }
    }
}

fn is_conflict(refusal: &dyn DatabaseError) -> bool {
    matches!(
        refusal.kind(),
        ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation
    )
}

/// PostgreSQL's code, and SQLite's primary one.
fn is_read_only(refusal: &dyn DatabaseError) -> bool {
    refusal.code().is_some_and(|code| {
        code == "25006" || sqlite_code(&code).is_some_and(|primary| primary == 8)
    })
}

/// Refusals that say nothing about the statement. PostgreSQL's codes: connection trouble
/// (08, also PgBouncer's own), a user, password or database that is refused (28, 3D: it was
/// right when the program started), shutting down or starting (57P), out of resources (53),
/// serialisation and deadlock (40), lock not available (55P03). SQLite's: busy, locked,
/// input or output failed, disk full, file cannot be opened.
fn may_pass(refusal: &dyn DatabaseError) -> bool {
    let Some(code) = refusal.code() else {
        return false;
    };
    if let Some(primary) = sqlite_code(&code) {
        return matches!(primary, 5 | 6 | 10 | 13 | 14);
    }
    ["08", "28", "3D", "57P", "53", "40", "55P03"]
        .iter()
        .any(|class| code.starts_with(class))
}

/// SQLite's primary code, the low byte of what it tells; none if the code is PostgreSQL's.
fn sqlite_code(code: &str) -> Option<u32> {
    let code = (code.len() < 5).then_some(code)?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
