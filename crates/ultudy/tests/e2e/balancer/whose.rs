//! Behind nginx the program knows who asks, and calls a request as nginx does.

use futures_util::future::join_all;
use reqwest::{Client, Method, StatusCode};
use ultudy_testkit::wait;

use super::before;
use crate::{
    accounts::{SIGN_IN, credentials},
    api::{Api, PASSWORD, PATIENCE},
};

/// Failed attempts of one address within 15 minutes, after which it has to wait.
const FAILURES: usize = 50;
/// Passwords that are checked at once without anybody being refused.
const AT_ONCE: usize = 10;

fn client_at(address: &str) -> Client {
    let address = address.parse().expect("an address");
    let client = Client::builder().local_address(Some(address)).build();
    client.expect("a client")
}

/// Tries to sign in as somebody unknown, and says that it comes from elsewhere.
async fn knock(client: &Client, base_url: &str, number: usize) -> StatusCode {
    let request = client.post(format!("{base_url}{SIGN_IN}"));
    let forged = format!("198.51.100.{number}");
    let request = request
        .header("origin", base_url)
        .header("x-forwarded-for", forged)
        .json(&credentials(&format!("nobody-{number}"), PASSWORD));
    request.send().await.expect("an answer").status()
}

#[tokio::test]
async fn an_address_is_known_by_nginx_and_not_by_what_it_says_itself() {
    let settings = [
        ("AUTH_MODE", "accounts"),
        ("TRUSTED_PROXIES", "127.0.0.1/32"),
    ];
    let api = Api::start(&settings, None).await;
    let nginx = before(&[&api]);
    let (one, other) = (client_at("127.0.0.9"), client_at("127.0.0.8"));
    let base_url = nginx.base_url();
    for group in (0..FAILURES).collect::<Vec<_>>().chunks(AT_ONCE) {
        let knocks = group.iter().map(|number| knock(&one, &base_url, *number));
        for status in join_all(knocks).await {
            assert_eq!(status, StatusCode::UNAUTHORIZED);
        }
    }
    let again = knock(&one, &base_url, FAILURES).await;
    assert_eq!(again, StatusCode::TOO_MANY_REQUESTS);
    let elsewhere = knock(&other, &base_url, FAILURES + 1).await;
    assert_eq!(elsewhere, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_request_has_one_id_at_nginx_and_at_the_program() {
    let mut api = Api::local().await;
    let nginx = before(&[&api]);
    api.ask_at(nginx.base_url());
    for chosen in [Some("seen-by-support"), None] {
        let mut request = api.request(Method::GET, "/api/courses");
        if let Some(chosen) = chosen {
            request = request.header("x-request-id", chosen);
        }
        let answer = request.send().await.expect("an answer");
        let id = answer.headers()["x-request-id"].to_str().expect("text");
        assert_eq!(chosen.unwrap_or(id), id);
        api.server.logged(id).await;
        wait::until("nginx notes it", PATIENCE, async || {
            nginx.access_log().contains(&format!("id={id} "))
        })
        .await
        .unwrap();
    }
}
