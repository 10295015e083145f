//! Sessions and API tokens.

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{administration::change_behind, me, sign_in};
use crate::api::{Api, PASSWORD, Shown, send, text};

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let api = Api::accounts("ada").await;
    let cookies = [
        sign_in(&api, "ada", PASSWORD).await.expect("a cookie"),
        sign_in(&api, "ada", PASSWORD).await.expect("a cookie"),
        sign_in(&api, "ada", PASSWORD).await.expect("a cookie"),
    ];
    let listed = api.get("/api/me/sessions").await.body["sessions"].take();
    let current: Vec<_> = listed
        .as_array()
        .expect("sessions")
        .iter()
        .map(|s| &s["current"])
        .collect();
    assert_eq!(current, [false, false, false, true], "the latest first");
    assert_eq!(listed[0]["address"], "127.0.0.1");

    let latest = format!("/api/me/sessions/{}", text(&listed[0]["id"]));
    assert_eq!(api.get(&latest).await.status, StatusCode::OK);
    assert_eq!(me(&api, &cookies[2]).await.status, StatusCode::OK);
    assert_eq!(api.delete(&latest).await.status, StatusCode::OK);
    assert_eq!(
        me(&api, &cookies[2]).await.status,
        StatusCode::UNAUTHORIZED,
        "at once"
    );
    assert_eq!(api.delete(&latest).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&latest).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.delete("/api/me/sessions").await.body["ended"], 2);
    for cookie in &cookies[..2] {
        assert_eq!(me(&api, cookie).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(api.get("/api/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_api_token_is_shown_once_and_works_until_it_is_revoked() {
    let mut api = Api::accounts("ada").await;
    let course = api.course("Mine").await;
    let made = api
        .post("/api/me/tokens", json!({"name": " Script "}))
        .await;
    assert_eq!(
        (made.status, &made.body["name"]),
        (StatusCode::CREATED, &json!("Script"))
    );
    let token = text(&made.body["token"]);
    assert!(token.starts_with("ult_"), "{token}");
    let listed = api.get("/api/me/tokens").await.body;
    assert_eq!(listed["tokens"][0]["name"], "Script");
    assert!(!listed.to_string().contains(&token));
    assert_eq!(
        api.post("/api/me/tokens", json!({"name": " "}))
            .await
            .status,
        StatusCode::BAD_REQUEST
    );

    api.shows("script", Shown::Token(token.clone()));
    let get = |path: &str| send(api.request_as(Some("script"), Method::GET, path));
    assert_eq!(
        text(&get("/api/courses").await.body["courses"][0]["id"]),
        course
    );
    let path = format!("/api/me/tokens/{}", text(&made.body["id"]));
    assert_eq!(api.delete(&path).await.status, StatusCode::OK);
    assert_eq!(
        get("/api/courses").await.status,
        StatusCode::UNAUTHORIZED,
        "at once"
    );
    assert_eq!(api.delete(&path).await.status, StatusCode::NOT_FOUND);
    for bad in [
        "",
        "ult_",
        "ult_0",
        &token.to_uppercase(),
        &"x".repeat(6_000),
    ] {
        let request = api
            .request_as(None, Method::GET, "/api/courses")
            .bearer_auth(bad);
        assert_eq!(
            send(request).await.status,
            StatusCode::UNAUTHORIZED,
            "{bad}"
        );
    }
    assert!(!api.server.log().contains(&token));
}

#[tokio::test]
async fn a_session_of_somebody_deleted_or_disabled_lets_nobody_in() {
    for change in [
        "DELETE FROM users WHERE email = 'ada@example.org'",
        "UPDATE users SET disabled_at = created_at WHERE email = 'ada@example.org'",
    ] {
        let mut api = Api::accounts("ada").await;
        let made = api.post("/api/me/tokens", json!({"name": "Script"})).await;
        api.shows("script", Shown::Token(text(&made.body["token"])));
        change_behind(&api, change).await;
        // The process that was told nothing believes it for some seconds; another does not.
        api.server.restart().await.expect("it starts again");
        for user in ["ada", "script"] {
            let request = api.request_as(Some(user), Method::GET, "/api/courses");
            assert_eq!(
                send(request).await.status,
                StatusCode::UNAUTHORIZED,
                "{user} {change}"
            );
        }
        assert!(sign_in(&api, "ada", PASSWORD).await.is_none());
    }
}

#[tokio::test]
async fn an_open_stream_ends_soon_after_its_session() {
    let api = Api::accounts("ada").await;
    let cookie = sign_in(&api, "ada", PASSWORD).await.expect("a cookie");
    let events = api.request_as(None, Method::GET, "/api/events");
    let events = events
        .header("cookie", &cookie)
        .send()
        .await
        .expect("an answer");
    assert_eq!(events.status(), StatusCode::OK);
    let other = api
        .request(Method::GET, "/api/events")
        .send()
        .await
        .expect("an answer");
    let out = api.request_as(None, Method::POST, "/api/auth/sign-out");
    let out = out
        .header("cookie", &cookie)
        .header("origin", api.server.base_url());
    assert_eq!(send(out).await.status, StatusCode::OK);

    let ended = tokio::time::timeout(Duration::from_secs(30), events.bytes()).await;
    assert!(ended.is_ok(), "it goes on for half a minute");
    let mut other = other.bytes_stream();
    let alive = tokio::time::timeout(Duration::from_secs(30), other.next()).await;
    assert!(
        matches!(alive, Ok(Some(Ok(_)))),
        "the other session's stream goes on"
    );
}
