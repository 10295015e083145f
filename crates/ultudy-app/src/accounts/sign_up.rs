//! Making an account.

use ultudy_domain::{
    OwnerId,
    account::{self, LinkPurpose, Role, User},
};
use ultudy_store::{StoreError, one_time_links, users};

use super::{Client, SignedIn, links, passwords, secret, sessions, welcome};
use crate::{App, Error, Result};

const CLOSED: Error = Error::Forbidden("Nobody can sign up here by themselves.");

/// What a new account is asked to be, unchecked.
pub struct NewAccount {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// The link that makes the first operator, or an invitation; none for whoever comes by
    /// themselves.
    pub link: Option<String>,
}

/// Who the account will be for.
struct Place {
    owner_id: OwnerId,
    role: Role,
    /// Hash of the link to use up.
    link: Option<String>,
}

/// Makes an account and signs it in. Asked for twenty times at once it is one account.
///
/// # Errors
/// [`Error::Invalid`], before anything is hashed; [`Error::Forbidden`] when nobody may sign
/// up; [`Error::Conflict`] when the address has an account; [`Error::TooMany`], for that says
/// who has one, and without e-mail nothing can keep it from whoever may sign up;
/// [`Error::Unprocessable`] for a link that was used or has ended.
pub async fn sign_up(app: &App, new: &NewAccount, client: &Client) -> Result<SignedIn> {
    let email = account::email(&new.email)?;
    account::check_password(&new.password)?;
    if new.link.is_none() && !app.accounts.sign_up_open {
        return Err(CLOSED);
    }
    let attempt = app
        .accounts
        .attempts
        .begin(None, client.address, app.clock.new_id())
        .await?;
    let made = make(app, email, new, client).await;
    if !matches!(made, Err(Error::Conflict(_) | Error::Unprocessable { .. })) {
        attempt.take_back().await;
    }
    if let Ok(signed_in) = &made {
        welcome::greet(app, &signed_in.user.id);
    }
    made
}

async fn make(app: &App, email: String, new: &NewAccount, client: &Client) -> Result<SignedIn> {
    let place = place(app, new.link.as_deref()).await?;
    let mut tx = app.store.system_read().await?;
    if users::by_email(&mut tx, &email).await?.is_some() {
        return Err(taken());
    }
    drop(tx);
    let salt = passwords::salt(&*app.clock);
    let hash = app.accounts.hasher.hash(&new.password, salt).await?;
    let user = User {
        id: place.owner_id,
        email: Some(email.clone()),
        role: place.role,
        created_at: app.clock.now(),
    };
    let mut tx = app.store.write(&user.id).await?;
    if let Some(link) = &place.link
        && !one_time_links::use_up(&mut tx, link, user.created_at).await?
    {
        return Err(links::unusable());
    }
    match users::insert(&mut tx, &user, &hash).await {
        Err(StoreError::Conflict(_)) => return Err(taken()),
        stored => stored?,
    }
    let session = sessions::begin(app, &mut tx, client).await?;
    tx.commit().await?;
    app.accounts.attempts.let_in(&email, client.address);
    Ok(SignedIn { user, session })
}

async fn place(app: &App, link: Option<&str>) -> Result<Place> {
    let Some(link) = link else {
        return Ok(Place {
            owner_id: app.clock.new_id().to_string(),
            role: Role::Student,
            link: None,
        });
    };
    let hash = secret::hash_of(link, "").ok_or_else(links::unusable)?;
    let (owner_id, role) = match links::holder(app, LinkPurpose::FirstOperator, &hash).await {
        Ok(owner_id) => (owner_id, Role::Operator),
        Err(Error::Unprocessable { .. }) => {
            let owner_id = links::holder(app, LinkPurpose::Invitation, &hash).await?;
            (owner_id, Role::Student)
        }
        Err(error) => return Err(error),
    };
    Ok(Place {
        owner_id,
        role,
        link: Some(hash),
    })
}

fn taken() -> Error {
    Error::Conflict("There is an account with this e-mail address already.".into())
}
