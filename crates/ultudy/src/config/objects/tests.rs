use super::*;
use crate::config::tests::read;

const BUCKET: (&str, &str) = ("AWS_S3_BUCKET", "ultudy-files");
const REGION: (&str, &str) = ("AWS_REGION", "eu-central-1");
const KEY: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
const SECRET: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "a-secret");

type Set<'a> = &'a [(&'a str, &'a str)];

fn bucket(set: Set<'_>) -> BucketConfig {
    match read(set).unwrap().objects {
        ObjectsConfig::Bucket(bucket) => bucket,
        ObjectsConfig::Folder(folder) => unreachable!("a folder: {}", folder.display()),
    }
}

fn option(bucket: &BucketConfig, key: &str) -> Option<String> {
    let found = bucket.options.iter().find(|(name, _)| *name == key);
    found.map(|(_, value)| value.0.clone())
}

fn refusal(set: Set<'_>) -> String {
    read(set).unwrap_err().to_string()
}

#[test]
fn without_a_setting_it_is_a_folder_of_the_data_folder() {
    let objects = read(&[("DATA_DIR", "/srv/ultudy")]).unwrap().objects;
    assert!(
        matches!(&objects, ObjectsConfig::Folder(folder) if folder == Path::new("/srv/ultudy/objects")),
        "{objects:?}"
    );
}

#[test]
fn a_bucket_of_aws_is_reached_by_its_own_host() {
    let bucket = bucket(&[BUCKET, REGION, KEY, SECRET]);
    assert_eq!(
        (bucket.provider, bucket.bucket.as_str(), &bucket.endpoint),
        (Provider::S3, "ultudy-files", &None)
    );
    let of = |key| option(&bucket, key);
    assert_eq!(of("aws_region").as_deref(), Some("eu-central-1"));
    assert_eq!(of("aws_access_key_id").as_deref(), Some("AKIAEXAMPLE"));
    assert_eq!(of("aws_secret_access_key").as_deref(), Some("a-secret"));
    assert_eq!(
        of("aws_virtual_hosted_style_request").as_deref(),
        Some("true")
    );
}

#[test]
fn a_server_that_is_not_aws_needs_no_region_and_has_the_bucket_in_the_path() {
    let endpoint = ("AWS_ENDPOINT_URL", "http://minio:9000");
    let plain = bucket(&[BUCKET, endpoint]);
    let of = |key| option(&plain, key);
    assert_eq!(of("aws_region").as_deref(), Some("us-east-1"));
    assert_eq!(
        of("aws_virtual_hosted_style_request").as_deref(),
        Some("false")
    );
    let by_host = ("AWS_S3_ADDRESSING_STYLE", "virtual");
    let own = ("AWS_ENDPOINT_URL_S3", "https://s3.example.org");
    let other = bucket(&[BUCKET, endpoint, own, by_host]);
    assert_eq!(
        option(&other, "aws_virtual_hosted_style_request").as_deref(),
        Some("true")
    );
    let host = other
        .endpoint
        .and_then(|url| url.host_str().map(str::to_owned));
    assert_eq!(host.as_deref(), Some("s3.example.org"));
}

#[test]
fn a_url_names_provider_bucket_and_prefix() {
    let place = |url| {
        let account = ("AZURE_STORAGE_ACCOUNT", "account");
        let of = bucket(&[("OBJECT_STORE_URL", url), REGION, account]);
        (of.provider, of.bucket, of.prefix)
    };
    let s3 = place("s3://ultudy-files/staging/a/");
    assert_eq!(
        s3,
        (Provider::S3, "ultudy-files".into(), "staging/a".into())
    );
    let gcs = place("gs://files");
    assert_eq!(gcs, (Provider::Gcs, "files".into(), String::new()));
    let azure = place("az://files/b");
    assert_eq!(azure, (Provider::Azure, "files".into(), "b".into()));
}

#[test]
fn keys_in_settings_come_before_the_role_of_the_place() {
    let role = ("AWS_ROLE_ARN", "arn:aws:iam::1:role/r");
    let token = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/run/token");
    let by_role = bucket(&[BUCKET, REGION, role, token]);
    assert_eq!(option(&by_role, "aws_role_arn").as_deref(), Some(role.1));
    let by_key = bucket(&[BUCKET, REGION, role, token, KEY, SECRET]);
    assert_eq!(option(&by_key, "aws_role_arn"), None);
}

#[test]
fn encryption_by_a_key_of_ones_own_names_it() {
    let kms = ("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms");
    let own = ("AWS_SSE_KMS_KEY_ID", "arn:aws:kms:eu-central-1:1:key/k");
    let bucket = bucket(&[BUCKET, REGION, kms, own]);
    assert_eq!(
        option(&bucket, "aws_server_side_encryption").as_deref(),
        Some("aws:kms")
    );
    assert_eq!(
        option(&bucket, "aws_sse_kms_key_id").as_deref(),
        Some(own.1)
    );
}

#[test]
fn what_contradicts_itself_is_refused_with_its_name_and_the_remedy() {
    let gs = ("OBJECT_STORE_URL", "gs://files");
    let az = ("OBJECT_STORE_URL", "az://files");
    let account = ("AZURE_STORAGE_ACCOUNT", "account");
    let azure_key = ("AZURE_STORAGE_KEY", "a-secret");
    let cases: [(Set<'_>, &str, &str); 21] = [
        (&[BUCKET], "AWS_REGION", "AWS_ENDPOINT_URL_S3"),
        (
            &[BUCKET, ("AWS_REGION", "eu central")],
            "AWS_REGION",
            "eu-central-1",
        ),
        (
            &[("AWS_S3_BUCKET", "s3://files"), REGION],
            "AWS_S3_BUCKET",
            "name",
        ),
        (
            &[("AWS_S3_BUCKET", "Files"), REGION],
            "AWS_S3_BUCKET",
            "small letters",
        ),
        (&[BUCKET, REGION, gs], "AWS_S3_BUCKET", "OBJECT_STORE_URL"),
        (
            &[BUCKET, REGION, KEY],
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
        ),
        (
            &[BUCKET, REGION, SECRET],
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
        ),
        (
            &[BUCKET, REGION, ("AWS_SESSION_TOKEN", "a-secret")],
            "AWS_SESSION_TOKEN",
            "AWS_ACCESS_KEY_ID",
        ),
        (
            &[BUCKET, ("AWS_ENDPOINT_URL", "minio:9000")],
            "AWS_ENDPOINT_URL",
            "https://",
        ),
        (
            &[BUCKET, ("AWS_ENDPOINT_URL_S3", "http://me:a-secret@minio")],
            "AWS_ENDPOINT_URL_S3",
            "password",
        ),
        (
            &[BUCKET, REGION, ("AWS_S3_ADDRESSING_STYLE", "host")],
            "AWS_S3_ADDRESSING_STYLE",
            "virtual",
        ),
        (
            &[BUCKET, REGION, ("AWS_SERVER_SIDE_ENCRYPTION", "yes")],
            "AWS_SERVER_SIDE_ENCRYPTION",
            "AES256",
        ),
        (
            &[BUCKET, REGION, ("AWS_SSE_KMS_KEY_ID", "k")],
            "AWS_SSE_KMS_KEY_ID",
            "aws:kms",
        ),
        (
            &[("AWS_SSE_KMS_KEY_ID", "k")],
            "AWS_SSE_KMS_KEY_ID",
            "AWS_S3_BUCKET",
        ),
        (
            &[BUCKET, REGION, ("AWS_S3_ENDPOINT", "a")],
            "AWS_S3_ENDPOINT",
            "AWS_ENDPOINT_URL_S3",
        ),
        (
            &[("OBJECT_STORE_URL", "s3://")],
            "OBJECT_STORE_URL",
            "s3://bucket",
        ),
        (
            &[("OBJECT_STORE_URL", "s3://key:a-secret@files"), REGION],
            "OBJECT_STORE_URL",
            "settings of their own",
        ),
        (&[az], "AZURE_STORAGE_ACCOUNT", "empty"),
        (
            &[
                az,
                account,
                azure_key,
                ("AZURE_STORAGE_SAS_TOKEN", "a-secret"),
            ],
            "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_STORAGE_KEY",
        ),
        (
            &[az, account, ("AZURE_CLIENT_SECRET", "a-secret")],
            "AZURE_CLIENT_ID",
            "empty",
        ),
        (
            &[
                gs,
                ("GOOGLE_APPLICATION_CREDENTIALS", "/key.json"),
                ("GOOGLE_SERVICE_ACCOUNT_KEY", "a-secret"),
            ],
            "GOOGLE_SERVICE_ACCOUNT_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
    ];
    for (set, name, remedy) in cases {
        let said = refusal(set);
        assert!(
            said.starts_with(&format!("{name}=")) && said.contains(remedy),
            "{set:?}: {said}"
        );
        assert!(!said.contains("a-secret"), "{said}");
    }
}

#[test]
fn settings_show_no_secret() {
    let config = read(&[BUCKET, REGION, KEY, SECRET]).unwrap();
    assert!(!format!("{config:?}").contains("a-secret"));
}
