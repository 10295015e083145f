//! Links to a new password.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{OTHER_PASSWORD, knock, me, reset_link, sign_in};
use crate::api::{Api, PASSWORD, Shown, send, text};

#[tokio::test]
async fn a_reset_link_works_once_and_ends_all_sessions() {
    let api = Api::accounts("ada").await;
    let other = sign_in(&api, "ada", PASSWORD).await.expect("a cookie");
    let (replaced, link) = (reset_link(&api, "ada"), reset_link(&api, "ada"));
    let reset = |link: &str, password: &str| json!({"link": link, "password": password});
    for bad in [&replaced, "", "nonsense", &"0".repeat(64)] {
        let refused = knock(&api, "/api/auth/reset", reset(bad, OTHER_PASSWORD)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let short = knock(&api, "/api/auth/reset", reset(&link, "short")).await;
    assert_eq!(
        short.status,
        StatusCode::BAD_REQUEST,
        "the link is not used up by that"
    );
    let done = knock(&api, "/api/auth/reset", reset(&link, OTHER_PASSWORD)).await;
    assert_eq!(done.status, StatusCode::OK);
    let again = knock(&api, "/api/auth/reset", reset(&link, PASSWORD)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(api.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&api, &other).await.status, StatusCode::UNAUTHORIZED);
    assert!(sign_in(&api, "ada", PASSWORD).await.is_none());
    assert!(sign_in(&api, "ada", OTHER_PASSWORD).await.is_some());
    let log = api.server.log();
    for secret in [link.as_str(), PASSWORD, OTHER_PASSWORD] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn a_reset_shuts_out_whoever_has_a_session_or_a_token() {
    let mut api = Api::accounts("ada").await;
    let mut token = async |user: &str| {
        let made = api.post("/api/me/tokens", json!({"name": "Script"})).await;
        api.shows(user, Shown::Token(text(&made.body["token"])));
    };
    token("before the command").await;
    // Made with a session of before, which the server believes for some seconds.
    let cookie = sign_in(&api, "ada", PASSWORD).await.expect("a cookie");
    let link = reset_link(&api, "ada");
    api.server.restart().await.expect("it starts again");
    let asked = api.request_as(Some("before the command"), Method::GET, "/api/me");
    assert_eq!(send(asked).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&api, &cookie).await.status, StatusCode::UNAUTHORIZED);

    // Somebody who knows the password comes in between.
    let between = sign_in(&api, "ada", PASSWORD).await.expect("a cookie");
    api.shows("ada", Shown::Cookie(between.clone()));
    let made = api.post("/api/me/tokens", json!({"name": "Script"})).await;
    api.shows("between", Shown::Token(text(&made.body["token"])));
    let reset = json!({"link": link, "password": OTHER_PASSWORD});
    assert_eq!(
        knock(&api, "/api/auth/reset", reset).await.status,
        StatusCode::OK
    );
    let asked = api.request_as(Some("between"), Method::GET, "/api/me");
    assert_eq!(send(asked).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&api, &between).await.status, StatusCode::UNAUTHORIZED);
}
