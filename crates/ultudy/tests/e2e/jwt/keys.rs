//! An issuer's keys: slow, empty, huge, down, changed.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use reqwest::{Method, StatusCode};
use serde_json::json;
use ultudy_testkit::{
    issuer::{Answer, Key},
    wait,
};

use super::World;
use crate::api::send;

/// None of it lets anybody in, and none of it is the client's fault.
#[tokio::test]
async fn an_issuer_that_answers_nonsense_is_a_part_that_is_down() {
    let world = World::new().await;
    let token = world.token("ada");
    let keys = world.key.public();
    let huge = json!({"keys": [keys], "padding": "x".repeat(5 << 20)}).to_string();
    for answer in [
        Answer::Text(huge),
        Answer::Text("<html>".into()),
        Answer::Text(json!([keys]).to_string()),
        Answer::Down,
        Answer::Silence,
    ] {
        world.issuer.answers(answer.clone());
        let request = world
            .api
            .request_as(None, Method::GET, "/api/me")
            .bearer_auth(&token);
        let begun = std::time::Instant::now();
        let refused = request.send().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{:?}",
            begun.elapsed()
        );
        let body = refused.text().await.expect("text");
        assert!(body.contains("sign-in service does not answer"), "{body}");
    }
    let health = world.api.request_as(None, Method::GET, "/health/ready");
    assert_eq!(send(health).await.status, StatusCode::OK);
    world.issuer.publishes(&[&world.key]);
    let back = wait::until(
        "the issuer is believed again",
        Duration::from_secs(10),
        async || world.me(&token).await.status == StatusCode::OK,
    );
    back.await.expect("it recovers by itself");
}

#[tokio::test]
async fn without_a_key_nobody_is_let_in() {
    let world = World::new().await;
    world.issuer.publishes(&[]);
    let said = world.refusal(&world.token("ada")).await;
    assert!(
        said.contains("a key that its issuer does not have"),
        "{said}"
    );
}

#[tokio::test]
async fn a_new_key_is_known_at_once_and_strangers_cannot_ask_for_many() {
    let world = World::new().await;
    assert_eq!(world.me(&world.token("ada")).await.status, StatusCode::OK);
    let new = Key::new("second", Algorithm::EdDSA);
    world.issuer.publishes(&[&new]);
    let token = new.sign(&world.claims("ada"));
    let all = (0..20).map(|_| world.me(&token));
    for answer in futures_util::future::join_all(all).await {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert_eq!(world.issuer.asked(), 2, "once for the new key");
    let old = world.refusal(&world.token("ada")).await;
    assert!(
        old.contains("key"),
        "the old one is withdrawn, also for what it signed before: {old}"
    );

    let made_up: Vec<_> = (0..50)
        .map(|n| Key::new(&format!("made up {n}"), Algorithm::EdDSA).sign(&world.claims("eve")))
        .collect();
    for answer in futures_util::future::join_all(made_up.iter().map(|token| world.me(token))).await
    {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(world.issuer.asked(), 2, "not again within half a minute");
    world.issuer.answers(Answer::Down);
    let still = new.sign(&world.claims("eve"));
    assert_eq!(
        world.me(&still).await.status,
        StatusCode::OK,
        "known keys stay good"
    );
}
