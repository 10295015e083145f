//! Accounts over HTTP: signing up, in and out, sessions, tokens, links, limits.

use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Answer, Api, PASSWORD, Shown, address, send, session_cookie, text};

const SIGN_UP: &str = "/api/auth/sign-up";
const SIGN_IN: &str = "/api/auth/sign-in";
const OTHER_PASSWORD: &str = "staple of another kind";

fn credentials(user: &str, password: &str) -> Value {
    json!({"email": address(user), "password": password})
}

async fn knock(api: &Api, path: &str, body: Value) -> Answer {
    let answer = api.knock(path, &body).await;
    Answer {
        status: answer.status(),
        body: answer.json().await.unwrap_or_default(),
    }
}

/// Signs in anew; the cookie.
async fn sign_in(api: &Api, user: &str, password: &str) -> Option<String> {
    let answer = api.knock(SIGN_IN, &credentials(user, password)).await;
    session_cookie(&answer).filter(|_| answer.status() == StatusCode::OK)
}

/// What `/me` says to a cookie.
async fn me(api: &Api, cookie: &str) -> Answer {
    let request = api.request_as(None, Method::GET, "/api/me");
    send(request.header("cookie", cookie)).await
}

/// A link out of what was printed.
fn link(printed: &str) -> String {
    let (_, link) = printed.split_once('#').expect("a link");
    link.trim().to_owned()
}

/// A link of `ultudy user reset`, run beside the server.
fn reset_link(api: &Api, user: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ultudy"));
    command.args(["user", "reset", &address(user)]);
    command.env("DATA_DIR", api.server.data_dir());
    for (name, value) in api.server.settings() {
        command.env(name, value);
    }
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    link(&String::from_utf8_lossy(&output.stdout))
}

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

async fn change_behind(api: &Api, statement: &str) {
    use sqlx::Connection;
    if let Some(database) = api.server.database() {
        database.sql(statement).expect("it runs");
        return;
    }
    let file = api.server.data_dir().join("ultudy.db");
    let url = format!("sqlite:{}", file.display());
    let mut connection = sqlx::SqliteConnection::connect(&url)
        .await
        .expect("it opens");
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    sqlx::raw_sql(statement)
        .execute(&mut connection)
        .await
        .expect("it runs");
}

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

#[tokio::test]
async fn without_accounts_there_is_nothing_of_them() {
    let api = Api::local().await;
    for path in [
        "/sign-in",
        "/sign-up",
        "/reset",
        "/account",
        "/api/me/sessions",
    ] {
        assert_eq!(api.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [SIGN_IN, SIGN_UP] {
        let refused = api.post(path, credentials("ada", PASSWORD)).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        api.get("/api/me").await.body,
        json!({"id": "local", "email": null, "role": null, "created_at": null})
    );
    let page = api.request(Method::GET, "/").send().await.expect("a page");
    assert!(!page.text().await.expect("text").contains("/account"));
}
