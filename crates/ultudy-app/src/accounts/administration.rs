//! What whoever looks after the server does to accounts: `ultudy user`.

use ultudy_domain::account::{self, Role};
pub use ultudy_store::users::Account;
use ultudy_store::{api_tokens, auth_sessions, documents, one_time_links, users};

use crate::{App, Error, Result, documents::delete::delete_any};

/// How many users are read at once.
const AT_ONCE: i64 = 1_000;

/// The one account of this id or e-mail address.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when issuers tell the address of several.
pub async fn find(app: &App, name: &str) -> Result<Account> {
    // An id is none.
    let name = account::email(name).unwrap_or_else(|_| name.trim().to_owned());
    let mut tx = app.store.system_read().await?;
    let mut found = users::named(&mut tx, &name).await?;
    match found.len() {
        0 | 1 => found.pop().ok_or(Error::NotFound("account")),
        several => Err(Error::Conflict(format!(
            "{several} accounts have this address; say which by its id."
        ))),
    }
}

/// Every account, by its id.
///
/// # Errors
/// The database does not answer.
pub async fn list(app: &App) -> Result<Vec<Account>> {
    let mut all: Vec<Account> = Vec::new();
    loop {
        let after = all.last().map_or("", |last| last.user.id.as_str());
        let mut tx = app.store.system_read().await?;
        let some = users::list(&mut tx, after, AT_ONCE).await?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some);
    }
}

/// Says what somebody may do, from now on: another process believes the old for some seconds.
///
/// # Errors
/// The database does not answer.
pub async fn set_role(app: &App, owner_id: &str, role: Role) -> Result<()> {
    let mut tx = app.store.system().await?;
    users::set_role(&mut tx, owner_id, role).await?;
    Ok(tx.commit().await?)
}

/// Lets somebody in no more, and ends whatever lets them in now.
///
/// # Errors
/// The database does not answer.
pub async fn disable(app: &App, owner_id: &str) -> Result<()> {
    let mut tx = app.store.system().await?;
    users::set_disabled(&mut tx, owner_id, Some(app.clock.now())).await?;
    tx.commit().await?;
    let mut tx = app.store.write(owner_id).await?;
    one_time_links::delete_all(&mut tx).await?;
    tx.commit().await?;
    shut_out(app, owner_id).await
}

/// Lets somebody in again, who must sign in anew.
///
/// # Errors
/// The database does not answer.
pub async fn enable(app: &App, owner_id: &str) -> Result<()> {
    let mut tx = app.store.system().await?;
    users::set_disabled(&mut tx, owner_id, None).await?;
    Ok(tx.commit().await?)
}

/// Ends all sessions and revokes all API tokens of somebody.
///
/// # Errors
/// The database does not answer.
pub(super) async fn shut_out(app: &App, owner_id: &str) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    let mut ended = auth_sessions::delete_others(&mut tx, None).await?;
    ended.extend(api_tokens::delete_all(&mut tx).await?);
    tx.commit().await?;
    app.accounts.known.forget(&ended);
    Ok(())
}

/// Deletes an account with everything that is its owner's. It is disabled first, so that nobody
/// adds to what is being deleted; whatever interrupts it, it can be run again.
///
/// # Errors
/// The database or the object store does not answer.
pub async fn delete(app: &App, owner_id: &str) -> Result<()> {
    disable(app, owner_id).await?;
    let mut tx = app.store.read(owner_id).await?;
    let ids = documents::ids(&mut tx).await?;
    drop(tx);
    // One by one: each gives back its files when it has gone.
    for id in ids {
        match delete_any(app, owner_id, id).await {
            Ok(_) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let mut tx = app.store.write(owner_id).await?;
    users::delete(&mut tx).await?;
    Ok(tx.commit().await?)
}
