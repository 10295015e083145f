//! What whoever looks after the server does to accounts.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::Row as _;
use ultudy_testkit::wait;

use super::{SIGN_IN, credentials, knock, look_after, me, sign_in};
use crate::{
    api::{Api, PASSWORD, Shown, address, send, text},
    pdf,
};

/// Longest that another process may believe what was.
const BELIEVED: Duration = Duration::from_secs(10);

pub async fn change_behind(api: &Api, statement: &str) {
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

async fn becomes(api: &Api, user: &str, status: StatusCode) {
    let reached = wait::until("the server knows of it", BELIEVED, async || {
        send(api.request_as(Some(user), Method::GET, "/api/me"))
            .await
            .status
            == status
    });
    reached.await.expect("it knows in time");
}

#[tokio::test]
async fn somebody_is_disabled_and_enabled_and_must_sign_in_anew() {
    let mut api = Api::accounts("ada").await;
    let made = api.post("/api/me/tokens", json!({"name": "Script"})).await;
    api.shows("script", Shown::Token(text(&made.body["token"])));
    let cookie = sign_in(&api, "ada", PASSWORD).await.expect("a cookie");
    api.sign_up("eve").await;

    look_after(&api, &["disable", &address("ada")]);
    becomes(&api, "ada", StatusCode::UNAUTHORIZED).await;
    becomes(&api, "script", StatusCode::UNAUTHORIZED).await;
    let refused = knock(&api, SIGN_IN, credentials("ada", PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.body["detail"], "This account has been disabled.");
    assert!(look_after(&api, &["list"]).contains("disabled"));
    let eve = api.request_as(Some("eve"), Method::GET, "/api/me");
    assert_eq!(send(eve).await.status, StatusCode::OK);

    look_after(&api, &["enable", &address("ada")]);
    assert_eq!(me(&api, &cookie).await.status, StatusCode::UNAUTHORIZED);
    assert!(sign_in(&api, "ada", PASSWORD).await.is_some());
    let script = api.request_as(Some("script"), Method::GET, "/api/me");
    assert_eq!(send(script).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn somebody_becomes_an_operator_by_address_or_id() {
    let api = Api::accounts("ada").await;
    let id = text(&api.get("/api/me").await.body["id"]);
    let capitals = "ADA@Example.org";
    for (name, role) in [(capitals, "operator"), (id.as_str(), "student")] {
        look_after(&api, &["role", name, role]);
        let reached = wait::until("the server knows of it", BELIEVED, async || {
            api.get("/api/me").await.body["role"] == role
        });
        reached.await.expect("it knows in time");
    }
    let listed = look_after(&api, &["list"]);
    let line: Vec<_> = listed.trim().split('\t').collect();
    assert_eq!(
        (line[0], line[1], line[2]),
        (id.as_str(), "ada@example.org", "student")
    );
}

/// How many rows of whoever each table with an owner has.
async fn rows_of(api: &Api, owner: &str) -> Vec<(String, i64)> {
    let tables = match api.server.database() {
        Some(_) => {
            "SELECT table_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'owner_id'"
        }
        None => {
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND c.name = 'owner_id'"
        }
    };
    let mut counted = Vec::new();
    for table in ask(api, tables).await {
        let count =
            format!("SELECT CAST(count(*) AS text) FROM {table} WHERE owner_id = '{owner}'");
        let count = ask(api, &count).await[0].parse().expect("a number");
        counted.push((table, count));
    }
    counted
}

async fn ask(api: &Api, question: &str) -> Vec<String> {
    use sqlx::Connection;
    if let Some(database) = api.server.database() {
        let answer = database.sql(question).expect("an answer");
        return answer.lines().map(str::to_owned).collect();
    }
    let file = api.server.data_dir().join("ultudy.db");
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display()))
        .await
        .expect("it opens");
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(question.to_owned()))
        .fetch_all(&mut connection)
        .await
        .expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_deleted_account_takes_everything_along_and_nothing_of_others() {
    let mut api = Api::accounts("ada").await;
    api.sign_up("eve").await;
    let course = api.course("Mine").await;
    let file = pdf::biology();
    let document = api.document(file.clone(), &course).await;
    let section = api.sections(&document).await[0].clone();
    api.lesson(&document, Some(&section)).await;
    let session = json!({"session_type": "lesson", "document_id": document, "course_id": course});
    let session = api.post("/api/study-sessions/start", session).await;
    assert!(session.status.is_success(), "{session:?}");
    let eves = api.request_as(Some("eve"), Method::POST, "/api/courses");
    assert_eq!(
        send(eves.json(&json!({"name": "Hers"}))).await.status,
        StatusCode::CREATED
    );
    let ada = text(&api.get("/api/me").await.body["id"]);
    let before = rows_of(&api, &ada).await;
    let filled = before.iter().filter(|(_, count)| *count > 0).count();
    assert!(filled >= 10, "{before:?}");

    look_after(&api, &["delete", &address("ada"), "--yes"]);
    // At once, but for the note whose cached lessons are outdated: until all servers know of it.
    let after = rows_of(&api, &ada).await;
    let mut left = after
        .iter()
        .filter(|(table, _)| table != "outdated_lessons");
    assert!(left.all(|(_, count)| *count == 0), "{after:?}");
    let forgotten = async || {
        rows_of(&api, &ada)
            .await
            .iter()
            .all(|(_, count)| *count == 0)
    };
    wait::until("the note is forgotten", BELIEVED, forgotten)
        .await
        .unwrap();
    api.server.wait_for_no_objects().await;
    becomes(&api, "ada", StatusCode::UNAUTHORIZED).await;
    let eves = send(api.request_as(Some("eve"), Method::GET, "/api/courses")).await;
    assert_eq!(eves.body["courses"][0]["name"], "Hers");
    api.sign_up("ada").await;
    let fresh = api.get("/api/courses").await.body;
    assert_eq!(
        fresh["courses"],
        json!([]),
        "the address is free, and knows of nothing"
    );
}
