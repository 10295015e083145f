//! Accounts (`AUTH_MODE=accounts`): who signs up, who signs in, who asks.
//!
//! Passwords are kept as Argon2id hashes, everything else that lets somebody in (sessions,
//! API tokens, links) as the SHA-256 of 256 random bits. What is looked up before it is known
//! who asks runs as the system, everything after as the user.

mod attempts;
mod give;
mod identify;
mod links;
mod passwords;

mod secret;
mod sessions;
mod sign_in;
mod sign_up;
mod tokens;

use std::net::IpAddr;

use ultudy_domain::account::User;
use uuid::Uuid;

use attempts::Attempts;
use identify::Known;
use passwords::Hasher;

pub use give::{GiveError, give};
pub use identify::{by_session, by_token};
pub use links::{first_operator_link, reset_link, reset_password};
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
    hasher: Hasher,
    attempts: Attempts,
    known: Known,
}

impl Accounts {
    /// Nobody has tried yet.
    #[must_use]
    pub fn new(sign_up_open: bool) -> Self {
        Self {
            sign_up_open,
            hasher: Hasher::default(),
            attempts: Attempts::default(),
            known: Known::default(),
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
