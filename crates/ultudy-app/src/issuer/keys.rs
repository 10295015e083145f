//! An issuer's public keys (RFC 7517), fetched when they are needed and kept.
//!
//! They are looked at anew after ten minutes, in the background, and when a token names a key
//! that is not among them, which is how an issuer's new key comes to be known: by one request
//! at a time, and one in half a minute, whatever tokens strangers make up. While the issuer
//! does not answer, the keys that are known stay good.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use jsonwebtoken::Header;
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    task::JoinHandle,
};
use ultudy_domain::Timestamp;
use url::Url;

use super::{
    caller::{CallError, Caller},
    jwk::{Key, named, read},
};
use crate::clock::Clock;

/// How old keys may be before they are looked at anew.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How long nobody is asked again for a key that is not there.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// How long nobody is asked again after there was no answer at all, when no key is known.
const PAUSE_WITHOUT_KEYS: TimeDelta = TimeDelta::seconds(1);
/// Most keys that are taken.
const KEYS_MAX: usize = 100;

/// The keys behind an address. Cheap to clone.
#[derive(Clone)]
pub(super) struct Keys(Arc<Inner>);

struct Inner {
    url: Url,
    caller: Caller,
    known: RwLock<Known>,
    /// Held by whoever asks the issuer.
    turn: Arc<Mutex<()>>,
}

#[derive(Clone, Default)]
struct Known {
    set: Option<Arc<Vec<Key>>>,
    /// How often the set has become another.
    changes: u64,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    /// When the issuer was last asked for a key that was not among the known.
    missed_at: Option<Timestamp>,
    failure: String,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl Keys {
    /// None are known yet.
    pub(super) fn new(caller: Caller, url: Url) -> Self {
        Self(Arc::new(Inner {
            url,
            caller,
            known: RwLock::default(),
            turn: Arc::default(),
        }))
    }

    /// Where they are.
    pub(super) fn url(&self) -> &Url {
        &self.0.url
    }

    /// How often they have become others. Old ones are looked at anew, in the background.
    pub(super) fn changes(&self, clock: &Arc<dyn Clock>) -> u64 {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        let (changes, now) = (known.changes, clock.now());
        let is_old = known.set.is_some()
            && !since(known.fetched_at, FRESH, now)
            && !since(known.tried_at, PAUSE, now);
        drop(known);
        if is_old {
            self.look_again(clock);
        }
        changes
    }

    /// The key that a token says it is signed by, and how often keys had become others then; none
    /// if the issuer has none such.
    ///
    /// # Errors
    /// No key is known, and the issuer does not answer.
    pub(super) async fn find(
        &self,
        clock: &Arc<dyn Clock>,
        header: &Header,
    ) -> Result<Option<(Key, u64)>, CallError> {
        match self.known().named(header) {
            Some(found) => Ok(Some(found)),
            None => self.miss(clock, header).await,
        }
    }

    /// Asks the issuer for a key that is not known, unless somebody does or did of late.
    async fn miss(
        &self,
        clock: &Arc<dyn Clock>,
        header: &Header,
    ) -> Result<Option<(Key, u64)>, CallError> {
        // Whoever comes while somebody asks waits for the same answer.
        let turn = self.0.turn.clone().lock_owned().await;
        let (known, now) = (self.known(), clock.now());
        if known.set.is_some() {
            let found = known.named(header);
            if found.is_some() || since(known.missed_at, PAUSE, now) {
                return Ok(found);
            }
            self.change(|known| known.missed_at = Some(now));
        } else if since(known.tried_at, PAUSE_WITHOUT_KEYS, now) {
            return Err(CallError::NotYet(known.failure));
        }
        // It goes on when whoever waits for it hangs up: others wait for it, too.
        if let Err(error) = self.ask_in(turn, clock).await {
            tracing::error!(%error, "asking for an issuer's keys ended badly");
        }
        let known = self.known();
        match known.set {
            Some(_) => Ok(known.named(header)),
            None => Err(CallError::NotYet(known.failure)),
        }
    }

    /// Asks the issuer in the background, unless somebody does.
    fn look_again(&self, clock: &Arc<dyn Clock>) {
        if let Ok(turn) = self.0.turn.clone().try_lock_owned() {
            self.ask_in(turn, clock);
        }
    }

    fn ask_in(&self, turn: OwnedMutexGuard<()>, clock: &Arc<dyn Clock>) -> JoinHandle<()> {
        let (keys, clock) = (self.clone(), clock.clone());
        tokio::spawn(async move {
            keys.ask(&*clock).await;
            drop(turn);
        })
    }

    fn known(&self) -> Known {
        let known = self.0.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, clock: &dyn Clock) {
        let answer = self.0.caller.get::<Document>(&self.0.url, None).await;
        let now = clock.now();
        self.change(|known| known.tried_at = Some(now));
        match answer {
            Ok(document) => {
                let set: Vec<Key> = document
                    .keys
                    .into_iter()
                    .take(KEYS_MAX)
                    .filter_map(read)
                    .collect();
                if set.is_empty() {
                    tracing::warn!(url = %self.0.url, "the issuer has no key that can be used");
                }
                self.change(|known| {
                    let jwks =
                        |set: &[Key]| set.iter().map(|key| key.jwk.clone()).collect::<Vec<_>>();
                    if known.set.as_ref().map(|old| jwks(old)) != Some(jwks(&set)) {
                        known.changes += 1;
                    }
                    known.set = Some(Arc::new(set));
                    known.fetched_at = Some(now);
                });
            }
            Err(error) => {
                tracing::warn!(url = %self.0.url, %error, "cannot fetch an issuer's keys");
                self.change(|known| known.failure = error.to_string());
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        let known = self.0.known.write();
        change(&mut known.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Known {
    fn named(&self, header: &Header) -> Option<(Key, u64)> {
        let key = named(self.set.as_deref()?, header)?;
        Some((key, self.changes))
    }
}

/// Whether `at` was less than `span` ago.
fn since(at: Option<Timestamp>, span: TimeDelta, now: Timestamp) -> bool {
    at.is_some_and(|at| now < at + span)
}
