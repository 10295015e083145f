//! From the upload to the last deletion, with nothing on disk that processes share.

use std::path::Path;

use reqwest::{Method, StatusCode};
use ultudy_testkit::{database::Database, s3::S3, wait};

use super::{World, answer, server};
use crate::{
    api::{Api, PASSWORD, PATIENCE, Shown, address, send, session_cookie, text},
    pdf,
    transfer::{said, ultudy},
};

/// Every file below a folder of this process' own.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

#[tokio::test]
async fn an_api_and_a_worker_share_a_bucket_and_nothing_else_of_files() {
    let world = World::start();
    let api = world.process(&["api"], &[]).await;
    let worker = world.process(&["worker"], &[]).await;
    let course_id = api.course("Biology").await;
    let file = pdf::illustrated();
    let document_id = api.document(file.clone(), &course_id).await;
    world.has(2).await;
    let section = api.sections(&document_id).await.remove(0);
    let lesson = api.lesson(&document_id, Some(&section)).await;
    assert!(lesson["concepts"].is_array(), "{lesson}");

    let path = format!("/api/documents/{document_id}/file");
    let whole = api
        .request(Method::GET, &path)
        .send()
        .await
        .expect("an answer");
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(whole.bytes().await.expect("all of it"), file);
    let (status, _, part) = answer(&api, &path, Some("bytes=1-4")).await;
    assert_eq!(
        (status, part.as_str()),
        (StatusCode::PARTIAL_CONTENT, "PDF-")
    );
    let figure = format!("/api/documents/{document_id}/figures/1");
    let figure = send(api.request(Method::GET, &figure)).await;
    assert_eq!(figure.status, StatusCode::OK);

    for process in [&api, &worker] {
        let kept = files(&process.server.data_dir());
        assert!(kept.is_empty(), "on the process' own disk: {kept:?}");
    }
    let again = api.document(file, &course_id).await;
    world.has(2).await;
    api.delete(&format!("/api/documents/{document_id}")).await;
    let other = answer(&api, &format!("/api/documents/{again}/file"), None).await;
    assert_eq!(other.0, StatusCode::OK, "the other document has it still");
    api.delete(&format!("/api/documents/{again}")).await;
    world.has(0).await;
}

/// Listing a bucket costs by its files: one of the workers does it for all, and another when that ends.
#[tokio::test]
async fn one_worker_looks_through_the_bucket_for_all() {
    let world = World::start();
    let lists = || {
        let asked = world.s3.asked();
        let lists = asked.iter().filter(|asked| {
            let query = asked.uri.query().unwrap_or_default();
            query.contains("list-type=2")
        });
        lists.count()
    };
    let listed = async |times: usize| {
        let reached = wait::until("it is listed", PATIENCE, async || lists() == times).await;
        assert!(reached.is_ok(), "{} times, not {times}", lists());
    };
    let workers = async |number: &str| {
        let there = async || {
            let rows = world.ground.database.sql("SELECT count(*) FROM workers");
            rows.expect("a number").trim() == number
        };
        let reached = wait::until("so many workers are there", PATIENCE, there);
        reached.await.expect("they are");
    };
    let api = world.process(&["api"], &[]).await;
    let mut first = world.process(&["worker"], &[]).await;
    // Each tries at its start whether it may.
    listed(3).await;
    let _second = world.process(&["worker"], &[]).await;
    workers("2").await;
    let course_id = api.course("Biology").await;
    api.document(pdf::biology(), &course_id).await;
    assert_eq!(lists(), 4, "the second looked, too");
    first.server.terminate().await.expect("it stops");
    workers("1").await;
    listed(5).await;
}

#[tokio::test]
async fn a_large_upload_goes_through_in_parts() {
    let s3 = S3::start().expect("an object store");
    let api = server(&s3, &[]).await;
    let course_id = api.course("Biology").await;
    // What follows the end of a file is no matter to those who read it.
    let mut file = pdf::biology();
    let end = file.len();
    file.resize(17 << 20, b' ');
    file.extend_from_slice(&pdf::biology()[end - 200..]);
    let size = file.len();
    let accepted = api.upload(file.clone(), &[("course_id", &course_id)]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    let document_id = text(&accepted.body["document_id"]);
    let parts = s3
        .asked()
        .iter()
        .filter(|asked| {
            let query = asked.uri.query().unwrap_or_default();
            query.contains("partNumber")
        })
        .count();
    assert_eq!(parts, 4);
    api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(s3.unfinished(), 0);
    let path = format!("/api/documents/{document_id}/file");
    let range = format!("bytes={}-{}", size - 6, size - 1);
    let (status, _, end) = answer(&api, &path, Some(&range)).await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(end.as_bytes(), &file[size - 6..]);
}

#[tokio::test]
async fn files_are_carried_from_a_laptop_to_a_bucket_and_back() {
    let mut api = Api::start(
        &[("DATABASE_URL", ""), ("AUTH_MODE", "accounts")],
        Some("ada"),
    )
    .await;
    api.sign_up("ada").await;
    let knocked = serde_json::json!({"email": address("ada"), "password": PASSWORD});
    let signed_in = api.knock("/api/auth/sign-in", &knocked).await;
    let cookie = session_cookie(&signed_in).expect("a cookie");
    let course_id = api.course("Biology").await;
    let file = pdf::illustrated();
    let document_id = api.document(file.clone(), &course_id).await;
    api.server.terminate().await.expect("it stops");

    let program: &Path = env!("CARGO_BIN_EXE_ultudy").as_ref();
    let database = Database::new(program).expect("a migrated database");
    let (url, s3) = (database.url(), S3::start().expect("an object store"));
    let of_bucket = s3.settings();
    let mut settings = vec![("DATABASE_URL", url.as_str())];
    settings.extend(
        of_bucket
            .iter()
            .map(|(name, value)| (*name, value.as_str())),
    );
    let run = |arguments: &[&str], data_dir: &Path| {
        let output = ultudy(arguments, data_dir, &settings).output();
        said(&output.expect("it runs"))
    };
    let report = run(&["transfer", "--to"], &api.server.data_dir());
    assert!(report.contains("Files: 2 copied, 0 were there"), "{report}");
    assert_eq!(s3.keys().len(), 2);

    settings.push(("AUTH_MODE", "accounts"));
    let mut on_server = Api::start(&settings, Some("ada")).await;
    on_server.shows("ada", Shown::Cookie(cookie));
    let path = format!("/api/documents/{document_id}/file");
    let read = on_server.request(Method::GET, &path).send().await;
    let read = read.expect("an answer").bytes().await.expect("all of it");
    assert_eq!(read, file);
    on_server.server.terminate().await.expect("it stops");

    settings.pop();
    let run = |arguments: &[&str], data_dir: &Path| {
        let output = ultudy(arguments, data_dir, &settings).output();
        said(&output.expect("it runs"))
    };
    let laptop = tempfile::tempdir().expect("a folder");
    let report = run(&["transfer", "--from"], laptop.path());
    assert!(report.contains("Files: 2 copied"), "{report}");
    assert_eq!(files(&laptop.path().join("objects")).len(), 2);
}
