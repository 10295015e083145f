//! Passwords become hashes by Argon2id, off the threads that answer, a few at once.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;
use ultudy_domain::account::PASSWORD_MAX;
use unicode_normalization::UnicodeNormalization;

use crate::{Error, Result, clock::Clock};

/// Memory in KiB, passes and lanes: OWASP's Password Storage Cheat Sheet, "Argon2id", second
/// of its equally strong sets ("m=19456 (19 MiB), t=2, p=1").
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Hashes at once, so that signing in takes at most 38 MiB however many do it.
const AT_ONCE: usize = 2;
/// Most that wait for their turn; at 50 ms each the last waits a second or two.
const WAITING_MAX: usize = 64;
/// Hashed with the password of somebody who has no account.
const NOBODYS_SALT: &[u8; 16] = b"nobody's account";

/// A new salt; 128 bits, as RFC 9106, 3.1, recommends.
pub(super) fn salt(clock: &dyn Clock) -> [u8; 16] {
    let mut salt = [0; 16];
    salt.copy_from_slice(&clock.secret()[..16]);
    salt
}

/// Hashes and checks passwords.
pub(super) struct Hasher {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING_MAX)),
        }
    }
}

impl Hasher {
    /// The PHC string of a password.
    pub(super) async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String> {
        let password = normal(password);
        self.compute(move || hash(&password, &salt)).await?
    }

    /// Whether this is the password of the hash. Without a hash it is not, after the same time.
    pub(super) async fn verify(&self, password: &str, of: Option<String>) -> Result<bool> {
        let password = normal(password);
        let verify = move || match of {
            Some(of) => verify(&password, &of),
            None => hash(&password, NOBODYS_SALT).map(|_| false),
        };
        self.compute(verify).await?
    }

    /// Runs a hash when it is its turn; [`Error::Unavailable`] when too many wait.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.queue)
            .try_acquire_owned()
            .map_err(|_| Error::Unavailable("too many passwords wait to be checked".into()))?;
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        // The hash keeps its turn when whoever waits for it hangs up: it goes on all the same.
        let kept = move || {
            let _kept = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(kept)
            .await
            .map_err(Error::internal)
    }
}

/// The same password from keyboards that compose letters differently (NIST SP 800-63B,
/// 5.1.1.2). The length was checked before.
fn normal(password: &str) -> String {
    password.nfkc().take(PASSWORD_MAX * 18).collect()
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(unexpected)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str, salt: &[u8]) -> Result<String> {
    let hash: PasswordHash = argon2()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(unexpected)?;
    Ok(hash.to_string())
}

fn verify(password: &str, of: &str) -> Result<bool> {
    use argon2::password_hash::Error as Refusal;
    match argon2()?.verify_password(password.as_bytes(), of) {
        Ok(()) => Ok(true),
        Err(Refusal::PasswordInvalid) => Ok(false),
        Err(error) => Err(unexpected(error)),
    }
}

fn unexpected(error: impl std::fmt::Display) -> Error {
    Error::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let hasher = Hasher::default();
        let of = hasher.hash("Gödel, 1931", [7; 16]).await.unwrap();
        assert!(of.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{of}");
        let composed_otherwise = "Go\u{308}del, 1931";
        for (password, is_right) in [
            ("Gödel, 1931", true),
            (composed_otherwise, true),
            ("gödel, 1931", false),
            ("", false),
        ] {
            let verified = hasher.verify(password, Some(of.clone())).await.unwrap();
            assert_eq!(verified, is_right, "{password}");
        }
        assert!(!hasher.verify("Gödel, 1931", None).await.unwrap());
        let salted = hasher.hash("Gödel, 1931", [8; 16]).await.unwrap();
        assert_ne!(of, salted);
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_read_is_our_fault_and_lets_nobody_in() {
        let refused = Hasher::default().verify("a", Some("plain".into())).await;
        assert!(matches!(refused, Err(Error::Internal(_))));
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_sent_away() {
        let hasher = Hasher::default();
        let all = u32::try_from(AT_ONCE + WAITING_MAX).unwrap();
        let waiting = hasher.queue.acquire_many(all).await.unwrap();
        let refused = hasher.hash("password", [0; 16]).await;
        assert!(matches!(refused, Err(Error::Unavailable(_))));
        drop(waiting);
        assert!(hasher.hash("password", [0; 16]).await.is_ok());
    }
}
