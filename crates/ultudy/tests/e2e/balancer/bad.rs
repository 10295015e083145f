//! nginx reaches no server; clients that hold connections and send next to nothing.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};
use ultudy_testkit::{nginx::Nginx, ports};

use super::before;
use crate::api::{Api, PATIENCE};

/// Connections that crawl.
const CRAWLERS: usize = 200;
/// Requests that are answered meanwhile.
const OTHERS: usize = 20;

async fn ask(nginx: &Nginx, method: Method, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Client::new().request(method, format!("{}{path}", nginx.base_url()));
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.text().await.expect("text"))
}

#[tokio::test]
async fn without_any_server_it_says_so_and_when_to_come_back() {
    let nobody = [(); 2].map(|()| ports::free_port().expect("a port"));
    let nginx = Nginx::start(&nobody).expect("nginx starts");
    let (status, headers, page) = ask(&nginx, Method::GET, "/courses/1").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.contains("tries again by itself"), "{page}");
    assert_eq!(headers["retry-after"], "5");

    for (method, path, told) in [
        (Method::GET, "/api/courses", StatusCode::SERVICE_UNAVAILABLE),
        (Method::GET, "/health", StatusCode::SERVICE_UNAVAILABLE),
        (Method::GET, "/api/events", StatusCode::SERVICE_UNAVAILABLE),
        // It is not known whether it was done.
        (Method::POST, "/api/courses", StatusCode::BAD_GATEWAY),
        (
            Method::POST,
            "/api/upload/pdf-structured",
            StatusCode::BAD_GATEWAY,
        ),
    ] {
        let (status, headers, body) = ask(&nginx, method, path).await;
        assert_eq!(status, told, "{path}");
        assert_eq!(headers["retry-after"], "5", "{path}");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert!(headers.contains_key("x-request-id"), "{path}");
        let problem: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(problem["status"], told.as_u16(), "{path}");
        assert!(problem["error"].is_string() && problem["error"] == problem["detail"]);
    }
}

#[tokio::test]
async fn what_is_too_large_or_not_for_everybody_is_refused_in_words() {
    let api = Api::local().await;
    let nginx = before(&[&api]);
    let (status, ..) = ask(&nginx, Method::GET, "/metrics").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let large = vec![b' '; (1 << 20) + 1];
    let request = Client::new().post(format!("{}/api/courses", nginx.base_url()));
    let answer = request.body(large).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    // What nginx lets pass the program refuses in its own words.
    let request = Client::new().post(format!("{}/api/upload/pdf-structured", nginx.base_url()));
    let sent = reqwest::multipart::Part::bytes(b"no PDF".to_vec()).file_name("a.pdf");
    let form = reqwest::multipart::Form::new().part("file", sent);
    let answer = request.multipart(form).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

/// Sends the beginning of a request, then a byte now and then, until it is cut off.
async fn crawl(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("in");
    let begun = stream
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\nX-A: ")
        .await;
    begun.expect("it is listened to");
    let mut answer = [0; 512];
    loop {
        tokio::select! {
            // Told that it took too long, or just cut off.
            _ = stream.read(&mut answer) => return,
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
        if stream.write_all(b"a").await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn crawlers_keep_nobody_out_and_are_cut_off() {
    let mut api = Api::local().await;
    let nginx = before(&[&api]);
    api.ask_at(nginx.base_url());
    let crawlers: Vec<JoinHandle<()>> = (0..CRAWLERS)
        .map(|_| tokio::spawn(crawl(nginx.port())))
        .collect();
    for _ in 0..OTHERS {
        assert_eq!(api.get("/api/courses").await.status, StatusCode::OK);
    }
    let over = tokio::time::timeout(PATIENCE, join_all(crawlers)).await;
    assert!(over.is_ok(), "some still hold their connections");
    // No server was asked for any of them.
    let asked = api.server.log();
    assert!(!asked.contains("status=408") && nginx.access_log().contains("status=408"));
}
