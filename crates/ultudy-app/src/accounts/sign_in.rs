//! Signing in.

use std::net::IpAddr;

use ultudy_domain::account::{self, User};
use ultudy_store::{
    auth_sessions,
    users::{self, Credentials},
};

use super::{Client, SignedIn, sessions};
use crate::{App, Error, Result, limits::network};

const WRONG: Error = Error::Unauthorized("E-mail or password is wrong.");
pub(super) const DISABLED: Error = Error::Unauthorized("This account has been disabled.");

/// Begins a session, if the password is right. It is a new one each time, so that nobody can
/// have known its token before; `replaced`, what the browser showed until now, is ended.
///
/// # Errors
/// [`Error::Invalid`], before anything is hashed; [`Error::TooMany`]; [`Error::Unauthorized`],
/// after the same time whether or not there is such an account.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: &str,
    client: &Client,
    replaced: Option<&str>,
) -> Result<SignedIn> {
    let email = account::email(email)?;
    account::check_password(password)?;
    let mut tx = app.store.system_read().await?;
    let found = users::by_email(&mut tx, &email).await?;
    // No transaction is open while a password waits for its turn.
    drop(tx);
    learn_home(app, &email, found.as_ref(), client).await?;
    let attempt = app
        .accounts
        .attempts
        .begin(Some(&email), client.address, app.clock.new_id())
        .await?;
    match enter(app, found, password, client).await {
        Ok(signed_in) => {
            attempt.succeeded().await;
            if let Some(replaced) = replaced {
                sessions::sign_out(app, replaced).await?;
            }
            Ok(signed_in)
        }
        Err(error) => {
            if !matches!(error, Error::Unauthorized(_)) {
                attempt.take_back().await;
            }
            Err(error)
        }
    }
}

/// Lets attempts from where the account is signed in count apart, whichever server let it in there.
async fn learn_home(
    app: &App,
    email: &str,
    found: Option<&Credentials>,
    client: &Client,
) -> Result<()> {
    let Some(address) = client.address.map(network) else {
        return Ok(());
    };
    // Those of nobody where there is no account: that takes as long.
    let nobody = || app.clock.new_id().to_string();
    let owner_id = found.map_or_else(nobody, |found| found.user.id.clone());
    let mut tx = app.store.read(&owner_id).await?;
    let sessions = auth_sessions::list(&mut tx, app.clock.now()).await?;
    drop(tx);
    let mut homes = sessions.iter().filter_map(|session| {
        let home: IpAddr = session.address.as_ref()?.parse().ok()?;
        Some(network(home))
    });
    if homes.any(|home| home == address) {
        app.accounts.attempts.let_in(email, client.address);
    }
    Ok(())
}

async fn enter(
    app: &App,
    found: Option<Credentials>,
    password: &str,
    client: &Client,
) -> Result<SignedIn> {
    let user = right_password(app, found, password).await?;
    let mut tx = app.store.write(&user.id).await?;
    let session = sessions::begin(app, &mut tx, client).await?;
    tx.commit().await?;
    Ok(SignedIn { user, session })
}

async fn right_password(app: &App, found: Option<Credentials>, password: &str) -> Result<User> {
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let is_right = app.accounts.hasher.verify(password, hash).await?;
    match found {
        Some(found) if is_right => match found.disabled_at {
            Some(_) => Err(DISABLED),
            None => Ok(found.user),
        },
        _ => Err(WRONG),
    }
}
