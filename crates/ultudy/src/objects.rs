//! What keeps uploaded files: a folder, or a provider's bucket.

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    azure::{AzureConfigKey, MicrosoftAzureBuilder},
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey},
    local::LocalFileSystem,
    prefix::PrefixStore,
};
use ultudy_app::blobs::{Blobs, Fault};
use url::Url;

use crate::{
    commands::Failure,
    config::{BucketConfig, Config, Hidden, ObjectsConfig, Provider},
    wire::{is_here, make_folder},
};

/// Longest that a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest that a provider may say nothing: until it answers, and between two pieces of an answer.
/// There is no bound on a whole answer, which may go to a slow reader.
const SILENCE: Duration = Duration::from_secs(20);

/// How often a request is sent again after an error that may pass, and until when; each pause is up
/// to twice as long as the one before, by chance.
#[derive(Debug, Clone, Copy)]
struct Retries {
    most: usize,
    longest_pause: Duration,
    until: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// For jobs and uploads, which had better wait than fail.
const PATIENT: Retries = Retries {
    most: 10,
    longest_pause: Duration::from_secs(4),
    until: Duration::from_secs(25),
};
/// For pages: a reader is told within two seconds what is wrong; what breaks off while it is read goes
/// on for longer.
const HASTY: Retries = Retries {
    most: 3,
    longest_pause: Duration::from_secs(1),
    until: Duration::from_secs(60),
};

/// The files there. A bucket that its provider refuses is an error; one that does not answer is
/// warned of, since it may do so later, and much is answered without it.
///
/// # Errors
/// The folder cannot be made, or the settings cannot be right; says which.
pub async fn blobs(config: &Config, objects: &ObjectsConfig) -> Result<Blobs, Failure> {
    let temp_dir = config.data_dir.join("tmp");
    make_folder(&temp_dir)?;
    let bucket = match objects {
        ObjectsConfig::Folder(folder) => return in_folder(folder, &temp_dir),
        ObjectsConfig::Bucket(bucket) => bucket,
    };
    let name = name(bucket);
    warn_of_plain_http(bucket);
    let client = |retries| store(bucket, retries).map_err(|error| Failure::new(&name, error));
    let blobs = Blobs::new(client(PATIENT)?, temp_dir).with_hasty(client(HASTY)?);
    match blobs.check().await {
        Ok(()) => tracing::info!(bucket = name, "files are kept there"),
        Err(Fault::Refused(why)) => return Err(Failure::new(name, remedy(bucket.provider, &why))),
        Err(Fault::Away(why)) => {
            tracing::warn!(bucket = name, error = why, "the bucket cannot be used yet");
        }
    }
    Ok(blobs)
}

fn in_folder(folder: &Path, temp_dir: &Path) -> Result<Blobs, Failure> {
    make_folder(folder)?;
    let store = LocalFileSystem::new_with_prefix(folder)
        .map_err(|error| Failure::new(folder.display(), error))?;
    let store = store.with_automatic_cleanup(true).with_fsync(true);
    Ok(Blobs::new(Arc::new(store), temp_dir.to_owned()).in_folder(folder))
}

fn store(bucket: &BucketConfig, retries: Retries) -> object_store::Result<Arc<dyn ObjectStore>> {
    let store: Arc<dyn ObjectStore> = match bucket.provider {
        Provider::S3 => Arc::new(s3(bucket, retries)?),
        Provider::Gcs => Arc::new(gcs(bucket, retries)?),
        Provider::Azure => Arc::new(azure(bucket, retries)?),
    };
    Ok(match bucket.prefix.as_str() {
        "" => store,
        prefix => Arc::new(PrefixStore::new(store, prefix)),
    })
}

fn s3(
    bucket: &BucketConfig,
    retries: Retries,
) -> object_store::Result<object_store::aws::AmazonS3> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.bucket)
        .with_client_options(client(bucket))
        .with_retry(retry(retries))
        // Files are deleted one by one anyway, and not every server that speaks S3 knows more.
        .with_disable_bulk_delete(true);
    for (key, value) in options::<AmazonS3ConfigKey>(bucket)? {
        builder = builder.with_config(key, value);
    }
    if let Some(endpoint) = &bucket.endpoint {
        let by_host = builder.get_config_value(&AmazonS3ConfigKey::VirtualHostedStyleRequest);
        let mut endpoint = endpoint.clone();
        if let (Some("true"), Some(host)) = (by_host.as_deref(), endpoint.host_str()) {
            let host = format!("{}.{host}", bucket.bucket);
            // An address of numbers has no names below it; it stays, and is asked so.
            let _ = endpoint.set_host(Some(&host));
        }
        builder = builder.with_endpoint(bare(&endpoint));
    }
    builder.build()
}

fn gcs(
    bucket: &BucketConfig,
    retries: Retries,
) -> object_store::Result<object_store::gcp::GoogleCloudStorage> {
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(&bucket.bucket)
        .with_client_options(client(bucket))
        .with_retry(retry(retries));
    for (key, value) in options::<GoogleConfigKey>(bucket)? {
        builder = builder.with_config(key, value);
    }
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_base_url(bare(endpoint));
    }
    builder.build()
}

fn azure(
    bucket: &BucketConfig,
    retries: Retries,
) -> object_store::Result<object_store::azure::MicrosoftAzure> {
    let mut builder = MicrosoftAzureBuilder::new()
        .with_container_name(&bucket.bucket)
        .with_client_options(client(bucket))
        .with_retry(retry(retries));
    for (key, value) in options::<AzureConfigKey>(bucket)? {
        builder = builder.with_config(key, value);
    }
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(bare(endpoint).to_owned());
    }
    builder.build()
}

fn options<K>(bucket: &BucketConfig) -> object_store::Result<Vec<(K, &str)>>
where
    K: FromStr<Err = object_store::Error>,
{
    let all = bucket.options.iter();
    all.map(|(key, Hidden(value))| Ok((key.parse()?, value.as_str())))
        .collect()
}

fn client(bucket: &BucketConfig) -> ClientOptions {
    let plain = bucket.endpoint.as_ref();
    ClientOptions::new()
        .with_connect_timeout(CONNECT)
        .with_read_timeout(SILENCE)
        .with_timeout_disabled()
        .with_allow_http(plain.is_some_and(|endpoint| endpoint.scheme() == "http"))
}

fn retry(retries: Retries) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: FIRST_PAUSE,
            max_backoff: retries.longest_pause,
            base: 2.0,
        },
        max_retries: retries.most,
        retry_timeout: retries.until,
    }
}

/// As `object_store` puts paths behind it.
fn bare(endpoint: &Url) -> &str {
    endpoint.as_str().trim_end_matches('/')
}

fn name(bucket: &BucketConfig) -> String {
    let scheme = match bucket.provider {
        Provider::S3 => "s3",
        Provider::Gcs => "gs",
        Provider::Azure => "az",
    };
    let mut name = format!("{scheme}://{}", bucket.bucket);
    if !bucket.prefix.is_empty() {
        name = format!("{name}/{}", bucket.prefix);
    }
    match &bucket.endpoint {
        Some(endpoint) => format!("{name} at {}", bare(endpoint)),
        None => name,
    }
}

/// What to look at, given what the provider said.
fn remedy(provider: Provider, why: &str) -> String {
    let (key, bucket) = match provider {
        Provider::S3 => (
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            "AWS_S3_BUCKET and AWS_REGION",
        ),
        Provider::Gcs => ("GOOGLE_APPLICATION_CREDENTIALS", "OBJECT_STORE_URL"),
        Provider::Azure => (
            "AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY",
            "OBJECT_STORE_URL",
        ),
    };
    let says = |codes: &[&str]| codes.iter().any(|code| why.contains(code));
    let remedy = if says(&["NoSuchBucket", "ContainerNotFound", "InvalidBucketName"]) {
        format!("make the bucket, or mend {bucket}")
    } else if says(&["RequestTimeTooSkewed", "RequestExpired"]) {
        "this machine's clock is wrong: set it by NTP".into()
    } else if says(&[
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "AuthenticationFailed",
        "InvalidToken",
        "ExpiredToken",
    ]) {
        format!("mend {key}")
    } else if says(&[
        "PermanentRedirect",
        "AuthorizationHeaderMalformed",
        "LOCATION",
    ]) {
        format!("the bucket is in another region: mend {bucket}")
    } else {
        format!("allow this key what docs/operating.md lists, or mend {key}")
    };
    format!("{why}; {remedy}")
}

fn warn_of_plain_http(bucket: &BucketConfig) {
    let Some(endpoint) = &bucket.endpoint else {
        return;
    };
    if endpoint.scheme() == "http" && !is_here(endpoint) {
        tracing::warn!("the bucket is reached by http: files go unencrypted");
    }
}
