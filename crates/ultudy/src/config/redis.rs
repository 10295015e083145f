//! The Redis that processes share.

use super::{ConfigError, Settings, auth::Hidden};

/// The server or cluster that `REDIS_URL` names; none without.
pub(super) fn url(settings: &Settings) -> Result<Option<Hidden>, ConfigError> {
    let url = settings.text("REDIS_URL");
    if url.is_empty() {
        return Ok(None);
    }
    if url.starts_with("redis://") || url.starts_with("rediss://") {
        return Ok(Some(Hidden(url)));
    }
    // It may hold a password: never printed.
    Err(ConfigError {
        name: "REDIS_URL".into(),
        value: "…".into(),
        reason: "must be redis://…, rediss://… for TLS, or not set".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn its_url_is_never_printed() {
        let refused = read(&[("REDIS_URL", "http://u:secret@h")]).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("secret"));
        assert!(refused.to_string().contains("redis://"));
        let taken = read(&[("REDIS_URL", "rediss://:secret@h:6379/1")]).unwrap();
        assert!(taken.redis_url.is_some() && !format!("{taken:?}").contains("secret"));
    }
}
