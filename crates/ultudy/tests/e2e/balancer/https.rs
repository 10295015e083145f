//! nginx by https, as the shipped example has it.

use reqwest::{Certificate as Trusted, Client, StatusCode, redirect::Policy};
use ultudy_testkit::{nginx::Nginx, ports, tls::Certificate};

use super::port;
use crate::{
    accounts::{SIGN_IN, credentials},
    api::{Api, PASSWORD},
};

#[tokio::test]
async fn who_comes_by_https_has_a_cookie_for_that_and_others_are_sent_there() {
    let settings = [
        ("AUTH_MODE", "accounts"),
        ("TRUSTED_PROXIES", "127.0.0.1/32"),
    ];
    let mut api = Api::start(&settings, Some("ada")).await;
    api.sign_up("ada").await;
    let certificate = Certificate::for_localhost().expect("a certificate");
    let plain_port = ports::free_port().expect("a port");
    let nginx = Nginx::start_https(&[port(&api)], &certificate, plain_port);
    let nginx = nginx.expect("it starts");
    let trusted = std::fs::read(certificate.path()).expect("it is there");
    let trusted = Trusted::from_pem(&trusted).expect("it is one");
    let client = Client::builder()
        .add_root_certificate(trusted)
        .redirect(Policy::none())
        .build()
        .expect("a client");

    let base_url = format!("https://localhost:{}", nginx.port());
    let sign_in = client
        .post(format!("{base_url}{SIGN_IN}"))
        .header("origin", &base_url)
        .json(&credentials("ada", PASSWORD));
    let answer = sign_in.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK, "{}", nginx.error_log());
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    assert!(cookie.contains("; Secure"), "{cookie}");
    let strict = &answer.headers()["strict-transport-security"];
    assert_eq!(strict, "max-age=31536000");

    let plain = format!("http://localhost:{plain_port}/courses/1?a=b");
    let moved = client.get(plain).send().await.expect("an answer");
    assert_eq!(moved.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(
        moved.headers()["location"],
        "https://localhost/courses/1?a=b"
    );
}
