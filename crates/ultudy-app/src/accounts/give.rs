//! Giving what somebody without an account has, such as the one user of a laptop, to an
//! account.

use ultudy_store::{
    StoreError,
    transfer::{self, Given, Table},
    users,
};

use crate::App;

/// Why nothing was given.
#[derive(Debug, thiserror::Error)]
pub enum GiveError {
    /// What is to be given belongs to an account already.
    #[error("the rows of {0:?} belong to an account, and stay there")]
    OfAnAccount(String),
    /// There is nothing.
    #[error("{0:?} has nothing to give")]
    Nothing(String),
    /// They work on what is to be given.
    #[error("{0} jobs of {1:?} have not ended: wait for them, or cancel them")]
    JobsUnfinished(i64, String),
    /// The account has something of it already.
    #[error("the account has rows of the same ids, such as an earlier copy; nothing is changed")]
    Conflict(#[source] StoreError),
    /// The database does not answer, or the rows changed meanwhile.
    #[error("{0}")]
    Store(#[source] StoreError),
}

impl From<StoreError> for GiveError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Conflict(error),
            _ => Self::Store(error),
        }
    }
}

/// Gives everything of the owner `from` to the account of this id, which keeps what it has;
/// all or nothing. How many rows of which tables.
///
/// # Errors
/// See [`GiveError`].
pub async fn give(app: &App, from: &str, to: &str) -> Result<Vec<(Table, u64)>, GiveError> {
    let mut tx = app.store.read(from).await?;
    let is_account = users::find(&mut tx).await?.is_some();
    drop(tx);
    if is_account {
        return Err(GiveError::OfAnAccount(from.to_owned()));
    }
    match transfer::give(&app.store, from, to).await? {
        Given::JobsUnfinished(jobs) => Err(GiveError::JobsUnfinished(jobs, from.to_owned())),
        Given::Rows(rows) if rows.is_empty() => Err(GiveError::Nothing(from.to_owned())),
        Given::Rows(rows) => {
            app.lessons.outdate(from).await;
            app.lessons.outdate(to).await;
            Ok(rows)
        }
    }
}
