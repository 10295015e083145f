//! A server that is told to stop goes on answering until nobody comes any more.

use std::process::{Command, Output};

use reqwest::{Method, StatusCode};
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
