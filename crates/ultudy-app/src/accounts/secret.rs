//! Random texts that let somebody in. Only their hashes are stored.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::clock::Clock;

/// 256 random bits as hexadecimal digits, perhaps after a prefix. Never printed by accident.
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub(super) fn draw(clock: &dyn Clock, prefix: &str) -> Self {
        Self(format!("{prefix}{}", hex::encode(clock.secret())))
    }

    /// What its owner is given, once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it. It needs no salt and no slow hash: nobody guesses 256 bits.
    pub(super) fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The hash, as bytes, of a text that could be a secret with this prefix; none if it cannot be one.
pub(super) fn digest_of(text: &str, prefix: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix(prefix)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (digits.len() == 64 && digits.bytes().all(is_digit)).then(|| Sha256::digest(text).into())
}

/// The same as it is stored.
pub(super) fn hash_of(text: &str, prefix: &str) -> Option<String> {
    digest_of(text, prefix).map(hex::encode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_secret_is_known_again_by_its_hash_and_never_shown() {
        let secret = Secret::draw(&SystemClock, "ult_");
        assert_eq!(hash_of(secret.reveal(), "ult_"), Some(secret.hash()));
        assert_ne!(Secret::draw(&SystemClock, "ult_").reveal(), secret.reveal());
        assert!(!format!("{secret:?}").contains(&secret.reveal()[4..]));
    }

    #[test]
    fn what_cannot_be_a_secret_is_not_looked_for() {
        let good = "a".repeat(64);
        assert!(hash_of(&good, "").is_some());
        for bad in [
            "",
            &good[1..],
            &good.to_uppercase(),
            &format!("{good}a"),
            "ult_",
        ] {
            assert_eq!(hash_of(bad, ""), None, "{bad}");
        }
        assert_eq!(hash_of(&good, "ult_"), None);
    }
}
