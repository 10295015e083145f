//! Where uploaded files lie: a folder, or a bucket of a provider.

use std::path::{Path, PathBuf};

use url::Url;

use super::{ConfigError, Hidden, Settings};

mod azure;
mod gcs;
mod s3;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

/// Where uploaded files lie.
#[derive(Debug, Clone)]
pub enum ObjectsConfig {
    /// In a folder of this machine, or one that machines share.
    Folder(PathBuf),
    /// With a provider.
    Bucket(BucketConfig),
}

/// A bucket, or what its provider calls one.
#[derive(Debug, Clone)]
pub struct BucketConfig {
    /// Whose.
    pub provider: Provider,
    /// Its name.
    pub bucket: String,
    /// What the keys of all files begin with; empty: nothing.
    pub prefix: String,
    /// Where the provider answers, if not at its own address.
    pub endpoint: Option<Url>,
    /// The rest, by `object_store`'s names.
    pub options: Vec<(&'static str, Hidden)>,
}

/// Who keeps buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Amazon S3, and whatever speaks its protocol.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
}

/// What the settings name.
pub(super) fn objects(
    settings: &Settings,
    data_dir: &Path,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<ObjectsConfig, ConfigError> {
    let url = settings.text("OBJECT_STORE_URL");
    let bucket = settings.text("AWS_S3_BUCKET");
    if !url.is_empty() && !bucket.is_empty() {
        return Err(settings.error(
            "AWS_S3_BUCKET",
            "says where files lie, and so does OBJECT_STORE_URL: set only one of them",
        ));
    }
    if !bucket.is_empty() {
        let place = (bucket, String::new());
        return s3::bucket(settings, "AWS_S3_BUCKET", place, variable).map(ObjectsConfig::Bucket);
    }
    let objects = match url.split_once("://") {
        None if url.is_empty() => ObjectsConfig::Folder(super::embedded_objects(data_dir)),
        Some(("file", path)) if path.starts_with('/') => ObjectsConfig::Folder(path.into()),
        Some(("s3", place)) => {
            let place = place_in(place)?;
            let bucket = s3::bucket(settings, "OBJECT_STORE_URL", place, variable)?;
            return Ok(ObjectsConfig::Bucket(bucket));
        }
        Some(("gs", place)) => ObjectsConfig::Bucket(gcs::bucket(settings, place_in(place)?)?),
        Some(("az", place)) => ObjectsConfig::Bucket(azure::container(settings, place_in(place)?)?),
        _ => {
            return Err(settings.error(
                "OBJECT_STORE_URL",
                "must be file:///a/folder, s3://bucket, gs://bucket or az://container, or not set \
                 for a folder in DATA_DIR",
            ));
        }
    };
    s3::refuse_without_bucket(settings)?;
    Ok(objects)
}

/// `bucket/a/prefix` apart.
fn place_in(place: &str) -> Result<(String, String), ConfigError> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let prefix = prefix.trim_matches('/');
    let is_plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_graphic() && !"@?#%:".contains(c))
    };
    if bucket.is_empty() || !is_plain(place) {
        return Err(hidden(
            "OBJECT_STORE_URL",
            "must be a scheme, a bucket and perhaps a prefix, such as s3://bucket/ultudy; keys and \
             addresses have settings of their own",
        ));
    }
    Ok((bucket.to_owned(), prefix.to_owned()))
}

/// Where the provider answers, if the setting says so.
fn endpoint(settings: &Settings, name: &str) -> Result<Option<Url>, ConfigError> {
    let text = settings.text(name);
    if text.is_empty() {
        return Ok(None);
    }
    let refused = || ConfigError {
        name: name.into(),
        // It may hold a password.
        value: match text.contains(['@', '?']) {
            true => "…".into(),
            false => text.clone(),
        },
        reason: "must be an address such as https://storage.example.org, with neither a name and \
                 password nor a question mark"
            .into(),
    };
    let url = Url::parse(&text).map_err(|_| refused())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let has_secrets = !url.username().is_empty() || url.password().is_some();
    match is_web && !has_secrets && url.query().is_none() && url.fragment().is_none() {
        true => Ok(Some(url)),
        false => Err(refused()),
    }
}

/// What is set of these settings, by `object_store`'s names.
fn set(settings: &Settings, names: &[(&'static str, &'static str)]) -> Vec<(&'static str, Hidden)> {
    let all = names.iter().map(|(name, key)| (*key, settings.text(name)));
    all.filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key, Hidden(value)))
        .collect()
}

/// Refuses `name` if it is set: its value may be a secret.
fn refuse(settings: &Settings, name: &str, reason: &str) -> Result<(), ConfigError> {
    match settings.text(name).is_empty() {
        true => Ok(()),
        false => Err(hidden(name, reason)),
    }
}

/// A refusal that does not tell the value.
fn hidden(name: &str, reason: &str) -> ConfigError {
    ConfigError {
        name: name.into(),
        value: "…".into(),
        reason: reason.into(),
    }
}
