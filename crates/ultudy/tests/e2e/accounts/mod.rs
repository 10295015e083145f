//! Accounts over HTTP.

use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Answer, Api, PASSWORD, address, send, session_cookie};

pub mod administration;
mod forgery;
mod links;
mod pages;
mod sessions;
mod sign_in;
mod sign_up;

pub const SIGN_UP: &str = "/api/auth/sign-up";
pub const SIGN_IN: &str = "/api/auth/sign-in";
pub const OTHER_PASSWORD: &str = "staple of another kind";

pub fn credentials(user: &str, password: &str) -> Value {
    json!({"email": address(user), "password": password})
}

pub async fn knock(api: &Api, path: &str, body: Value) -> Answer {
    let answer = api.knock(path, &body).await;
    Answer {
        status: answer.status(),
        body: answer.json().await.unwrap_or_default(),
    }
}

/// Signs in anew; the cookie.
pub async fn sign_in(api: &Api, user: &str, password: &str) -> Option<String> {
    let answer = api.knock(SIGN_IN, &credentials(user, password)).await;
    session_cookie(&answer).filter(|_| answer.status() == StatusCode::OK)
}

/// What `/me` says to a cookie.
pub async fn me(api: &Api, cookie: &str) -> Answer {
    let request = api.request_as(None, Method::GET, "/api/me");
    send(request.header("cookie", cookie)).await
}

/// A link out of what was printed.
pub fn link(printed: &str) -> String {
    let (_, link) = printed.split_once('#').expect("a link");
    link.trim().to_owned()
}

/// What `ultudy user` prints, run beside the server.
pub fn look_after(api: &Api, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ultudy"));
    command.arg("user").args(arguments);
    command.env("DATA_DIR", api.server.data_dir());
    for (name, value) in api.server.settings() {
        command.env(name, value);
    }
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A link of `ultudy user reset`.
pub fn reset_link(api: &Api, user: &str) -> String {
    link(&look_after(api, &["reset", &address(user)]))
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
