//! One-time links: to the first operator's account, and to a new password.

use ultudy_domain::{
    OwnerId,
    account::{self, LinkPurpose},
};
use ultudy_store::{api_tokens, auth_sessions, one_time_links, users};

use super::{Client, LINK_LIFE, Secret, administration, passwords, secret};
use crate::{App, Error, Result};

/// A link that makes the first operator, in the place of an earlier one; none if there is an
/// operator.
///
/// # Errors
/// The database does not answer.
pub async fn first_operator_link(app: &App) -> Result<Option<Secret>> {
    let mut tx = app.store.system().await?;
    if users::has_operator(&mut tx).await? {
        return Ok(None);
    }
    let (now, link) = (app.clock.now(), Secret::draw(&*app.clock, ""));
    let owner_id = app.clock.new_id().to_string();
    let expires_at = now + LINK_LIFE;
    one_time_links::put_first_operator(&mut tx, &owner_id, &link.hash(), now, expires_at).await?;
    tx.commit().await?;
    Ok(Some(link))
}

/// A link by which somebody can make an account, also where nobody can by themselves.
///
/// # Errors
/// The database does not answer.
pub async fn invitation_link(app: &App) -> Result<Secret> {
    let (now, link) = (app.clock.now(), Secret::draw(&*app.clock, ""));
    // Whoever uses it will be this user.
    let owner_id = app.clock.new_id().to_string();
    let mut tx = app.store.write(&owner_id).await?;
    one_time_links::put_invitation(&mut tx, &link.hash(), now, now + LINK_LIFE).await?;
    tx.commit().await?;
    Ok(link)
}

/// A link by which somebody can choose a new password, in the place of an earlier one. It ends
/// all their sessions and revokes their API tokens at once: somebody else may hold them.
///
/// # Errors
/// [`Error::NotFound`] when the address has no account.
pub async fn reset_link(app: &App, email: &str) -> Result<Secret> {
    let email = account::email(email)?;
    let mut tx = app.store.system_read().await?;
    let found = users::by_email(&mut tx, &email).await?;
    drop(tx);
    let user = found.ok_or(Error::NotFound("account"))?.user;
    let (now, link) = (app.clock.now(), Secret::draw(&*app.clock, ""));
    let mut tx = app.store.write(&user.id).await?;
    one_time_links::put_reset(&mut tx, &link.hash(), now, now + LINK_LIFE).await?;
    tx.commit().await?;
    administration::shut_out(app, &user.id).await?;
    Ok(link)
}

/// Gives whoever has the link a new password. It ends all their sessions and revokes their API
/// tokens: somebody else may have known the old one.
///
/// # Errors
/// [`Error::Invalid`], before anything is hashed; [`Error::Unprocessable`] for a link that was
/// used or has ended; [`Error::TooMany`].
pub async fn reset_password(app: &App, link: &str, password: &str, client: &Client) -> Result<()> {
    account::check_password(password)?;
    let attempt = app
        .accounts
        .attempts
        .begin(None, client.address, app.clock.new_id())
        .await?;
    let changed = change(app, link, password, client).await;
    if !matches!(changed, Err(Error::Unprocessable { .. })) {
        attempt.take_back().await;
    }
    changed
}

async fn change(app: &App, link: &str, password: &str, client: &Client) -> Result<()> {
    let link = secret::hash_of(link, "").ok_or_else(unusable)?;
    let owner_id = holder(app, LinkPurpose::PasswordReset, &link).await?;
    let salt = passwords::salt(&*app.clock);
    let hash = app.accounts.hasher.hash(password, salt).await?;
    let mut tx = app.store.write(&owner_id).await?;
    if !one_time_links::use_up(&mut tx, &link, app.clock.now()).await? {
        return Err(unusable());
    }
    let user = users::find(&mut tx).await?.ok_or_else(unusable)?.user;
    users::set_password(&mut tx, &hash).await?;
    let mut ended = auth_sessions::delete_others(&mut tx, None).await?;
    ended.extend(api_tokens::delete_all(&mut tx).await?);
    tx.commit().await?;
    app.accounts.known.forget(&ended);
    if let Some(email) = &user.email {
        app.accounts.attempts.forget(email, client.address).await;
    }
    Ok(())
}

/// Whose link it is.
pub(super) async fn holder(app: &App, purpose: LinkPurpose, hash: &str) -> Result<OwnerId> {
    let mut tx = app.store.system_read().await?;
    one_time_links::holder(&mut tx, purpose, hash, app.clock.now())
        .await?
        .ok_or_else(unusable)
}

/// The refusal of a link.
pub(super) fn unusable() -> Error {
    Error::Unprocessable {
        code: "link_not_usable",
        message: "This link was used already, or has ended. Please ask for a new one.".into(),
    }
}
