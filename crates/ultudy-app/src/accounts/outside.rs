//! People whom an outside issuer knows: their row is made when they are first seen.

use std::sync::Arc;

use ultudy_domain::account::{Role, User};
use ultudy_store::users;

use super::{Via, Who, sign_in::DISABLED, welcome};
use crate::{
    App, Error, Result,
    issuer::{Callback, Person, Provider, Verifier},
};

use super::{Client, Secret, SignedIn, sessions};

/// How tokens of `AUTH_MODE=jwt` are believed.
pub struct Bearer {
    /// Says whether a token is good.
    pub verifier: Verifier,
    /// What makes an operator.
    pub roles: Option<crate::issuer::RoleClaim>,
}

/// Whose token of an issuer's this is.
///
/// # Errors
/// [`Error::Unauthorized`] with the reason, also for somebody who is disabled here;
/// [`Error::IssuerUnavailable`]; the database does not answer.
pub async fn by_bearer(app: &App, token: &str) -> Result<Arc<Who>> {
    let bearer = app.accounts.bearer.as_ref();
    let bearer = bearer.ok_or(Error::Unauthorized("No tokens are accepted here."))?;
    // Boxed, for what asks the issuer or the database is large, and is rarely needed.
    let verified = Box::pin(bearer.verifier.verify(&app.clock, token)).await?;
    let person = Person::of(
        bearer.verifier.issuer(),
        &verified.subject,
        &verified.claims,
        bearer.roles.as_ref(),
    );
    if let Some(who) = app.accounts.admitted.get(&person) {
        return Ok(who);
    }
    let who = Arc::new(Who {
        user: Box::pin(admit(app, &person)).await?,
        via: Via::Bearer,
    });
    app.accounts.admitted.insert(person, Arc::clone(&who));
    Ok(who)
}

/// Where a browser signs in, and what it must show when it comes back.
///
/// # Errors
/// [`Error::IssuerUnavailable`]; [`Error::NotFound`] where there is no provider.
pub async fn begin_at_provider(app: &App) -> Result<(url::Url, Secret)> {
    let secret = Secret::draw(&*app.clock, "");
    let url = provider(app)?.begin(&app.clock, &secret).await?;
    Ok((url, secret))
}

/// Signs in whoever comes back from the provider. `shown` is what the browser was given before;
/// `replaced` the session that it showed until now, which is ended.
///
/// # Errors
/// [`Error::Unprocessable`] with the reason; [`Error::Forbidden`] for somebody who is disabled here; [`Error::IssuerUnavailable`].
pub async fn come_back_from_provider(
    app: &App,
    callback: Callback,
    shown: Option<&str>,
    client: &Client,
    replaced: Option<&str>,
) -> Result<SignedIn> {
    let person = provider(app)?.finish(&app.clock, callback, shown).await?;
    let user = admit(app, &person).await.map_err(|error| match error {
        // Who it is is known.
        Error::Unauthorized(reason) => Error::Forbidden(reason),
        error => error,
    })?;
    let mut tx = app.store.write(&user.id).await?;
    let session = sessions::begin(app, &mut tx, client).await?;
    tx.commit().await?;
    if let Some(replaced) = replaced {
        sessions::sign_out(app, replaced).await?;
    }
    Ok(SignedIn { user, session })
}

fn provider(app: &App) -> Result<&Provider> {
    let provider = app.accounts.provider.as_ref();
    provider.ok_or(Error::NotFound("sign-in service"))
}

/// The user whom an issuer's person is; made at first sight.
async fn admit(app: &App, person: &Person) -> Result<User> {
    let id = person.id();
    // One round trip: whoever asks at a server that has not heard of them for some seconds is looked up.
    let found = app.store.read_at_once(&id, users::read()).await?;
    let Some(found) = found else {
        return make(app, id, person).await;
    };
    if found.disabled_at.is_some() {
        return Err(DISABLED);
    }
    let user = User {
        role: person.role.unwrap_or(found.user.role),
        email: person.email.clone(),
        ..found.user.clone()
    };
    if user != found.user {
        let mut tx = app.store.system().await?;
        users::set_role(&mut tx, &user.id, user.role).await?;
        users::set_email(&mut tx, &user.id, user.email.as_deref()).await?;
        tx.commit().await?;
    }
    Ok(user)
}

async fn make(app: &App, id: String, person: &Person) -> Result<User> {
    let user = User {
        id,
        email: person.email.clone(),
        role: person.role.unwrap_or(Role::Student),
        created_at: app.clock.now(),
    };
    let mut tx = app.store.write(&user.id).await?;
    let is_new = users::insert_outside(&mut tx, &user, &person.issuer).await?;
    let stored = users::find(&mut tx).await?;
    tx.commit().await?;
    if is_new {
        welcome::greet(app, &user.id);
        return Ok(user);
    }
    // Seen twice at once, or seen before the replica that was asked knew.
    match stored {
        Some(stored) if stored.disabled_at.is_some() => Err(DISABLED),
        Some(stored) => Ok(User {
            role: person.role.unwrap_or(stored.user.role),
            ..user
        }),
        None => Ok(user),
    }
}
