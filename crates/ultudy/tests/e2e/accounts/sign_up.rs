//! Signing up.

use reqwest::StatusCode;
use serde_json::json;
use ultudy_testkit::wait;

use super::{OTHER_PASSWORD, SIGN_IN, SIGN_UP, credentials, knock, link, look_after, sign_in};
use crate::api::{Api, PASSWORD, PATIENCE, address};

#[tokio::test]
async fn twenty_sign_ups_at_once_make_one_account() {
    let api = Api::start(&[("AUTH_MODE", "accounts")], None).await;
    let body = credentials("ada", PASSWORD);
    let all = (0..20).map(|_| api.knock(SIGN_UP, &body));
    let mut statuses = Vec::new();
    for answer in futures_util::future::join_all(all).await {
        statuses.push(answer.status().as_u16());
    }
    statuses.sort_unstable();
    let expected = [vec![201], vec![409; 19]].concat();
    assert_eq!(statuses, expected, "{}", api.server.log());
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_before_anything_is_hashed() {
    let api = Api::accounts("ada").await;
    let email = address("eve");
    for (path, body, field) in [
        (
            SIGN_UP,
            json!({"email": "eve", "password": PASSWORD}),
            "email",
        ),
        (
            SIGN_UP,
            json!({"email": email, "password": "1234567"}),
            "password",
        ),
        (
            SIGN_UP,
            json!({"email": email, "password": "x".repeat(1_001)}),
            "password",
        ),
        (SIGN_UP, json!({"email": email}), "password"),
        (
            SIGN_UP,
            json!({"email": ["a"], "password": PASSWORD}),
            "email",
        ),
        (
            SIGN_IN,
            json!({"email": address("ada"), "password": "x".repeat(1_000_000)}),
            "password",
        ),
    ] {
        let refused = knock(&api, path, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{refused:?}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{refused:?}");
        assert!(!refused.body.to_string().contains("xxx"));
    }
    let huge = json!({"email": email, "password": "x".repeat(1 << 20)});
    let refused = knock(&api, SIGN_UP, huge).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let longest = "ü".repeat(1_000);
    let taken = knock(&api, SIGN_UP, json!({"email": email, "password": longest})).await;
    assert_eq!(taken.status, StatusCode::CREATED);
    assert!(sign_in(&api, "eve", &longest).await.is_some());
    assert!(sign_in(&api, "eve", &"ü".repeat(999)).await.is_none());
}

/// The same to us, and different to us, are what they are by Unicode's rules alone.
#[tokio::test]
async fn an_address_that_looks_alike_is_another_account_unless_it_is_the_same() {
    let api = Api::accounts("ada").await;
    for same in ["Ada@Example.org", " ada@example.org ", "ａｄａ@example.org"] {
        let refused = knock(&api, SIGN_UP, json!({"email": same, "password": PASSWORD})).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{same}");
    }
    let cyrillic = json!({"email": "аdа@example.org", "password": OTHER_PASSWORD});
    let other = knock(&api, SIGN_UP, cyrillic.clone()).await;
    assert_eq!(other.status, StatusCode::CREATED);
    assert_ne!(other.body["id"], api.get("/api/me").await.body["id"]);
    assert!(sign_in(&api, "ada", OTHER_PASSWORD).await.is_none());
    assert_eq!(
        knock(&api, SIGN_IN, cyrillic).await.body["id"],
        other.body["id"]
    );
}

#[tokio::test]
async fn the_first_operator_comes_by_the_link_of_the_latest_start() {
    let settings = [("AUTH_MODE", "accounts"), ("SIGN_UP", "off")];
    let mut api = Api::start(&settings, None).await;
    let first = link(api.server.said());
    api.server.restart().await.expect("it starts again");
    let second = link(api.server.said());
    assert_ne!(first, second);

    let with = |user: &str, link: &str| json!({"email": address(user), "password": PASSWORD, "link": link});
    let closed = knock(&api, SIGN_UP, credentials("eve", PASSWORD)).await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
    let blank = knock(&api, SIGN_UP, with("eve", " ")).await;
    assert_eq!(blank.status, StatusCode::FORBIDDEN);
    let stale = knock(&api, SIGN_UP, with("eve", &first)).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = knock(&api, SIGN_UP, with("ada", &second)).await;
    assert_eq!(
        (made.status, &made.body["role"]),
        (StatusCode::CREATED, &json!("operator"))
    );
    let again = knock(&api, SIGN_UP, with("eve", &second)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!api.server.log().contains(&second));

    api.server.restart().await.expect("it starts again");
    assert_eq!(api.server.said(), "", "there is an operator");
    assert!(sign_in(&api, "ada", PASSWORD).await.is_some());
}

#[tokio::test]
async fn whoever_is_invited_signs_up_once_where_nobody_else_can() {
    let settings = [("AUTH_MODE", "accounts"), ("SIGN_UP", "off")];
    let api = Api::start(&settings, None).await;
    let link = link(&look_after(&api, &["invite"]));
    let with = |user: &str| {
        let email = address(user);
        json!({"email": email, "password": PASSWORD, "link": link})
    };
    let made = knock(&api, SIGN_UP, with("ada")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(
        made.body["role"], "student",
        "the first operator's link is another"
    );
    let again = knock(&api, SIGN_UP, with("eve")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sign_in(&api, "ada", PASSWORD).await.is_some());
    // Who has no link learns of nobody.
    let there = knock(&api, SIGN_UP, credentials("ada", PASSWORD)).await;
    let not_there = knock(&api, SIGN_UP, credentials("eve", PASSWORD)).await;
    assert_eq!(
        (there.status, &there.body),
        (not_there.status, &not_there.body)
    );
}

#[tokio::test]
async fn a_new_user_finds_the_sample_course() {
    let settings = [("AUTH_MODE", "accounts"), ("SAMPLE_COURSE", "true")];
    let mut api = Api::start(&settings, Some("ada")).await;
    api.sign_up("ada").await;
    let read = wait::for_some("the sample is read", PATIENCE, async || {
        let documents = api.get("/api/documents").await.body["documents"].take();
        documents[0]["id"].as_str().map(str::to_owned)
    });
    read.await.expect("the sample course is there");
    let courses = api.get("/api/courses").await.body["courses"].take();
    assert_eq!(courses[0]["name"], "Sample course");
}
