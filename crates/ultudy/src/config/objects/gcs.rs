//! A bucket of Google Cloud Storage, by the names that Google's own libraries read.

use super::{BucketConfig, Provider, endpoint, refuse, set};
use crate::config::{ConfigError, Hidden, Settings};

/// The bucket that OBJECT_STORE_URL names.
pub(super) fn bucket(
    settings: &Settings,
    (bucket, prefix): (String, String),
) -> Result<BucketConfig, ConfigError> {
    let endpoint = endpoint(settings, "STORAGE_EMULATOR_HOST")?;
    if !settings.text("GOOGLE_APPLICATION_CREDENTIALS").is_empty() {
        let reason = "is a key, and so is what GOOGLE_APPLICATION_CREDENTIALS names: set only one";
        refuse(settings, "GOOGLE_SERVICE_ACCOUNT_KEY", reason)?;
    }
    let mut options = set(
        settings,
        &[
            (
                "GOOGLE_APPLICATION_CREDENTIALS",
                "google_application_credentials",
            ),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", "google_service_account_key"),
        ],
    );
    if endpoint.is_some() && options.is_empty() {
        options.push(("google_skip_signature", Hidden("true".into())));
    }
    Ok(BucketConfig {
        provider: Provider::Gcs,
        bucket,
        prefix,
        endpoint,
        options,
    })
}
