//! Personal API tokens.

use ultudy_domain::{
    account::ApiToken,
    field::{self, LABEL_MAX},
};
use ultudy_store::api_tokens;
use uuid::Uuid;

use super::Secret;
use crate::{App, Error, Result};

/// What every token begins with, so that one that got somewhere is known for what it is.
pub(super) const PREFIX: &str = "ult_";
/// Most tokens of a user.
const TOKENS_MAX: usize = 100;

/// Makes a token; its secret is shown this once.
///
/// # Errors
/// A name that cannot be taken; [`Error::Conflict`] when there are too many.
pub async fn create_token(app: &App, owner_id: &str, name: &str) -> Result<(ApiToken, Secret)> {
    let token = ApiToken {
        id: app.clock.new_id(),
        name: field::required("name", name, LABEL_MAX)?,
        created_at: app.clock.now(),
        last_used_at: None,
        expires_at: None,
    };
    let secret = Secret::draw(&*app.clock, PREFIX);
    let mut tx = app.store.write(owner_id).await?;
    if api_tokens::list(&mut tx).await?.len() >= TOKENS_MAX {
        let full = format!("There are {TOKENS_MAX} tokens already. Please revoke one first.");
        return Err(Error::Conflict(full));
    }
    api_tokens::insert(&mut tx, &token, &secret.hash()).await?;
    tx.commit().await?;
    Ok((token, secret))
}

/// The user's tokens, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list_tokens(app: &App, owner_id: &str) -> Result<Vec<ApiToken>> {
    let mut tx = app.store.read(owner_id).await?;
    Ok(api_tokens::list(&mut tx).await?)
}

/// Revokes a token.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke_token(app: &App, owner_id: &str, id: Uuid) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    let revoked = api_tokens::delete(&mut tx, id).await?;
    tx.commit().await?;
    app.accounts.known.forget(&revoked);
    revoked.map(drop).ok_or(Error::NotFound("token"))
}
