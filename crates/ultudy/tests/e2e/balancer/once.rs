//! What must not be done twice is not sent to a second server once the first has seen it, whatever its
//! method; where no server has seen it, it is.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use reqwest::{Client, Method, StatusCode};
use tokio::{io::AsyncReadExt as _, net::TcpListener};
use ultudy_testkit::{nginx::Nginx, ports};

use super::port;
use crate::api::Api;

const CALLBACK: &str = "/api/auth/oidc/callback?code=4711&state=s";

/// A server that dies over each request; its port, and how many it has seen.
async fn dies() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let seen = Arc::new(AtomicUsize::new(0));
    let of_server = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let read = connection.read(&mut head).await;
            if read.is_ok_and(|bytes| bytes > 0) {
                of_server.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (port, seen)
}

#[tokio::test]
async fn what_a_server_dies_over_is_sent_again_only_if_it_may_be_done_twice() {
    for (method, path, servers, status) in [
        (
            Method::GET,
            "/api/courses",
            2,
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (
            Method::HEAD,
            "/api/courses",
            2,
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (Method::POST, "/api/courses", 1, StatusCode::BAD_GATEWAY),
        (Method::PATCH, "/api/courses/1", 1, StatusCode::BAD_GATEWAY),
        (Method::PUT, "/api/courses/1", 1, StatusCode::BAD_GATEWAY),
        (Method::DELETE, "/api/courses/1", 1, StatusCode::BAD_GATEWAY),
        (Method::GET, CALLBACK, 1, StatusCode::BAD_GATEWAY),
    ] {
        let ((one, seen_by_one), (other, seen_by_other)) = (dies().await, dies().await);
        let nginx = Nginx::start(&[one, other]).expect("nginx starts");
        let request = Client::new().request(method.clone(), format!("{}{path}", nginx.base_url()));
        let answer = request.send().await.expect("an answer");
        let what = format!("{method} {path}");
        assert_eq!(answer.status(), status, "{what}");
        assert_eq!(answer.headers()["retry-after"], "5", "{what}");
        let seen = [seen_by_one, seen_by_other].map(|seen| seen.load(Ordering::SeqCst));
        assert_eq!(seen.iter().sum::<usize>(), servers, "{what}: {seen:?}");
        let body = answer.text().await.expect("text");
        // The page of somebody who signs in does not ask for the same again by itself.
        if path == CALLBACK {
            assert!(
                body.contains("sign in again") && !body.contains("refresh"),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn what_no_server_has_seen_is_sent_to_the_one_that_is_there() {
    let mut api = Api::local().await;
    let mut courses = Vec::new();
    for number in 0..6 {
        courses.push(api.course(&format!("course {number}")).await);
    }
    let away = ports::free_port().expect("a port");
    let nginx = Nginx::start(&[away, port(&api)]).expect("nginx starts");
    api.ask_at(nginx.base_url());
    for course in courses {
        let deleted = api.delete(&format!("/api/courses/{course}")).await;
        assert!(deleted.status.is_success(), "{deleted:?}");
        // There is no provider here, which the program says.
        let called_back = api.get(CALLBACK).await;
        assert_eq!(called_back.status, StatusCode::NOT_FOUND, "{called_back:?}");
    }
    let refused = nginx.error_log();
    assert!(refused.contains("Connection refused"), "{refused}");
}
