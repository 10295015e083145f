//! Who somebody is by a token.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use ultudy_testkit::{issuer::Key, wait};

use super::World;
use crate::{
    accounts::{administration::change_behind, look_after},
    api::{send, text},
};

#[tokio::test]
async fn a_subject_is_the_same_user_by_whatever_key_its_issuer_signs() {
    let world = World::new().await;
    let keys = [
        Key::new("rsa", Algorithm::RS256),
        Key::new("pss", Algorithm::PS256),
        Key::new("ec", Algorithm::ES256),
        Key::new("ed", Algorithm::EdDSA),
    ];
    world.issuer.publishes(&keys.iter().collect::<Vec<_>>());
    let mut claims = world.claims("ada");
    claims["email"] = json!("Ada@Example.org");
    let mut ids = Vec::new();
    for key in &keys {
        let me = world.me(&key.sign(&claims)).await;
        assert_eq!(me.status, StatusCode::OK, "{me:?}");
        assert_eq!(
            (&me.body["email"], &me.body["role"]),
            (&json!("ada@example.org"), &json!("student"))
        );
        ids.push(text(&me.body["id"]));
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.issuer.asked(), 1, "the keys are kept");

    let course = world.api.request_as(None, Method::POST, "/api/courses");
    let course = course
        .bearer_auth(keys[0].sign(&claims))
        .json(&json!({"name": "Hers"}));
    assert_eq!(send(course).await.status, StatusCode::CREATED);
    let courses = async |token: String| {
        let answer = world.ask(Method::GET, "/api/courses", &token).await;
        answer.body["courses"].as_array().map(Vec::len)
    };
    assert_eq!(courses(keys[2].sign(&claims)).await, Some(1));
    assert_eq!(courses(keys[2].sign(&world.claims("eve"))).await, Some(0));
}

#[tokio::test]
async fn a_subject_may_be_any_text() {
    let world = World::new().await;
    let long = "x".repeat(10_000);
    let longer = format!("{long}x");
    let subjects = [
        "ada",
        "'; DROP TABLE users; --",
        "\"ada\"",
        "a\\da",
        "ada\0",
        "\0",
        " ada",
        "../ada",
        "🦊\u{202e}",
        &long,
        &longer,
    ];
    let mut ids = std::collections::BTreeSet::new();
    for subject in subjects {
        let token = world.token(subject);
        for _ in 0..2 {
            let course = world.api.request_as(None, Method::POST, "/api/courses");
            let course = course.bearer_auth(&token).json(&json!({"name": "Mine"}));
            assert_eq!(
                send(course).await.status,
                StatusCode::CREATED,
                "{subject:?}"
            );
        }
        let courses = world.ask(Method::GET, "/api/courses", &token).await;
        assert_eq!(
            courses.body["courses"].as_array().map(Vec::len),
            Some(2),
            "{subject:?}"
        );
        ids.insert(text(&world.me(&token).await.body["id"]));
    }
    assert_eq!(ids.len(), subjects.len(), "each is somebody else");
}

#[tokio::test]
async fn the_named_claim_makes_an_operator_and_a_student_again() {
    let roles = [
        ("AUTH_ROLE_CLAIM", "realm_access.roles"),
        ("AUTH_OPERATOR_ROLE", "admin"),
    ];
    let world = World::with(&roles).await;
    let role = async |roles: Value| {
        let mut claims = world.claims("ada");
        claims["realm_access"] = json!({ "roles": roles });
        text(&world.me(&world.key.sign(&claims)).await.body["role"])
    };
    assert_eq!(role(json!(["admin", "other"])).await, "operator");
    let listed = look_after(&world.api, &["list"]);
    assert!(
        listed.contains("operator") && listed.contains(world.issuer.name()),
        "{listed}"
    );
    assert_eq!(role(json!(["operator"])).await, "student", "at once");
    assert!(look_after(&world.api, &["list"]).contains("student"));
}

#[tokio::test]
async fn somebody_disabled_here_is_refused_whatever_their_issuer_says() {
    let world = World::new().await;
    let token = world.token("ada");
    let id = text(&world.me(&token).await.body["id"]);
    look_after(&world.api, &["role", &id, "operator"]);
    look_after(&world.api, &["disable", &id]);
    let refused = wait::until(
        "the server knows of it",
        Duration::from_secs(10),
        async || world.me(&token).await.status == StatusCode::UNAUTHORIZED,
    );
    refused.await.expect("it knows in time");
    assert!(world.refusal(&token).await.contains("disabled"));
    look_after(&world.api, &["enable", &id]);
    let me = world.me(&token).await;
    assert_eq!(me.body["role"], "operator", "no claim says otherwise");
}

/// As after an import: the owner was the subject itself.
#[tokio::test]
async fn somebody_is_given_what_they_had_under_another_id() {
    let world = World::new().await;
    let token = world.token("ada");
    let course = world.api.request_as(None, Method::POST, "/api/courses");
    let course = course.bearer_auth(&token).json(&json!({"name": "Hers"}));
    assert_eq!(send(course).await.status, StatusCode::CREATED);
    let before = "UPDATE courses SET owner_id = 'ada'";
    change_behind(&world.api, before).await;
    let courses = async || {
        let answer = world.ask(Method::GET, "/api/courses", &token).await;
        answer.body["courses"].as_array().map(Vec::len)
    };
    assert_eq!(courses().await, Some(0));
    let id = text(&world.me(&token).await.body["id"]);
    look_after(&world.api, &["give", &id, "--from", "ada"]);
    assert_eq!(courses().await, Some(1));
}

#[tokio::test]
async fn twenty_requests_at_first_sight_make_one_user() {
    let world = World::new().await;
    let token = world.token("ada");
    let all = (0..20).map(|_| world.me(&token));
    let answers = futures_util::future::join_all(all).await;
    for answer in &answers {
        assert_eq!(answer.body["id"], answers[0].body["id"], "{answer:?}");
    }
    assert_eq!(look_after(&world.api, &["list"]).lines().count(), 1);
}
