//! What time does to accounts.

use chrono::TimeDelta;
use tempfile::TempDir;
use ultudy_app::{
    App, Error,
    accounts::{self, Client, NewAccount, Secret, SignedIn},
};

use crate::support::{SetClock, app};

const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";

/// An application where Ada has an account; her session.
async fn with_ada(clock: &std::sync::Arc<SetClock>) -> (TempDir, App, Secret) {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), clock.clone()).await;
    let new = NewAccount {
        email: EMAIL.into(),
        password: PASSWORD.into(),
        link: None,
    };
    let ada = accounts::sign_up(&app, &new, &client("192.0.2.1")).await;
    (folder, app, ada.unwrap().session)
}

fn client(address: &str) -> Client {
    Client {
        address: address.parse().ok(),
        user_agent: None,
    }
}

async fn sign_in(app: &App, password: &str, from: &str) -> Result<SignedIn, Error> {
    accounts::sign_in(app, EMAIL, password, &client(from), None).await
}

async fn is_in(app: &App, session: &Secret) -> bool {
    let who = accounts::by_session(app, session.reveal()).await.unwrap();
    who.is_some()
}

#[tokio::test]
async fn a_session_ends_a_month_after_it_last_asked() {
    let clock = SetClock::new();
    let (_folder, app, used) = with_ada(&clock).await;
    let unused = sign_in(&app, PASSWORD, "192.0.2.1").await.unwrap().session;
    clock.advance(TimeDelta::days(20));
    assert!(is_in(&app, &used).await);
    clock.advance(TimeDelta::days(11));
    assert!(is_in(&app, &used).await, "it asked 11 days ago");
    assert!(!is_in(&app, &unused).await, "it asked 31 days ago");
    let listed = accounts::list_sessions(&app, &owner(&app, &used).await).await;
    let listed = listed.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        listed[0].last_seen_at,
        app.clock.now() - TimeDelta::days(11)
    );
    clock.advance(TimeDelta::days(20));
    assert!(
        !is_in(&app, &used).await,
        "though it was seen this very second"
    );
}

async fn owner(app: &App, session: &Secret) -> String {
    let who = accounts::by_session(app, session.reveal()).await.unwrap();
    who.unwrap().user.id.clone()
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_the_right_password_lets_in() {
    let clock = SetClock::new();
    let (_folder, app, _) = with_ada(&clock).await;
    let stranger = "198.51.100.1";
    for _ in 0..10 {
        let wrong = sign_in(&app, "something else", stranger).await;
        assert!(matches!(wrong, Err(Error::Unauthorized(_))));
    }
    let waits = sign_in(&app, PASSWORD, stranger).await;
    let Err(Error::TooMany { retry_after }) = waits else {
        panic!("not refused");
    };
    assert!(
        sign_in(&app, PASSWORD, "192.0.2.1").await.is_ok(),
        "at home"
    );
    clock.advance(TimeDelta::from_std(retry_after).unwrap());
    assert!(sign_in(&app, PASSWORD, stranger).await.is_ok());
}

#[tokio::test]
async fn a_link_ends_after_a_day() {
    let clock = SetClock::new();
    let (_folder, app, _) = with_ada(&clock).await;
    let reset = async |link: &Secret, password| {
        let client = client("192.0.2.1");
        accounts::reset_password(&app, link.reveal(), password, &client).await
    };
    let link = accounts::reset_link(&app, EMAIL).await.unwrap();
    clock.advance(TimeDelta::hours(24));
    let late = reset(&link, "another password").await;
    assert!(matches!(late, Err(Error::Unprocessable { .. })));
    let link = accounts::reset_link(&app, EMAIL).await.unwrap();
    clock.advance(TimeDelta::hours(23));
    reset(&link, "another password").await.unwrap();
    assert!(sign_in(&app, "another password", "192.0.2.1").await.is_ok());
    let none = accounts::reset_link(&app, "eve@example.org").await;
    assert!(matches!(none, Err(Error::NotFound("account"))));
}

#[tokio::test]
async fn a_token_says_when_it_was_last_used() {
    let clock = SetClock::new();
    let (_folder, app, session) = with_ada(&clock).await;
    let ada = owner(&app, &session).await;
    let (token, secret) = accounts::create_token(&app, &ada, "Script").await.unwrap();
    assert_eq!(token.last_used_at, None);
    let used_at = app.clock.now();
    let who = accounts::by_token(&app, secret.reveal()).await.unwrap();
    assert_eq!(who.unwrap().user.id, ada);
    let listed = accounts::list_tokens(&app, &ada).await.unwrap();
    assert_eq!(listed[0].last_used_at, Some(used_at));
    let as_session = accounts::by_session(&app, secret.reveal()).await.unwrap();
    assert!(as_session.is_none(), "a token is no cookie");
    let as_token = accounts::by_token(&app, session.reveal()).await.unwrap();
    assert!(as_token.is_none(), "nor a cookie a token");
}

#[tokio::test]
async fn what_has_ended_is_swept_up() {
    let clock = SetClock::new();
    let (_folder, app, used) = with_ada(&clock).await;
    sign_in(&app, PASSWORD, "192.0.2.1").await.unwrap();
    accounts::reset_link(&app, "eve@example.org")
        .await
        .unwrap_err();
    accounts::invitation_link(&app).await.unwrap();
    let sweep = || ultudy_app::housekeeping::sweep_ended(&app);
    assert_eq!(sweep().await.unwrap(), 0);
    clock.advance(TimeDelta::days(20));
    assert!(is_in(&app, &used).await);
    assert_eq!(sweep().await.unwrap(), 1, "the link");
    clock.advance(TimeDelta::days(11));
    assert_eq!(sweep().await.unwrap(), 1, "the session that was not used");
    assert!(is_in(&app, &used).await);
}
