//! Whose a session or a token is.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use moka::sync::Cache;
use ultudy_domain::{Timestamp, account::User};
use ultudy_store::{api_tokens, auth_sessions, holder::Holder};

use super::{Via, Who, secret, sessions, tokens};
use crate::{App, Result};

/// How long what was found is believed without looking again: longest that a session revoked
/// by another process lives on.
const BELIEVED: Duration = Duration::from_secs(5);
/// Most sessions and tokens that are remembered.
const REMEMBERED_MAX: u64 = 10_000;
/// When asking was last noted at most so long ago, it is not noted again.
const NOTED: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone)]
struct Found {
    who: Arc<Who>,
    expires_at: Option<Timestamp>,
}

/// What secrets are known by.
type Digest = [u8; 32];

/// Who was found of late, by the hash of what they showed.
pub(super) struct Known(Cache<Digest, Found>);

impl Default for Known {
    fn default() -> Self {
        Self(believed())
    }
}

/// A cache of what is believed for [`BELIEVED`].
pub(super) fn believed<K, V>() -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(REMEMBERED_MAX)
        .time_to_live(BELIEVED)
        .build()
}

impl Known {
    /// What was revoked is not believed any more.
    pub(super) fn forget<'a>(&self, hashes: impl IntoIterator<Item = &'a String>) {
        for hash in hashes {
            let mut digest = Digest::default();
            match hex::decode_to_slice(hash, &mut digest) {
                Ok(()) => self.0.invalidate(&digest),
                // It is none of ours: whatever it is, nothing is believed any more.
                Err(_) => self.0.invalidate_all(),
            }
        }
    }

    fn get(&self, digest: &Digest, now: Timestamp) -> Option<Arc<Who>> {
        let found = self.0.get(digest)?;
        let is_over = found.expires_at.is_some_and(|end| end <= now);
        (!is_over).then_some(found.who)
    }
}

/// Whose session a cookie shows; nobody's if it has ended, was revoked or never was.
///
/// # Errors
/// The database does not answer.
pub async fn by_session(app: &App, shown: &str) -> Result<Option<Arc<Who>>> {
    let Some(digest) = secret::digest_of(shown, "") else {
        return Ok(None);
    };
    let now = app.clock.now();
    if let Some(who) = app.accounts.known.get(&digest, now) {
        return Ok(Some(who));
    }
    // Boxed, for what asks the database is large, and whoever is known need not carry it along.
    Box::pin(find_session(app, digest, now)).await
}

async fn find_session(app: &App, digest: Digest, now: Timestamp) -> Result<Option<Arc<Who>>> {
    let mut tx = app.store.system_read().await?;
    let holder = auth_sessions::holder(&mut tx, &hex::encode(digest), now).await?;
    drop(tx);
    let Some(holder) = holder else {
        return Ok(None);
    };
    let mut expires_at = holder.expires_at;
    if is_to_be_noted(&holder, now) {
        let later = sessions::end_of(holder.begun_at, now);
        if noted(&note_session(app, &holder, now, later).await) {
            expires_at = Some(later);
        }
    }
    let via = Via::Session(holder.id);
    Ok(Some(believe(app, digest, holder.user, via, expires_at)))
}

/// Whose API token this is; nobody's if it has ended, was revoked or never was.
///
/// # Errors
/// The database does not answer.
pub async fn by_token(app: &App, shown: &str) -> Result<Option<Arc<Who>>> {
    let Some(digest) = secret::digest_of(shown, tokens::PREFIX) else {
        return Ok(None);
    };
    let now = app.clock.now();
    if let Some(who) = app.accounts.known.get(&digest, now) {
        return Ok(Some(who));
    }
    Box::pin(find_token(app, digest, now)).await
}

async fn find_token(app: &App, digest: Digest, now: Timestamp) -> Result<Option<Arc<Who>>> {
    let mut tx = app.store.system_read().await?;
    let holder = api_tokens::holder(&mut tx, &hex::encode(digest), now).await?;
    drop(tx);
    let Some(holder) = holder else {
        return Ok(None);
    };
    if is_to_be_noted(&holder, now) {
        noted(&note_token(app, &holder, now).await);
    }
    let via = Via::Token(holder.id);
    Ok(Some(believe(
        app,
        digest,
        holder.user,
        via,
        holder.expires_at,
    )))
}

fn is_to_be_noted(holder: &Holder, now: Timestamp) -> bool {
    holder.used_at.is_none_or(|last| last + NOTED <= now)
}

async fn note_session(
    app: &App,
    holder: &Holder,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let mut tx = app.store.write(&holder.user.id).await?;
    auth_sessions::touch(&mut tx, holder.id, now, expires_at).await?;
    Ok(tx.commit().await?)
}

async fn note_token(app: &App, holder: &Holder, now: Timestamp) -> Result<()> {
    let mut tx = app.store.write(&holder.user.id).await?;
    api_tokens::touch(&mut tx, holder.id, now).await?;
    Ok(tx.commit().await?)
}

/// Whether it was noted that somebody asks. If not they are answered all the same: the database
/// may be one that can only be read for now.
fn noted(done: &Result<()>) -> bool {
    if let Err(error) = done {
        tracing::warn!(%error, "cannot note when a session or token was last used");
    }
    done.is_ok()
}

fn believe(
    app: &App,
    digest: Digest,
    user: User,
    via: Via,
    expires_at: Option<Timestamp>,
) -> Arc<Who> {
    let who = Arc::new(Who { user, via });
    let found = Found {
        who: who.clone(),
        expires_at,
    };
    app.accounts.known.0.insert(digest, found);
    who
}
