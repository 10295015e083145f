//! What a bucket that cannot be used does to the start.

use std::process::Command;

use reqwest::{Method, StatusCode};
use ultudy_testkit::s3::{ACCESS_KEY, Fault, S3, SECRET_KEY};

use super::{answer, server};

/// The one line that the program ends with under these settings.
fn ends_with(s3: &S3, settings: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_ultudy"))
        .current_dir(folder.path())
        .env_clear()
        .env("PORT", "0")
        .env("LOG", "error")
        .envs(s3.settings())
        .envs(settings.iter().copied())
        .output()
        .expect("it runs");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it started: {error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(!error.contains(SECRET_KEY), "{error}");
    error
}

#[test]
fn a_bucket_that_refuses_ends_the_start_with_one_line_and_the_remedy() {
    let s3 = S3::start().expect("an object store");
    for (setting, said, remedy) in [
        (
            ("AWS_S3_BUCKET", "another-bucket"),
            "NoSuchBucket",
            "make the bucket, or mend AWS_S3_BUCKET",
        ),
        (
            ("AWS_SECRET_ACCESS_KEY", "another"),
            "SignatureDoesNotMatch",
            "mend AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        (
            ("AWS_ACCESS_KEY_ID", "AKIANOBODY"),
            "cannot list files",
            "mend AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        (
            ("AWS_SECRET_ACCESS_KEY", ""),
            "AWS_ACCESS_KEY_ID",
            "is of no use without AWS_SECRET_ACCESS_KEY",
        ),
    ] {
        let line = ends_with(&s3, &[setting]);
        assert!(line.contains(said) && line.contains(remedy), "{line}");
    }
    s3.tolerates(0);
    let line = ends_with(&s3, &[]);
    assert!(line.contains("RequestTimeTooSkewed"), "{line}");
    assert!(line.contains("clock is wrong: set it by NTP"), "{line}");
    s3.tolerates(900);
    for (method, verb) in [
        (Method::PUT, "cannot write: AccessDenied"),
        (Method::DELETE, "cannot delete: AccessDenied"),
    ] {
        s3.fails(Fault::ACCESS_DENIED, None, move |asked| {
            asked.method == method
        });
        let line = ends_with(&s3, &[]);
        assert!(line.contains(verb), "{line}");
        assert!(line.contains("docs/operating.md"), "{line}");
        s3.recovers();
    }
}

/// A provider that is away comes back: what needs no file is answered until then.
#[tokio::test]
async fn a_bucket_that_does_not_answer_is_warned_of_and_used_once_it_does() {
    let s3 = S3::start().expect("an object store");
    s3.fails(Fault::INTERNAL_ERROR, None, |_| true);
    let api = server(&s3, &[]).await;
    let log = api.server.logged("the bucket cannot be used yet").await;
    assert!(log.contains("InternalError"), "{log}");
    assert!(!log.contains(SECRET_KEY), "{log}");
    assert_eq!(api.get("/api/courses").await.status, StatusCode::OK);
    let (status, _, health) = answer(&api, "/api/health/ready", None).await;
    assert_eq!(status, StatusCode::OK, "{health}");
    assert!(
        health.contains(r#""name":"storage","ok":false"#),
        "{health}"
    );
    s3.recovers();
    let (_, _, health) = answer(&api, "/api/health/ready", None).await;
    assert!(health.contains(r#""name":"storage","ok":true"#), "{health}");
    assert!(!health.contains(ACCESS_KEY), "{health}");
}

#[tokio::test]
async fn encryption_is_asked_for_with_every_file() {
    let s3 = S3::start().expect("an object store");
    let key = "arn:aws:kms:eu-central-1:111122223333:key/k";
    let settings = [
        ("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"),
        ("AWS_SSE_KMS_KEY_ID", key),
    ];
    let api = server(&s3, &settings).await;
    let course_id = api.course("Biology").await;
    api.document(crate::pdf::illustrated(), &course_id).await;
    let asked = s3.asked();
    let puts: Vec<_> = asked
        .iter()
        .filter(|asked| asked.method == Method::PUT)
        .collect();
    assert!(
        puts.len() >= 3,
        "the trial, the file and its picture: {puts:?}"
    );
    for put in puts {
        assert_eq!(put.headers["x-amz-server-side-encryption"], "aws:kms");
        assert_eq!(
            put.headers["x-amz-server-side-encryption-aws-kms-key-id"],
            key
        );
    }
}
