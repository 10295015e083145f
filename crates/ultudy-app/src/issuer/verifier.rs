//! Whether a token is an issuer's, for us, and good for now (RFC 7519, RFC 8725).

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header, errors::ErrorKind};
use moka::sync::Cache;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use ultudy_domain::Timestamp;

use super::{caller::Caller, keys::Keys};
use crate::{Error, Result, clock::Clock};

/// How far the issuer's clock may be from ours, in seconds.
const LEEWAY: i64 = 30;
/// Longest token that is looked at, in bytes.
const TOKEN_MAX: usize = 32 << 10;
/// Most verified tokens that are remembered; some kilobytes each.
const REMEMBERED_MAX: u64 = 10_000;
/// Only a key pair's: a token signed with a secret could be made by whoever checks it, and by
/// whoever takes the public key for the secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Verifies the tokens of one issuer for one audience. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    issuer: String,
    audience: String,
    keys: Keys,
    verified: Cache<[u8; 32], Arc<Verified>>,
}

/// What a good token says.
#[derive(Debug)]
pub struct Verified {
    /// Whom it is about.
    pub subject: String,
    /// All its claims.
    pub claims: Map<String, Value>,
    /// When it ends, leeway included, in seconds since 1970.
    good_until: i64,
    /// The keys it was verified by.
    keys: u64,
}

impl Verifier {
    /// For tokens of `issuer` to `audience`, signed by the keys at `jwks_url`.
    #[must_use]
    pub fn new(issuer: String, audience: String, caller: Caller, jwks_url: url::Url) -> Self {
        Self(Arc::new(Inner {
            issuer,
            audience,
            keys: Keys::new(caller, jwks_url),
            verified: Cache::new(REMEMBERED_MAX),
        }))
    }

    /// Who issues the tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Where the issuer's keys are.
    #[must_use]
    pub fn jwks_url(&self) -> &url::Url {
        self.0.keys.url()
    }

    /// What a token says, if it is good. One that was verified is not verified again until it
    /// ends or the issuer's keys are others.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] with the reason; [`Error::IssuerUnavailable`] when no key of the
    /// issuer's is known and none can be fetched.
    pub async fn verify(&self, clock: &Arc<dyn Clock>, token: &str) -> Result<Arc<Verified>> {
        let now = clock.now();
        let hash: [u8; 32] = Sha256::digest(token).into();
        let keys = self.0.keys.changes(clock);
        let known = self.0.verified.get(&hash);
        if let Some(verified) = known.filter(|one| one.keys == keys) {
            return match verified.is_over(now) {
                true => Err(EXPIRED),
                false => Ok(verified),
            };
        }
        let verified = Arc::new(self.look_into(clock, token).await?);
        self.0.verified.insert(hash, Arc::clone(&verified));
        Ok(verified)
    }

    async fn look_into(&self, clock: &Arc<dyn Clock>, token: &str) -> Result<Verified> {
        if token.len() > TOKEN_MAX {
            return Err(Error::Unauthorized("This token is too long."));
        }
        let header = decode_header(token).map_err(|_| UNREADABLE)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(UNREADABLE);
        }
        // RFC 7515, 4.1.11: what must be understood and is not. Nothing is, here.
        if header.crit.is_some() {
            return Err(UNREADABLE);
        }
        let key = self.0.keys.find(clock, &header).await;
        let (key, keys) = key
            .map_err(|error| Error::IssuerUnavailable(error.into()))?
            .ok_or(UNKNOWN_KEY)?;
        let validation = self.validation(header.alg);
        let claims = decode::<Map<String, Value>>(token, &key.decoding, &validation)
            .map_err(|error| refusal(error.kind()))?
            .claims;
        // The library takes a list of issuers, too.
        if claims.get("iss").and_then(Value::as_str) != Some(&self.0.issuer) {
            return Err(WRONG_ISSUER);
        }
        let now = clock.now();
        let starts = moment(&claims, "nbf")?;
        if starts.is_some_and(|starts| now.timestamp() < starts.saturating_sub(LEEWAY)) {
            return Err(Error::Unauthorized("This token is not valid yet."));
        }
        let ends = moment(&claims, "exp")?.ok_or(UNREADABLE)?;
        let subject = claims.get("sub").and_then(Value::as_str);
        let verified = Verified {
            subject: subject
                .filter(|it| !it.is_empty())
                .ok_or(NOBODY)?
                .to_owned(),
            good_until: ends.saturating_add(LEEWAY),
            claims,
            keys,
        };
        match verified.is_over(now) {
            true => Err(EXPIRED),
            false => Ok(verified),
        }
    }

    /// Times are compared here, by the application's clock.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.0.issuer]);
        validation.set_audience(&[&self.0.audience]);
        validation
    }
}

impl Verified {
    fn is_over(&self, now: Timestamp) -> bool {
        now.timestamp() >= self.good_until
    }
}

const UNREADABLE: Error = Error::Unauthorized(
    "This token cannot be read, or is signed in a way that is not accepted here.",
);
const EXPIRED: Error = Error::Unauthorized("This token has expired.");
const UNKNOWN_KEY: Error =
    Error::Unauthorized("This token is signed by a key that its issuer does not have.");
const WRONG_ISSUER: Error = Error::Unauthorized("This token is another issuer's.");
const NOBODY: Error = Error::Unauthorized("This token does not say whom it is about.");

fn refusal(kind: &ErrorKind) -> Error {
    match kind {
        ErrorKind::InvalidIssuer => WRONG_ISSUER,
        ErrorKind::InvalidAudience => {
            Error::Unauthorized("This token is for another audience than this server.")
        }
        ErrorKind::InvalidSignature => {
            Error::Unauthorized("This token's signature is not its issuer's.")
        }
        ErrorKind::MissingRequiredClaim(claim) => match claim.as_str() {
            "sub" => NOBODY,
            _ => Error::Unauthorized(
                "This token lacks a claim: it needs iss, aud, sub and exp, each of its type.",
            ),
        },
        _ => UNREADABLE,
    }
}

/// A NumericDate (RFC 7519, 2): seconds, perhaps with a fraction.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>> {
    match claims.get(name) {
        None => Ok(None),
        // Rounded towards zero and kept within bounds by the cast.
        Some(value) => value.as_f64().map(|it| Some(it as i64)).ok_or(UNREADABLE),
    }
}
