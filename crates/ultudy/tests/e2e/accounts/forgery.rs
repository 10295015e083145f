//! What other sites' pages make a browser send.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{SIGN_IN, credentials, sign_in};
use crate::api::{Api, PASSWORD, Shown, send, text};

#[tokio::test]
async fn another_sites_page_changes_nothing_with_the_users_cookie() {
    let mut api = Api::accounts("ada").await;
    let course = api.course("Mine").await;
    let cookie = sign_in(&api, "ada", PASSWORD).await.expect("a cookie");
    let path = format!("/api/courses/{course}");
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("accept", "*/*"),
    ] {
        for method in [Method::DELETE, Method::PATCH] {
            let request = api
                .request_as(None, method, &path)
                .header("cookie", &cookie);
            let answer = send(request.header(name, value).json(&json!({"name": "Theirs"}))).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        }
    }
    assert_eq!(api.get(&path).await.body["name"], "Mine");
    let lured = api
        .request_as(None, Method::POST, SIGN_IN)
        .header("origin", "http://evil.example");
    let lured = send(lured.json(&credentials("ada", PASSWORD))).await;
    assert_eq!(
        lured.status,
        StatusCode::FORBIDDEN,
        "nor does it sign anybody in"
    );
    let allowed = api
        .request_as(None, Method::PATCH, &path)
        .header("cookie", &cookie);
    let allowed = allowed.header("origin", "http://localhost:3000");
    let allowed = allowed.json(&json!({"name": "From the front end"}));
    let answer = allowed.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["access-control-allow-credentials"], "true");

    let token = text(
        &api.post("/api/me/tokens", json!({"name": "Script"}))
            .await
            .body["token"],
    );
    api.shows("script", Shown::Token(token));
    let from_anywhere = api.request_as(Some("script"), Method::DELETE, &path);
    let answer = send(from_anywhere.header("origin", "http://evil.example")).await;
    assert_eq!(answer.status, StatusCode::OK, "no page has the token");
}
