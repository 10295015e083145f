//! Files that crawl in on as many connections as anybody opens.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Duration};

use futures_util::future::join_all;
use reqwest::{Client, Method, StatusCode, multipart};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};
use ultudy_app::blobs::arrival::PART_BYTES;
use ultudy_testkit::{nginx::Nginx, wait};

use crate::{
    api::{Api, PATIENCE, text},
    balancer::{before, port},
    metrics::{number, scrape},
    pdf,
};

/// What a crawler says that its form is long.
const ANNOUNCED: usize = 150 << 20;
const TWO_GB: usize = 2 << 30;
const ONE_USER: &str = "local";
/// How many of one user's arrive at once unless a setting says otherwise.
const OF_ONE: usize = 16;

/// Begins to send a file, of which so many bytes arrive at once.
async fn begin(port: u16, user: &str, announced: usize, sent: usize) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("in");
    let head = format!(
        "POST /api/upload/pdf-structured HTTP/1.1\r\nHost: localhost\r\nX-User-Id: {user}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {announced}\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n"
    );
    let begun = [head.as_bytes(), &vec![b' '; sent]].concat();
    // One that is refused meanwhile has its answer.
    let _ = stream.write_all(&begun).await;
    stream
}

/// Goes on at two bytes a second; the status that it is told in the end, none where it is just cut off.
fn crawl(mut stream: TcpStream) -> JoinHandle<Option<String>> {
    tokio::spawn(async move {
        let mut answer = [0; 64];
        loop {
            tokio::select! {
                read = stream.read(&mut answer) => {
                    let read = read.unwrap_or_default();
                    let head = String::from_utf8_lossy(&answer[..read]).into_owned();
                    return head.split(' ').nth(1).map(str::to_owned);
                }
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
            // The answer may be there all the same.
            let _ = stream.write_all(b" ").await;
        }
    })
}

async fn ends(crawlers: Vec<JoinHandle<Option<String>>>) -> Vec<Option<String>> {
    let told = tokio::time::timeout(PATIENCE, join_all(crawlers)).await;
    let told = told.expect("some still hold their connections");
    told.into_iter()
        .map(|told| told.expect("no panic"))
        .collect()
}

/// What a process holds: bytes of memory, and open files.
fn held(pid: u32) -> (usize, usize) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    let files = fs::read_dir(format!("/proc/{pid}/fd")).expect("it runs");
    (kib.expect("a number") << 10, files.count())
}

async fn are_under_way(api: &Api, files: usize) {
    let reached = wait::until("so many files are arriving", PATIENCE, async || {
        let now = number(&scrape(api).await, "ultudy_uploads_under_way");
        now.is_some_and(|now| (now - files as f64).abs() < 0.5)
    });
    reached.await.expect("they are");
}

/// A document with a lesson; where the lesson is read.
async fn lesson(api: &Api) -> String {
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    api.lesson(&document_id, Some(&section)).await;
    format!("/api/lessons?section_id={section}")
}

async fn upload_as(api: &Api, user: &str) -> (StatusCode, Option<String>, String) {
    let part = multipart::Part::bytes(pdf::biology()).file_name("notes.pdf");
    let form = multipart::Form::new().part("file", part);
    let request = api.request_as(Some(user), Method::POST, "/api/upload/pdf-structured");
    let answer = request.multipart(form).send().await.expect("an answer");
    let wait = answer.headers().get("retry-after");
    let wait = wait.map(|wait| wait.to_str().expect("text").to_owned());
    (answer.status(), wait, answer.text().await.expect("text"))
}

/// Each holds all that one of them can: what is short of a part by a little.
#[tokio::test]
async fn so_many_arrive_at_once_in_so_much_memory_and_others_study() {
    let at_once = [
        ("AUTH_MODE", "dev"),
        ("UPLOADS_AT_ONCE", "48"),
        ("USER_UPLOADS_AT_ONCE", "12"),
    ];
    let (most, of_one) = (48, 12);
    let api = Api::start(&at_once, Some("ada")).await;
    let lesson = lesson(&api).await;
    let before = held(api.server.id());
    let mut crawlers = Vec::new();
    for number in 0..most {
        let user = format!("crawler-{}", number / of_one);
        let sent = PART_BYTES - (64 << 10);
        crawlers.push(crawl(begin(port(&api), &user, ANNOUNCED, sent).await));
    }
    are_under_way(&api, most).await;

    let (status, wait, said) = upload_as(&api, "crawler-0").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{said}");
    assert!(
        wait.is_some() && said.contains("12 of your files are arriving"),
        "{said}"
    );
    let (status, wait, said) = upload_as(&api, "eve").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    assert!(
        wait.is_some() && said.contains("Many files are arriving"),
        "{said}"
    );
    let giant = crawl(begin(port(&api), "eve", TWO_GB, 0).await);
    for _ in 0..20 {
        assert_eq!(api.get(&lesson).await.status, StatusCode::OK);
    }
    let now = held(api.server.id());
    let (memory, files) = (now.0.saturating_sub(before.0), now.1 - before.1);
    eprintln!(
        "{most} crawling uploads: {} KiB each, {files} files",
        (memory >> 10) / most
    );
    assert!(memory < most * 2 * PART_BYTES, "{memory}");
    assert!(files < most + 32, "{files}");

    assert_eq!(ends(vec![giant]).await, [Some("413".to_owned())]);
    let told = ends(crawlers).await;
    assert!(
        told.iter().all(|told| told.as_deref() == Some("408")),
        "{told:?}"
    );
    are_under_way(&api, 0).await;
    let (status, _, said) = upload_as(&api, "eve").await;
    assert_eq!(status, StatusCode::OK, "{said}");
}

/// More of them than the process may hold connections. What is refused keeps none for long.
#[tokio::test]
async fn where_every_connection_crawls_others_get_in_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let few_files = folder.path().join("ultudy");
    let program = env!("CARGO_BIN_EXE_ultudy");
    let script = format!("#!/bin/sh\nulimit -n 200\nexec '{program}' \"$@\"\n");
    fs::write(&few_files, script).expect("it is written");
    fs::set_permissions(&few_files, fs::Permissions::from_mode(0o755)).expect("it may run");
    let settings = [("AUTH_MODE", "dev")];
    let api = Api::start_program(&few_files, &[], &settings, Some("ada")).await;
    let lesson = lesson(&api).await;
    let mut crawlers = Vec::new();
    for number in 0..300 {
        let user = format!("crawler-{number}");
        crawlers.push(crawl(begin(port(&api), &user, TWO_GB, 0).await));
    }
    // By a connection that is not there yet.
    let request = Client::new().get(format!("{}{lesson}", api.base_url()));
    let request = request.header("x-user-id", "ada").timeout(PATIENCE);
    let answered = request.send().await.expect("somebody else is answered");
    assert_eq!(answered.status(), StatusCode::OK);
    let told = ends(crawlers).await;
    let refused = told.iter().flatten().all(|status| status == "413");
    assert!(refused && told.iter().flatten().count() > 200, "{told:?}");
    assert_eq!(api.get(&lesson).await.status, StatusCode::OK);
}

#[tokio::test]
async fn behind_nginx_an_address_has_few_uploads_at_once_and_crawlers_are_given_up() {
    let mut api = Api::local().await;
    let lesson = lesson(&api).await;
    let nginx: Nginx = before(&[&api]);
    let mut crawlers = Vec::new();
    for _ in 0..100 {
        crawlers.push(crawl(begin(nginx.port(), ONE_USER, ANNOUNCED, 0).await));
    }
    are_under_way(&api, OF_ONE).await;
    let direct = api.server.base_url().to_owned();
    api.ask_at(nginx.base_url());
    for _ in 0..20 {
        assert_eq!(api.get(&lesson).await.status, StatusCode::OK);
    }
    let told = ends(crawlers).await;
    let of = |status: &str| {
        let told = told.iter().filter(|told| told.as_deref() == Some(status));
        told.count()
    };
    assert_eq!(of("408"), OF_ONE, "{told:?}");
    assert_eq!(of("429"), 100 - OF_ONE, "{told:?}");
    api.ask_at(direct);
    are_under_way(&api, 0).await;
    let again = api.upload(pdf::biology(), &[]).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(
        api.ended(&text(&again.body["job_id"])).await["status"],
        "completed"
    );
}
