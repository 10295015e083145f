//! Issuers: services outside that say who people are, by signed tokens.
//!
//! `AUTH_MODE=jwt` takes tokens that programs show; `AUTH_MODE=oidc` leads browsers to an
//! issuer that signs people in (OpenID Connect Core 1.0) and asks it for such a token. Both
//! believe a token for the same reasons, by one [`Verifier`].

mod caller;
mod discovery;
mod jwk;
mod keys;
mod person;
mod provider;
mod verifier;

pub use caller::{AddressError, Caller, address};
pub use person::{Person, RoleClaim};
pub use provider::{Callback, Provider, ProviderConfig};
pub use verifier::{Verified, Verifier};
