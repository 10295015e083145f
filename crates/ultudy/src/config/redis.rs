//! The Redis that processes share.

use super::{ConfigError, Settings, auth::Hidden};

/// The server or cluster that this setting names; none without.
pub(super) fn url(settings: &Settings, name: &str) -> Result<Option<Hidden>, ConfigError> {
    let url = settings.text(name);
    if url.is_empty() {
        return Ok(None);
    }
    if url.starts_with("redis://") || url.starts_with("rediss://") {
        return Ok(Some(Hidden(url)));
    }
    // It may hold a password: never printed.
    Err(ConfigError {
        name: name.into(),
        value: "…".into(),
        reason: "must be redis://…, rediss://… for TLS, of a cluster several with commas between, or not set"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn its_url_is_never_printed() {
        for name in ["REDIS_URL", "CACHE_REDIS_URL"] {
            let refused = read(&[(name, "http://u:secret@h")]).unwrap_err();
            assert!(!format!("{refused} {refused:?}").contains("secret"));
            assert!(refused.to_string().contains("redis://"));
        }
        let taken = read(&[("REDIS_URL", "rediss://:secret@h:6379/1")]).unwrap();
        assert!(taken.redis_url.is_some() && !format!("{taken:?}").contains("secret"));
    }
}
