//! Signing in and out, and its cookie.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{OTHER_PASSWORD, SIGN_IN, SIGN_UP, credentials, knock, me, reset_link, sign_in};
use crate::{
    api::{Api, PASSWORD, session_cookie, text},
    fleet::Ground,
};

#[tokio::test]
async fn somebody_signs_up_out_and_in_again() {
    let api = Api::accounts("ada").await;
    let mine = api.get("/api/me").await.body;
    assert_eq!(
        (&mine["email"], &mine["role"]),
        (&json!("ada@example.org"), &json!("student"))
    );
    let course = api.course("Mine").await;

    let other = sign_in(&api, "ADA", PASSWORD)
        .await
        .expect("capitals are no matter");
    assert_eq!(me(&api, &other).await.body["id"], mine["id"]);
    let out = api.request_as(None, Method::POST, "/api/auth/sign-out");
    let out = out
        .header("cookie", &other)
        .header("sec-fetch-site", "same-origin");
    let out = out.send().await.expect("an answer");
    assert_eq!(out.status(), StatusCode::OK);
    let taken = out.headers()["set-cookie"].to_str().expect("text");
    assert!(
        taken.starts_with("ultudy_session=;") && taken.contains("Max-Age=0"),
        "{taken}"
    );
    assert_eq!(me(&api, &other).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        text(&api.get("/api/courses").await.body["courses"][0]["id"]),
        course,
        "the other session goes on"
    );
}

#[tokio::test]
async fn the_cookie_is_new_each_time_and_kept_from_scripts_and_other_sites() {
    let api = Api::accounts("ada").await;
    let planted = format!("ultudy_session={}", "a".repeat(64));
    let request = api.request_as(None, Method::POST, SIGN_IN);
    let request = request
        .header("cookie", &planted)
        .header("origin", api.server.base_url());
    let answer = request
        .json(&credentials("ada", PASSWORD))
        .send()
        .await
        .expect("an answer");
    let full = answer.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(full.contains(attribute), "{full}");
    }
    assert!(
        !full.contains("Secure"),
        "by http a browser would not send it"
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let first = session_cookie(&answer).expect("a cookie");
    assert_ne!(first, planted);
    assert_eq!(me(&api, &planted).await.status, StatusCode::UNAUTHORIZED);

    let request = api.request_as(None, Method::POST, SIGN_IN);
    let request = request
        .header("cookie", &first)
        .header("origin", api.server.base_url());
    let answer = request
        .json(&credentials("ada", PASSWORD))
        .send()
        .await
        .expect("an answer");
    let second = session_cookie(&answer).expect("a cookie");
    assert_ne!(first, second);
    assert_eq!(
        me(&api, &first).await.status,
        StatusCode::UNAUTHORIZED,
        "it was replaced"
    );
    assert_eq!(me(&api, &second).await.status, StatusCode::OK);
}

#[tokio::test]
async fn behind_a_trusted_proxy_by_https_the_cookie_is_secure() {
    for (settings, is_secure) in [
        (vec![("TRUSTED_PROXIES", "127.0.0.1")], true),
        (vec![], false),
        (vec![("COOKIE_SECURE", "true")], true),
    ] {
        let settings = [vec![("AUTH_MODE", "accounts")], settings].concat();
        let api = Api::start(&settings, None).await;
        let request = api.request_as(None, Method::POST, SIGN_UP);
        let request = request.header("x-forwarded-proto", "https");
        let answer = request
            .json(&credentials("ada", PASSWORD))
            .send()
            .await
            .expect("an answer");
        let cookie = answer.headers()["set-cookie"]
            .to_str()
            .expect("text")
            .to_owned();
        assert_eq!(
            cookie.ends_with("; Secure"),
            is_secure,
            "{settings:?} {cookie}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let api = Api::accounts("ada").await;
    let wrong = knock(&api, SIGN_IN, credentials("ada", OTHER_PASSWORD)).await;
    let unknown = knock(&api, SIGN_IN, credentials("nobody", OTHER_PASSWORD)).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn after_ten_failures_even_the_right_password_waits() {
    let api = Api::accounts("ada").await;
    for _ in 0..10 {
        let wrong = knock(&api, SIGN_IN, credentials("ada", OTHER_PASSWORD)).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    }
    let answer = api.knock(SIGN_IN, &credentials("ada", PASSWORD)).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait = answer.headers()["retry-after"]
        .to_str()
        .expect("text")
        .parse::<u64>();
    assert!(
        wait.as_ref().is_ok_and(|wait| (1..=900).contains(wait)),
        "{wait:?}"
    );
    assert_eq!(
        api.get("/api/me").await.status,
        StatusCode::OK,
        "who is in stays in"
    );
    let other = knock(&api, SIGN_UP, credentials("eve", PASSWORD)).await;
    assert_eq!(other.status, StatusCode::CREATED, "others are not held up");

    let link = reset_link(&api, "ada");
    let reset = json!({"link": link, "password": OTHER_PASSWORD});
    assert_eq!(
        knock(&api, "/api/auth/reset", reset).await.status,
        StatusCode::OK
    );
    assert!(
        sign_in(&api, "ada", OTHER_PASSWORD).await.is_some(),
        "an operator lets them in"
    );
}

/// Asked by a proxy for somebody at this address.
async fn sign_in_from(api: &Api, from: &str, password: &str) -> StatusCode {
    let request = api.request_as(None, Method::POST, SIGN_IN);
    let request = request
        .header("origin", api.server.base_url())
        .header("x-forwarded-for", from)
        .json(&credentials("ada", password));
    request.send().await.expect("an answer").status()
}

#[tokio::test]
async fn servers_over_one_redis_count_failures_together_and_know_where_an_owner_is_at_home() {
    let ground = Ground::start();
    let settings = [("AUTH_MODE", "accounts"), ("TRUSTED_PROXIES", "127.0.0.1")];
    let mut first = ground.process(&[], &settings).await;
    let second = ground.process(&[], &settings).await;
    first.sign_up("ada").await;
    let (home, elsewhere) = ("192.0.2.1", "198.51.100.1");
    assert_eq!(sign_in_from(&first, home, PASSWORD).await, StatusCode::OK);

    let servers = [&first, &second];
    for api in servers.iter().cycle().take(10) {
        let wrong = sign_in_from(api, elsewhere, OTHER_PASSWORD).await;
        assert_eq!(wrong, StatusCode::UNAUTHORIZED);
    }
    for api in servers {
        let right = sign_in_from(api, elsewhere, PASSWORD).await;
        assert_eq!(right, StatusCode::TOO_MANY_REQUESTS);
    }
    // Counted apart where she is at home, also at the server that has not let her in there.
    assert_eq!(sign_in_from(&second, home, PASSWORD).await, StatusCode::OK);
    for _ in 0..10 {
        let wrong = sign_in_from(&second, home, OTHER_PASSWORD).await;
        assert_eq!(wrong, StatusCode::UNAUTHORIZED);
    }
    for api in servers {
        let right = sign_in_from(api, home, PASSWORD).await;
        assert_eq!(right, StatusCode::TOO_MANY_REQUESTS);
    }
}
