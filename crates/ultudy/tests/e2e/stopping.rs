//! A server that is told to stop goes on answering until nobody comes any more.

use std::process::{Command, Output};

use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use ultudy_testkit::{ports, wait};

use crate::api::{Api, PATIENCE};

/// As a container's health check asks.
fn healthcheck(port: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ultudy"));
    let command = command.arg("healthcheck").env("PORT", port);
    command.output().expect("it runs")
}

#[tokio::test]
async fn it_says_so_and_still_answers_and_a_second_order_ends_it() {
    let port = ports::free_port().expect("a port").to_string();
    let settings = [("DRAIN_DELAY_SECONDS", "3600"), ("PORT", &port)];
    let mut api = Api::start(&settings, None).await;
    assert!(healthcheck(&port).status.success());
    assert!(api.get("/health/ready").await.status == StatusCode::OK);

    api.server.tell_to_stop().expect("it hears");
    wait::until("it says so", PATIENCE, async || {
        api.get("/health/ready").await.status == StatusCode::SERVICE_UNAVAILABLE
    })
    .await
    .unwrap();
    let ready = api.get("/api/health/ready").await;
    assert_eq!(ready.body["parts"][2]["name"], "process", "{ready:?}");
    assert_eq!(api.get("/health/live").await.status, StatusCode::OK);
    api.course("Biology").await;
    let page = api.request(Method::GET, "/").send().await.expect("a page");
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.headers()["connection"], "close");
    let unwell = healthcheck(&port);
    let said = String::from_utf8_lossy(&unwell.stderr).into_owned();
    assert!(!unwell.status.success());
    assert!(
        said.contains("503") && said.contains("is stopping"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");

    api.server.tell_to_stop().expect("it hears");
    api.server.ended().await.expect("it ends");
    let gone = healthcheck(&port);
    let said = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert!(!gone.status.success());
    assert!(said.contains("Connection refused"), "{said}");
}

/// What proxies and browsers hold.
struct Held(TcpStream);

impl Held {
    async fn open(api: &Api) -> Self {
        let address = api.server.base_url().trim_start_matches("http://");
        Self(TcpStream::connect(address).await.expect("it lets in"))
    }

    async fn ask(&mut self) {
        let request = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        self.0.write_all(request).await.expect("it is open");
    }

    /// The answer, of a connection that stays open.
    async fn answer(&mut self) -> String {
        let mut answer = vec![0; 4096];
        let length = self.0.read(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    /// Everything up to the end.
    async fn rest(mut self) -> String {
        let mut answer = String::new();
        let read = self.0.read_to_string(&mut answer).await;
        read.expect("it is not broken off");
        answer
    }
}

/// Whoever holds a connection does not know yet that it is about to be closed.
#[tokio::test]
async fn what_is_asked_by_connections_that_rest_as_it_closes_is_answered() {
    let mut api = Api::start(&[("DRAIN_DELAY_SECONDS", "5")], None).await;
    let (fresh, mut used) = (Held::open(&api).await, Held::open(&api).await);
    used.ask().await;
    let answer = used.answer().await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!answer.contains("connection: close"), "{answer}");

    api.server.tell_to_stop().expect("it hears");
    api.server.closed().await.expect("it closes");
    for mut held in [fresh, used] {
        held.ask().await;
        let answer = held.rest().await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    api.server.ended().await.expect("it ends");
}

/// All of them end as the server closes: a proxy that kept their connections would send the next requests by
/// them, at that very moment.
#[tokio::test]
async fn no_connection_of_a_stream_is_kept() {
    let api = Api::local().await;
    let events = api.request(Method::GET, "/api/events").send().await;
    assert_eq!(events.expect("an answer").headers()["connection"], "close");
}
