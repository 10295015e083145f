//! Accounts: who signs up, who signs in, who asks. With `AUTH_MODE=accounts` people sign in by a
//! password, with `oidc` at an outside provider; with `jwt` they show an issuer's tokens.
//!
//! Passwords are kept as Argon2id hashes, everything else that lets somebody in (sessions,
//! API tokens, links) as the SHA-256 of 256 random bits. What is looked up before it is known
//! who asks runs as the system, everything after as the user.

pub mod administration;
mod attempts;
mod give;
mod identify;
mod links;
mod outside;
mod passwords;
mod secret;
mod sessions;
mod sign_in;
mod sign_up;
mod tokens;
mod welcome;

use std::{net::IpAddr, sync::Arc};

use moka::sync::Cache;
use ultudy_domain::account::User;
use ultudy_engines::limiter::Limiter;
use uuid::Uuid;

use attempts::Attempts;
use identify::Known;
use passwords::Hasher;

use crate::{
    issuer::{Person, Provider},
    sample::Sample,
};

pub use give::{GiveError, give};
pub use identify::{by_session, by_token};
pub use links::{first_operator_link, invitation_link, reset_link, reset_password};
pub use outside::{Bearer, begin_at_provider, by_bearer, come_back_from_provider};
pub use secret::Secret;
pub use sessions::{SESSION_LIFE, end_others, end_session, list_sessions, sign_out};
pub use sign_in::sign_in;
pub use sign_up::{NewAccount, sign_up};
pub use tokens::{create_token, list_tokens, revoke_token};

/// How long a one-time link can be used.
pub const LINK_LIFE: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// What this process knows of who signs in.
pub struct Accounts {
    /// Whether anybody may make an account.
    pub sign_up_open: bool,
    /// What a new user finds.
    pub sample: Option<Sample>,
    /// How an issuer's tokens are believed; none if they are not.
    pub bearer: Option<Bearer>,
    /// Where people sign in; none if it is here.
    pub provider: Option<Provider>,
    hasher: Hasher,
    attempts: Attempts,
    known: Known,
    /// Whom an issuer's token has let in of late.
    admitted: Cache<Person, Arc<Who>>,
}

impl Accounts {
    /// What fails is counted by `limiter`.
    #[must_use]
    pub fn new(sign_up_open: bool, limiter: Arc<dyn Limiter>) -> Self {
        Self {
            sign_up_open,
            sample: None,
            bearer: None,
            provider: None,
            hasher: Hasher::default(),
            attempts: Attempts::new(limiter),
            known: Known::default(),
            admitted: identify::believed(),
        }
    }
}

/// What a user asks by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A browser's session of this id.
    Session(Uuid),
    /// The API token of this id.
    Token(Uuid),
    /// A token of an issuer's.
    Bearer,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The user.
    pub user: User,
    /// What they ask by.
    pub via: Via,
}

/// Who knocks: what is known of a client before it is signed in.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where it asks from; none if that is not known.
    pub address: Option<IpAddr>,
    /// What it says it is.
    pub user_agent: Option<String>,
}

/// A session that has just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// Who it is.
    pub user: User,
    /// What the browser is to show from now on.
    pub session: Secret,
}
