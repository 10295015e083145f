//! Sessions: begun, listed, ended.

use chrono::TimeDelta;
use ultudy_domain::{Timestamp, account::AuthSession};
use ultudy_store::{TenantTx, auth_sessions};
use uuid::Uuid;

use super::{Client, Secret, secret};
use crate::{App, Error, Result};

/// How long a session lives on after it last asked.
const IDLE: TimeDelta = TimeDelta::days(30);
/// How long a session lives at most.
pub const SESSION_LIFE: TimeDelta = TimeDelta::days(180);
/// What is kept of what a browser says it is, in characters.
const USER_AGENT_MAX: usize = 300;

/// When a session ends that asks now.
pub(super) fn end_of(created_at: Timestamp, now: Timestamp) -> Timestamp {
    (now + IDLE).min(created_at + SESSION_LIFE)
}

/// Begins a session of the transaction's owner.
pub(super) async fn begin(app: &App, tx: &mut TenantTx, client: &Client) -> Result<Secret> {
    let now = app.clock.now();
    let session = AuthSession {
        id: app.clock.new_id(),
        created_at: now,
        last_seen_at: now,
        expires_at: end_of(now, now),
        user_agent: client.user_agent.as_deref().map(shortened),
        address: client.address.map(|address| address.to_string()),
    };
    let token = Secret::draw(&*app.clock, "");
    auth_sessions::insert(tx, &session, &token.hash()).await?;
    Ok(token)
}

fn shortened(user_agent: &str) -> String {
    let printable = user_agent.chars().filter(|c| !c.is_control());
    printable.take(USER_AGENT_MAX).collect()
}

/// The user's sessions, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list_sessions(app: &App, owner_id: &str) -> Result<Vec<AuthSession>> {
    let mut tx = app.store.read(owner_id).await?;
    Ok(auth_sessions::list(&mut tx, app.clock.now()).await?)
}

/// Ends a session.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn end_session(app: &App, owner_id: &str, id: Uuid) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    let ended = auth_sessions::delete(&mut tx, id).await?;
    tx.commit().await?;
    app.accounts.known.forget(&ended);
    ended.map(drop).ok_or(Error::NotFound("session"))
}

/// Ends all sessions but one; how many.
///
/// # Errors
/// The database does not answer.
pub async fn end_others(app: &App, owner_id: &str, kept: Option<Uuid>) -> Result<usize> {
    let mut tx = app.store.write(owner_id).await?;
    let ended = auth_sessions::delete_others(&mut tx, kept).await?;
    tx.commit().await?;
    app.accounts.known.forget(&ended);
    Ok(ended.len())
}

/// Ends the session a cookie shows, if it is one.
///
/// # Errors
/// The database does not answer.
pub async fn sign_out(app: &App, shown: &str) -> Result<()> {
    let Some(hash) = secret::hash_of(shown, "") else {
        return Ok(());
    };
    let mut tx = app.store.system_read().await?;
    let holder = auth_sessions::holder(&mut tx, &hash, app.clock.now()).await?;
    drop(tx);
    match holder {
        Some(holder) => match end_session(app, &holder.user.id, holder.id).await {
            // It has just ended elsewhere.
            Err(Error::NotFound(_)) => Ok(()),
            ended => ended,
        },
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_asks_lives_on_but_not_for_ever() {
        let created = Timestamp::from_timestamp(1_900_000_000, 0).unwrap_or_default();
        let after = |days| created + TimeDelta::days(days);
        assert_eq!(end_of(created, after(0)), after(30));
        assert_eq!(end_of(created, after(29)), after(59));
        assert_eq!(end_of(created, after(179)), after(180));
    }
}
