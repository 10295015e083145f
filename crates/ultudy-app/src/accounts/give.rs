//! Giving what somebody without an account has, such as the one user of a laptop, to an
//! account.

use ultudy_domain::account;
use ultudy_store::{
    StoreError,
    transfer::{self, Given},
    users,
};

use crate::{App, Error};

/// Why nothing was given.
#[derive(Debug, thiserror::Error)]
pub enum GiveError {
    /// No such account, or not an address.
    #[error("{0}")]
    Account(#[from] Error),
    /// What is to be given belongs to an account already.
    #[error("the rows of {0:?} belong to an account, and stay there")]
    OfAnAccount(String),
    /// There is nothing.
    #[error("{0:?} has nothing to give")]
    Nothing(String),
    /// Jobs that have not ended, or rows that the account has already.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Gives everything of the owner `from` to the account of this address, which keeps what it
/// has; all or nothing.
///
/// # Errors
/// See [`GiveError`].
pub async fn give(app: &App, from: &str, email: &str) -> Result<Given, GiveError> {
    let email = account::email(email).map_err(Error::from)?;
    let mut tx = app.store.system_read().await?;
    let found = users::by_email(&mut tx, &email).await?;
    drop(tx);
    let user = found.ok_or(Error::NotFound("account"))?.user;
    let mut tx = app.store.read(from).await?;
    let is_account = users::find(&mut tx).await?.is_some();
    drop(tx);
    if is_account {
        return Err(GiveError::OfAnAccount(from.to_owned()));
    }
    let given = transfer::give(&app.store, from, &user.id).await?;
    if given.rows.is_empty() {
        return Err(GiveError::Nothing(from.to_owned()));
    }
    Ok(given)
}
