//! Files and events pass through nginx as they come.

use std::{convert::Infallible, fs};

use futures_util::stream;
use reqwest::{Body, Method, StatusCode, multipart};
use tokio::sync::oneshot;
use ultudy_testkit::wait;

use super::{before, watcher::Watcher};
use crate::{
    api::{Api, PATIENCE, send, text},
    pdf,
};

#[tokio::test]
async fn a_file_arrives_while_it_is_sent_and_events_when_they_happen() {
    let mut api = Api::local().await;
    let nginx = before(&[&api]);
    api.ask_at(nginx.base_url());
    let mut watcher = Watcher::start(api.base_url());

    // More than is gathered before it is written; what follows the end of a file is no matter to those
    // who read it.
    let mut file = pdf::biology();
    let end = file.len();
    file.resize(12 << 20, b' ');
    file.extend_from_slice(&pdf::biology()[end - 200..]);
    let (first, rest) = file.split_at(11 << 20);
    let (first, rest) = (first.to_vec(), rest.to_vec());
    let (go_on, gone_on) = oneshot::channel::<()>();
    let first = stream::once(async move { Ok::<_, Infallible>(first) });
    let rest = stream::once(async move {
        gone_on.await.expect("it goes on");
        Ok(rest)
    });
    let body = Body::wrap_stream(futures_util::StreamExt::chain(first, rest));
    let part = multipart::Part::stream(body).file_name("notes.pdf");
    let form = multipart::Form::new().part("file", part);
    let request = api.request(Method::POST, "/api/upload/pdf-structured");
    let sending = tokio::spawn(send(request.multipart(form)));

    let folder = api.server.data_dir().join("objects/blobs");
    let has_begun = || fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some());
    wait::until("the file begins to arrive", PATIENCE, async || has_begun())
        .await
        .unwrap();
    go_on.send(()).expect("it waits");
    let accepted = sending.await.expect("it is sent");
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");

    // The stream of all events never ends: what was kept back would never come.
    let job_id = text(&accepted.body["job_id"]);
    watcher.is_told(&["event: completed", &job_id]).await;
    let mut stream = String::new();
    let path = format!("/api/jobs/{job_id}/events");
    let events = api.request(Method::GET, &path).send().await;
    let events = events.expect("an answer");
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    stream.push_str(&events.text().await.expect("it ends with the job"));
    assert!(stream.contains("event: completed"), "{stream}");
}

/// The program's own come compressed, whole pages by nginx.
#[tokio::test]
async fn pages_and_their_files_are_compressed() {
    let api = Api::local().await;
    let nginx = before(&[&api]);
    let client = reqwest::Client::new();
    let get = async |path: &str| {
        let request = client.get(format!("{}{path}", nginx.base_url()));
        let request = request.header("accept-encoding", "gzip");
        request.send().await.expect("an answer")
    };
    let page = get("/").await;
    assert_eq!(page.headers()["content-encoding"], "gzip");
    let plain = api.request(Method::GET, "/").send().await.expect("a page");
    let plain = plain.text().await.expect("text");
    let (_, style) = plain.split_once("href=\"/assets/").expect("a style sheet");
    let style = style.split('"').next().expect("an address");
    let style = get(&format!("/assets/{style}")).await;
    assert_eq!(style.headers()["content-encoding"], "gzip");
    assert!(style.headers().contains_key("content-length"), "{style:?}");
    let etag = style.headers()["etag"].to_str().expect("text");
    assert!(etag.ends_with("-gzip\""), "{etag}");
}
