//! A bucket of Amazon S3, or of what speaks its protocol, by the names that AWS' own tools read.

use super::{BucketConfig, Provider, endpoint, hidden, refuse, set};
use crate::config::{ConfigError, Hidden, Settings};

/// What others call some of these settings: taken for them silently, the files would lie elsewhere.
const MISNAMED: [(&str, &str); 4] = [
    ("AWS_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3"),
    ("AWS_S3_REGION", "AWS_REGION"),
    ("AWS_S3_FORCE_PATH_STYLE", "AWS_S3_ADDRESSING_STYLE=path"),
    ("AWS_S3_BUCKET_NAME", "AWS_S3_BUCKET"),
];
/// Where a server that is not AWS' says nothing of regions.
const ANY_REGION: &str = "us-east-1";
/// Credentials that stand in settings.
const KEYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "aws_access_key_id"),
    ("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"),
    ("AWS_SESSION_TOKEN", "aws_session_token"),
];
/// Credentials of the place where the program runs.
const ROLE: [(&str, &str); 7] = [
    ("AWS_ROLE_ARN", "aws_role_arn"),
    ("AWS_ROLE_SESSION_NAME", "aws_role_session_name"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "aws_web_identity_token_file"),
    ("AWS_ENDPOINT_URL_STS", "aws_endpoint_url_sts"),
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "aws_container_credentials_relative_uri",
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "aws_container_credentials_full_uri",
    ),
    (
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "aws_container_authorization_token_file",
    ),
];
/// Settings that mean nothing but a bucket here.
const OF_A_BUCKET: [&str; 3] = [
    "AWS_S3_ADDRESSING_STYLE",
    "AWS_SERVER_SIDE_ENCRYPTION",
    "AWS_SSE_KMS_KEY_ID",
];

/// The bucket that the setting `named_by` names.
pub(super) fn bucket(
    settings: &Settings,
    named_by: &str,
    (bucket, prefix): (String, String),
    variable: impl Fn(&str) -> Option<String>,
) -> Result<BucketConfig, ConfigError> {
    for (name, right) in MISNAMED {
        if variable(name).is_some_and(|value| !value.trim().is_empty()) {
            return Err(hidden(name, &format!("is not read: set {right} instead")));
        }
    }
    if !is_name(&bucket) {
        return Err(settings.error(
            named_by,
            "must hold a bucket's name, 3 to 63 small letters, digits, dots and hyphens",
        ));
    }
    refuse_half_a_key(settings)?;
    let endpoint = match endpoint(settings, "AWS_ENDPOINT_URL_S3")? {
        Some(endpoint) => Some(endpoint),
        None => endpoint(settings, "AWS_ENDPOINT_URL")?,
    };
    let mut options = set(settings, &KEYS);
    if options.is_empty() {
        options = set(settings, &ROLE);
    }
    let region = region(settings, endpoint.is_some())?;
    options.push(("aws_region", Hidden(region)));
    options.extend(encryption(settings)?);
    let in_path = is_in_path(settings, endpoint.is_some() || bucket.contains('.'))?;
    let by_host = (!in_path).to_string();
    options.push(("aws_virtual_hosted_style_request", Hidden(by_host)));
    Ok(BucketConfig {
        provider: Provider::S3,
        bucket,
        prefix,
        endpoint,
        options,
    })
}

/// Refuses what would be of use only with a bucket.
pub(super) fn refuse_without_bucket(settings: &Settings) -> Result<(), ConfigError> {
    OF_A_BUCKET.iter().try_for_each(|name| {
        let reason = "is of no use without AWS_S3_BUCKET or OBJECT_STORE_URL=s3://…";
        refuse(settings, name, reason)
    })
}

fn is_name(bucket: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    (3..=63).contains(&bucket.len())
        && bucket.chars().all(is_allowed)
        && ends_well(bucket.chars().next())
        && ends_well(bucket.chars().next_back())
}

fn refuse_half_a_key(settings: &Settings) -> Result<(), ConfigError> {
    let is_set = |name: &str| !settings.text(name).is_empty();
    for (name, other) in [
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        ("AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"),
    ] {
        if is_set(name) && !is_set(other) {
            return Err(hidden(name, &format!("is of no use without {other}")));
        }
    }
    Ok(())
}

fn region(settings: &Settings, is_elsewhere: bool) -> Result<String, ConfigError> {
    let named = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| settings.text(name));
    let region = named.into_iter().find(|region| !region.is_empty());
    let is_name = |region: &str| {
        region
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    match region {
        Some(region) if is_name(&region) => Ok(region),
        Some(_) => Err(settings.error("AWS_REGION", "must be a region such as eu-central-1")),
        None if is_elsewhere => Ok(ANY_REGION.into()),
        None => Err(settings.error(
            "AWS_REGION",
            "must be the bucket's region, such as eu-central-1; for a server that is not AWS', set \
             AWS_ENDPOINT_URL_S3",
        )),
    }
}

/// Whether the bucket's name stands in the path, not in the host's name.
fn is_in_path(settings: &Settings, otherwise: bool) -> Result<bool, ConfigError> {
    match settings.text("AWS_S3_ADDRESSING_STYLE").as_str() {
        "" | "auto" => Ok(otherwise),
        "path" => Ok(true),
        "virtual" => Ok(false),
        _ => Err(settings.error("AWS_S3_ADDRESSING_STYLE", "must be auto, path or virtual")),
    }
}

fn encryption(settings: &Settings) -> Result<Vec<(&'static str, Hidden)>, ConfigError> {
    let kind = settings.text("AWS_SERVER_SIDE_ENCRYPTION");
    let by_kms = match kind.as_str() {
        "" | "AES256" => false,
        "aws:kms" | "aws:kms:dsse" => true,
        _ => {
            return Err(settings.error(
                "AWS_SERVER_SIDE_ENCRYPTION",
                "must be AES256, aws:kms or aws:kms:dsse, or not set for the bucket's own rule",
            ));
        }
    };
    if !by_kms {
        let reason = "is of no use without AWS_SERVER_SIDE_ENCRYPTION=aws:kms";
        refuse(settings, "AWS_SSE_KMS_KEY_ID", reason)?;
    }
    Ok(set(
        settings,
        &[
            ("AWS_SERVER_SIDE_ENCRYPTION", "aws_server_side_encryption"),
            ("AWS_SSE_KMS_KEY_ID", "aws_sse_kms_key_id"),
        ],
    ))
}
