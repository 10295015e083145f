//! Who does not come in, and why.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode, redirect::Policy};
use serde_json::json;
use ultudy_testkit::{
    oidc_provider::{OidcProvider, Setup},
    wait,
};
use url::Url;

use super::{Browser, Plan, SECRET, START, World};
use crate::{
    accounts::look_after,
    api::{send, session_cookie},
};

#[tokio::test]
async fn an_answer_that_this_browser_did_not_ask_for_signs_nobody_in() {
    let world = World::new().await;
    let begun = Browser::new();
    let callback = begun.to_callback(&world.url(START), "eve").await;
    // Eve's answer in Ada's browser, which began nothing, or something else.
    let elsewhere = Browser::new();
    elsewhere.get(&world.url(START)).await;
    for browser in [Browser::new(), elsewhere] {
        let answer = browser.get(&callback).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(session_cookie(&answer), None);
        let page = answer.text().await.expect("a page");
        assert!(page.contains("It was not begun in this browser"), "{page}");
    }
    let url = Url::parse(&callback).expect("an address");
    for (name, value) in [
        ("state", "0"),
        ("iss", "https://evil.example"),
        ("code", "made-up"),
    ] {
        let mut other = url.clone();
        let kept: Vec<_> = url.query_pairs().filter(|(key, _)| key != name).collect();
        other
            .query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair(name, value);
        let answer = begun.get(other.as_str()).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert_eq!(session_cookie(&answer), None, "{name}");
    }
    for nothing in ["", "?", "?code=1", "?state=1"] {
        let answer = Browser::new()
            .get(&world.url(&format!("/api/auth/oidc/callback{nothing}")))
            .await;
        assert_eq!(
            answer.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{nothing}"
        );
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_a_planted_session_is_not_taken_over() {
    let world = World::new().await;
    let ours = Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    let begun = ours.get(world.url(START)).send().await.expect("an answer");
    let cookie = begun.headers()["set-cookie"].to_str().expect("text");
    let (cookie, _) = cookie.split_once(';').expect("attributes");
    let planted = format!("ultudy_session={}", "a".repeat(64));
    let both = format!("{planted}; {cookie}");
    let at_provider = begun.headers()["location"].to_str().expect("text");
    let callback = Browser::new().to_callback(at_provider, "ada").await;

    let ask = || ours.get(&callback).header("cookie", &both).send();
    let answer = ask().await.expect("an answer");
    let session = session_cookie(&answer).expect("a session");
    assert_ne!(session, planted);
    assert_eq!(world.me(&session).await.status, StatusCode::OK);
    assert_eq!(world.me(&planted).await.status, StatusCode::UNAUTHORIZED);
    let again = ask().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = again.text().await.expect("a page");
    assert!(
        page.contains("invalid_grant"),
        "the provider's word: {page}"
    );
}

#[tokio::test]
async fn what_the_provider_refuses_is_shown_in_its_words() {
    let world = World::new().await;
    let browser = Browser::new();
    let Err(page) = browser.follow(browser.get(&world.url(START)).await).await else {
        panic!("the provider asks nothing");
    };
    let url = page.url().clone();
    let html = page.text().await.expect("a page");
    let (_, abort) = html.split_once("<a href=\"").expect("a way out");
    let (abort, _) = abort.split_once('"').expect("an attribute");
    let answer = browser
        .get(url.join(abort).expect("an address").as_str())
        .await;
    let Ok(callback) = browser.follow(answer).await else {
        panic!("not led back");
    };
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.expect("a page");
    assert!(
        page.contains("The sign-in service says access_denied"),
        "{page}"
    );
    assert!(page.starts_with("<!doctype html>"), "a page");
}

#[tokio::test]
async fn a_wrong_secret_is_told_to_whoever_signs_in_and_to_the_log() {
    let more = vec![("AUTH_OIDC_CLIENT_SECRET", "not the secret")];
    let world = World::with(Plan {
        secret: Some(SECRET),
        more,
        ..Plan::default()
    })
    .await;
    let browser = Browser::new();
    let callback = browser.to_callback(&world.url(START), "ada").await;
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.expect("a page");
    assert!(page.contains("invalid_client"), "{page}");
    let log = world.api.server.logged("invalid_client").await;
    assert!(!log.contains("not the secret"), "{log}");
}

#[tokio::test]
async fn while_the_provider_is_down_a_page_says_so_and_then_it_goes_on() {
    let World { api, provider } = World::new().await;
    let (port, start) = (provider.port(), format!("{}{START}", api.server.base_url()));
    provider.kill().expect("it ends");
    let answer = Browser::new().get(&start).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    let page = answer.text().await.expect("a page");
    assert!(
        page.contains("The sign-in service does not answer"),
        "{page}"
    );
    assert!(page.contains("Try again"), "{page}");
    let health = send(api.request_as(None, Method::GET, "/health/ready")).await;
    assert_eq!(health.status, StatusCode::OK);

    let redirect = format!("{}/api/auth/oidc/callback", api.server.base_url());
    let setup = || Setup {
        redirect: &redirect,
        secret: Some(SECRET),
        port,
        ..Setup::default()
    };
    let provider = OidcProvider::start(&setup()).expect("a provider");
    let browser = Browser::new();
    let callback = browser.to_callback(&start, "ada").await;
    // Down again, between its answer and the exchange of the code.
    provider.kill().expect("it ends");
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(session_cookie(&answer), None);
    let provider = OidcProvider::start(&setup()).expect("a provider");
    let world = World { api, provider };
    let cookie = world.sign_in("ada").await;
    assert_eq!(world.me(&cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn somebody_disabled_here_is_out_and_does_not_come_in() {
    let world = World::new().await;
    let cookie = world.sign_in("ada").await;
    look_after(&world.api, &["disable", "ada@example.org"]);
    let out = wait::until(
        "the server knows of it",
        Duration::from_secs(10),
        async || world.me(&cookie).await.status == StatusCode::UNAUTHORIZED,
    );
    out.await.expect("it knows in time");
    let browser = Browser::new();
    let callback = browser.to_callback(&world.url(START), "ada").await;
    let answer = browser.get(&callback).await;
    assert_eq!(
        (answer.status(), session_cookie(&answer)),
        (StatusCode::FORBIDDEN, None)
    );
    let page = answer.text().await.expect("a page");
    assert!(page.contains("This account has been disabled."), "{page}");
}

#[tokio::test]
async fn passwords_open_nothing_there() {
    let world = World::new().await;
    let body = json!({"email": "ada@example.org", "password": "correct horse battery"});
    for path in ["/api/auth/sign-in", "/api/auth/sign-up"] {
        let answer = world.api.knock(path, &body).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/sign-up", "/reset"] {
        let answer = Browser::new().get(&world.url(path)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
