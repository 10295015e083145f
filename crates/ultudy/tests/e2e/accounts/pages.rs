//! Pages of accounts.

use reqwest::{Method, StatusCode};

use crate::api::Api;

#[tokio::test]
async fn pages_lead_to_signing_in_and_back() {
    let api = Api::accounts("ada").await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().expect("a client");
    let get = |path: &str| {
        client
            .get(format!("{}{path}", api.server.base_url()))
            .send()
    };
    for (path, next) in [
        ("/", "%2F"),
        ("/search?q=a&course_id=", "%2Fsearch%3Fq%3Da%26course_id%3D"),
        ("/account", "%2Faccount"),
    ] {
        let answer = get(path).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(
            answer.headers()["location"],
            format!("/sign-in?next={next}")
        );
    }
    for (path, status) in [
        ("/api/courses", StatusCode::UNAUTHORIZED),
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/health", StatusCode::OK),
        ("/sign-in?next=%2Fprogress", StatusCode::OK),
        ("/sign-up", StatusCode::OK),
        ("/reset", StatusCode::OK),
    ] {
        assert_eq!(
            get(path).await.expect("an answer").status(),
            status,
            "{path}"
        );
    }
    let elsewhere = get("/sign-in?next=%2F%2Fevil.example")
        .await
        .expect("an answer");
    assert!(!elsewhere.text().await.expect("a page").contains("evil"));
    let inside = api.request(Method::GET, "/sign-in?next=%2Fprogress");
    let inside = inside.send().await.expect("an answer");
    assert!(inside.url().path() == "/progress", "{}", inside.url());
}
