//! A bucket that fails while students study: what they see, and what the operator does.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use reqwest::{Method, StatusCode};
use serde_json::json;
use ultudy_testkit::{
    chaos::{Chaos, Fault as Way},
    s3::{Asked, Fault, S3},
    wait,
};

use super::{answer, server};
use crate::{
    api::{Api, PATIENCE, text},
    metrics::{number, scrape},
    pdf,
};

/// A document, and where its file is read.
async fn document(api: &Api) -> (String, String) {
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let path = format!("/api/documents/{document_id}/file");
    (document_id, path)
}

fn is_file(asked: &Asked) -> bool {
    asked.uri.path().contains("/blobs/")
}

async fn counted(api: &Api, operation: &str, outcome: &str) -> f64 {
    let name = format!(
        "ultudy_storage_request_duration_seconds_count{{operation=\"{operation}\",outcome=\"{outcome}\"}}"
    );
    number(&scrape(api).await, &name).unwrap_or_default()
}

/// The student is told to come back, the operator by a number, a line and the health answer; the rest
/// of the study goes on.
#[tokio::test]
async fn while_the_bucket_fails_files_are_a_503_and_lessons_go_on() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let (document_id, path) = document(&api).await;
    let section = api.sections(&document_id).await.remove(0);
    for (fault, outcome, code) in [
        (Fault::INTERNAL_ERROR, "away", "InternalError"),
        (Fault::ACCESS_DENIED, "refused", "AccessDenied"),
        (Fault::NO_SUCH_BUCKET, "refused", "NoSuchBucket"),
    ] {
        let before = counted(&api, "read", outcome).await;
        s3.fails(fault, None, |_| true);
        let (status, wait, said) = answer(&api, &path, None).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
        assert_eq!(wait.as_deref(), Some("5"));
        assert!(said.contains("Please try again in a moment"), "{said}");
        assert!(!said.contains(code), "not the student's concern: {said}");
        assert!(counted(&api, "read", outcome).await >= before + 1.0);
        api.server.logged(code).await;
        let refused = api.upload(pdf::illustrated(), &[]).await;
        assert_eq!(
            refused.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{refused:?}"
        );
        let lesson = api.lesson(&document_id, Some(&section)).await;
        assert!(lesson["concepts"].is_array(), "{lesson}");
        let (_, _, health) = answer(&api, "/api/health/ready", None).await;
        assert!(
            health.contains(r#""name":"storage","ok":false"#),
            "{health}"
        );
        s3.recovers();
        assert_eq!(answer(&api, &path, None).await.0, StatusCode::OK);
        assert_eq!(s3.keys().len(), 1, "nothing of the refused upload");
    }
}

#[tokio::test]
async fn a_bucket_that_says_nothing_is_not_waited_for_without_end() {
    let s3 = S3::start().expect("an object store");
    let way = Chaos::start(s3.port()).expect("a proxy");
    let of_bucket = s3.settings_by(way.port());
    let settings: Vec<_> = of_bucket
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let api = Api::start(&settings, None).await;
    let (_, path) = document(&api).await;
    for fault in [Way::HalfOpen, Way::Cut] {
        way.set(fault);
        let (status, wait, said) = answer(&api, &path, None).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{fault:?} {said}");
        assert!(wait.is_some());
        way.set(Way::None);
        let back = wait::until("it is read again", PATIENCE, async || {
            answer(&api, &path, None).await.0 == StatusCode::OK
        });
        back.await.expect("it comes back");
    }
}

/// Under its retries a job outlives what lasts seconds; nobody is told to do anything.
#[tokio::test]
async fn a_document_is_read_though_the_bucket_fails_for_a_while() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let course_id = api.course("Biology").await;
    s3.fails(Fault::SLOW_DOWN, Some(2), |asked| {
        is_file(asked) && asked.method == Method::PUT
    });
    s3.fails(Fault::INTERNAL_ERROR, Some(4), |asked| {
        is_file(asked) && asked.method == Method::GET
    });
    let accepted = api
        .upload(pdf::illustrated(), &[("course_id", &course_id)])
        .await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["attempt"], 0, "{job}");
    assert_eq!(s3.keys().len(), 2);
}

/// F14: the row is there, its file is not.
#[tokio::test]
async fn a_file_that_is_gone_is_told_so_and_counted() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let (document_id, path) = document(&api).await;
    let section = api.sections(&document_id).await.remove(0);
    let key = s3.keys().remove(0);
    std::fs::remove_file(s3.file(&key)).expect("it is there");
    let (status, wait, said) = answer(&api, &path, None).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{said}");
    assert_eq!(wait, None, "waiting does not help");
    assert!(said.contains("urn:ultudy:file_lost"), "{said}");
    assert!(
        said.contains("The file itself is no longer there."),
        "{said}"
    );
    assert!((counted(&api, "read", "missing").await - 1.0).abs() < f64::EPSILON);
    let log = api.server.logged("not in the object store").await;
    assert!(log.contains(&key), "the operator learns which: {log}");
    let lesson = api.lesson(&document_id, Some(&section)).await;
    assert!(
        lesson["concepts"].is_array(),
        "what was made of it stays: {lesson}"
    );
    let deleted = api.delete(&format!("/api/documents/{document_id}")).await;
    assert_eq!(deleted.status, StatusCode::OK);
}

/// The same before the worker has read it: the job fails at its first attempt, with the reason.
#[tokio::test]
async fn a_job_whose_file_is_gone_says_so_and_goes_on_when_it_is_back() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let is_worker = std::sync::atomic::AtomicUsize::new(0);
    // The first read is the look at it before it is accepted.
    s3.fails(
        Fault::Refused(404, "NoSuchKey", "The specified key does not exist."),
        None,
        move |asked| {
            let is_read = is_file(asked) && asked.method == Method::GET;
            is_read && is_worker.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0
        },
    );
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(
        (&job["status"], &job["attempt"]),
        (&"failed".into(), &3.into()),
        "{job}"
    );
    assert_eq!(job["code"], "file_lost", "{job}");
    s3.recovers();
    let retry = format!("/api/jobs/{}/retry", text(&job["id"]));
    let again = api.post(&retry, json!({})).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(api.ended(&text(&job["id"])).await["status"], "completed");
}

/// For everybody who has it: contents are stored once.
#[tokio::test]
async fn a_file_that_is_gone_is_brought_back_by_whoever_sends_it_again() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let accepted = api.upload(pdf::biology(), &[]).await;
    assert_eq!(
        api.ended(&text(&accepted.body["job_id"])).await["status"],
        "completed"
    );
    let first = format!(
        "/api/documents/{}/file",
        text(&accepted.body["document_id"])
    );
    for key in s3.keys() {
        std::fs::remove_file(s3.file(&key)).expect("it was there");
    }
    let lost = api.get(&first).await;
    assert_eq!(lost.status, StatusCode::INTERNAL_SERVER_ERROR, "{lost:?}");
    let again = api.upload(pdf::biology(), &[]).await;
    assert_eq!(
        api.ended(&text(&again.body["job_id"])).await["status"],
        "completed"
    );
    let second = format!("/api/documents/{}/file", text(&again.body["document_id"]));
    for path in [first, second] {
        assert_eq!(api.get(&path).await.status, StatusCode::OK, "{path}");
    }
}

/// So are its pictures, which the job makes anew.
#[tokio::test]
async fn pictures_that_are_gone_come_back_with_their_document() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let course_id = api.course("Biology").await;
    let first = api.document(pdf::illustrated(), &course_id).await;
    let keys = s3.keys();
    assert_eq!(keys.len(), 2, "the file and its picture");
    for key in &keys {
        std::fs::remove_file(s3.file(key)).expect("it was there");
    }
    let picture = |id: &str| format!("/api/documents/{id}/figures/1");
    let lost = answer(&api, &picture(&first), None).await;
    assert_eq!(lost.0, StatusCode::INTERNAL_SERVER_ERROR, "{}", lost.2);
    let second = api.document(pdf::illustrated(), &course_id).await;
    for id in [&first, &second] {
        assert_eq!(answer(&api, &picture(id), None).await.0, StatusCode::OK);
        let file = format!("/api/documents/{id}/file");
        assert_eq!(answer(&api, &file, None).await.0, StatusCode::OK);
    }
    assert_eq!(s3.keys().len(), 2);
}

/// 5xx for longer than everything is tried again: whoever sends a file is told, and no job fails.
#[tokio::test]
async fn an_outage_that_outlasts_all_retries_costs_no_job() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let reads = std::sync::atomic::AtomicUsize::new(0);
    // The first read is the look at it before it is accepted.
    s3.fails(Fault::INTERNAL_ERROR, None, move |asked| {
        let is_read = is_file(asked) && asked.method == Method::GET;
        is_read && reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0
    });
    let accepted = api.upload(pdf::biology(), &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    s3.fails(Fault::INTERNAL_ERROR, None, |_| true);
    let (log, refused) = tokio::join!(
        api.server.logged("the object store is away: job put back"),
        api.upload(pdf::illustrated(), &[])
    );
    assert!(log.contains("InternalError"), "{log}");
    assert_eq!(
        refused.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{refused:?}"
    );
    assert!(text(&refused.body["error"]).contains("Please try again in a moment"));
    let put_back = "ultudy_storage_jobs_put_back_total{queue=\"upload-processing\"}";
    let scraped = scrape(&api).await;
    assert!(number(&scraped, put_back) >= Some(1.0), "{scraped}");
    let job = format!("/api/jobs/{}", text(&accepted.body["job_id"]));
    let waits = api.get(&job).await.body;
    assert!(
        waits["completed_at"].is_null() && waits["error"].is_null(),
        "{waits}"
    );

    s3.recovers();
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["attempt"], 0, "no try counted: {job}");
    assert_eq!(s3.keys().len(), 1, "nothing of what was refused");
}

/// A clock that goes wrong while the program runs.
#[tokio::test]
async fn a_clock_that_signatures_are_refused_for_is_one_line_that_says_so() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let (_, path) = document(&api).await;
    s3.tolerates(0);
    let (status, wait, said) = answer(&api, &path, None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    assert!(wait.is_some() && !said.contains("Skewed"), "{said}");
    let log = api.server.logged("RequestTimeTooSkewed").await;
    let mut lines = log
        .lines()
        .filter(|line| line.contains("a part is not available"));
    let is_clear = lines.any(|line| line.contains("RequestTimeTooSkewed"));
    assert!(is_clear, "{log}");
    assert!(counted(&api, "read", "refused").await >= 1.0);
    s3.tolerates(900);
    assert_eq!(answer(&api, &path, None).await.0, StatusCode::OK);
}

/// F14: the file is there, its row is not, since the process died in between.
#[tokio::test]
async fn a_file_without_a_row_is_swept_after_a_day() {
    let s3 = S3::start().expect("an object store");
    let mut api = server(&s3, &[]).await;
    document(&api).await;
    let held = s3.keys();
    let [old, young] = [
        "blobs/00000000-0000-7000-8000-000000000001",
        "blobs/00000000-0000-7000-8000-000000000002",
    ];
    for (key, hours) in [(old, 25), (young, 23)] {
        std::fs::write(s3.file(key), "left behind").expect("the bucket is there");
        let file = File::options()
            .write(true)
            .open(s3.file(key))
            .expect("it opens");
        let age = Duration::from_secs(hours * 3_600);
        #[allow(clippy::disallowed_methods, reason = "the store's own clock")]
        file.set_modified(SystemTime::now() - age)
            .expect("it is set");
    }
    api.server.restart().await.expect("it starts again");
    let swept = wait::until("it is swept", PATIENCE, async || {
        !s3.keys().contains(&old.to_owned())
    });
    swept.await.expect("housekeeping does it at the start");
    let mut left = held;
    left.insert(0, young.to_owned());
    assert_eq!(s3.keys(), left);
    let lost = number(&scrape(&api).await, "ultudy_storage_files_lost");
    assert_eq!(lost, Some(0.0));
}
