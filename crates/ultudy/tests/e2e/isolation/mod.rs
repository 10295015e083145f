//! Two users, every call of the OpenAPI document, every id of the one tried by the other: in
//! the path, in the query and in the body, on each set-up that there is. The calls come from
//! the document that the server itself serves, so a new one cannot be forgotten; the ids come
//! from the database, so neither can a new table.

use std::{collections::BTreeMap, fmt::Write as _};

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use ultudy_testkit::database::Database;

use crate::{
    api::{Api, send, text},
    pdf,
};

mod calls;
mod rows;
mod tries;

use rows::Rows;

/// Names the file that the matrix is written to.
const REPORT: &str = "ISOLATION_REPORT";

/// Two who have the same file, so that nothing but its owner tells their rows apart.
const USERS: [&str; 2] = ["ada", "eve"];

/// A server and the database it keeps its rows in.
struct SetUp {
    name: &'static str,
    api: Api,
    rows: Rows,
}

/// What each call answered, by its method and path.
type Answers = BTreeMap<(String, String), tries::Outcome>;

#[tokio::test]
async fn nobody_reaches_anything_of_anothers_on_sqlite() {
    walk(&mut sqlite().await).await;
}

#[tokio::test]
async fn nobody_reaches_anything_of_anothers_on_postgres() {
    walk(&mut direct().await).await;
}

#[tokio::test]
async fn nobody_reaches_anything_of_anothers_through_pgbouncer() {
    walk(&mut pooled().await).await;
}

/// Only where a report is asked for: the three above say the same.
#[tokio::test]
async fn the_matrix_is_written() {
    let Ok(path) = std::env::var(REPORT) else {
        return;
    };
    let mut columns = Vec::new();
    for mut set_up in [sqlite().await, direct().await, pooled().await] {
        columns.push((set_up.name, walk(&mut set_up).await));
    }
    std::fs::write(path, matrix(&columns)).expect("the report is written");
}

async fn sqlite() -> SetUp {
    // Named, though empty: whatever the tests run on, this one runs on SQLite.
    let api = server("").await;
    let rows = Rows::Sqlite(api.server.data_dir().join("ultudy.db"));
    SetUp {
        name: "SQLite",
        api,
        rows,
    }
}

async fn direct() -> SetUp {
    let database = database();
    let api = server(&database.direct_url()).await;
    SetUp {
        name: "PostgreSQL",
        api,
        rows: Rows::Postgres(database),
    }
}

async fn pooled() -> SetUp {
    let database = database();
    let api = server(&database.url()).await;
    SetUp {
        name: "PgBouncer",
        api,
        rows: Rows::Postgres(database),
    }
}

fn database() -> Database {
    Database::new(env!("CARGO_BIN_EXE_ultudy").as_ref()).expect("a migrated database")
}

async fn server(database_url: &str) -> Api {
    let settings = [("AUTH_MODE", "accounts"), ("DATABASE_URL", database_url)];
    Api::start(&settings, None).await
}

/// Gives both users a world, then has each try the other's.
async fn walk(set_up: &mut SetUp) -> Answers {
    let mut question = Map::new();
    for user in USERS {
        set_up.api.sign_up(user).await;
        question = world(&mut set_up.api, user).await;
    }
    let document = set_up.api.get("/api/openapi.json").await.body;
    let calls = calls::of(&document, &question);
    let mut answers = Answers::new();
    for (victim, intruder) in [(USERS[0], USERS[1]), (USERS[1], USERS[0])] {
        let theirs = owner(&mut set_up.api, victim).await;
        let own = owner(&mut set_up.api, intruder).await;
        let theirs = set_up.rows.of(&theirs).await;
        let own = set_up.rows.of(&own).await;
        assert!(theirs.ids.len() >= 11, "ids of {:?}", theirs.ids.keys());
        let is_wanted = |row: &String| row.starts_with("preferences: ");
        assert!(theirs.dump.iter().any(is_wanted), "{:?}", theirs.dump);
        for call in &calls {
            let outcome = tries::run(&set_up.api, intruder, call, &theirs, &own).await;
            let key = (call.template.clone(), call.method.to_string());
            answers.entry(key).or_default().add(outcome);
        }
        let after = set_up.rows.of(&theirs.owner).await;
        assert_eq!(theirs.dump, after.dump, "{}: rows of {victim}", set_up.name);
    }
    answers
}

/// One of everything: rows in every table that has owners, but for those of models, pictures and links. A question of the lesson, as it is
/// answered in words.
async fn world(api: &mut Api, user: &str) -> Map<String, Value> {
    api.ask_as(user);
    let course = api.course(&format!("The course of {user}")).await;
    let document = api.document(pdf::biology(), &course).await;
    let section = api.sections(&document).await.remove(0);
    let lesson = api.lesson(&document, Some(&section)).await;
    let check_in = text(&lesson["concepts"][0]["check_ins"][0]["id"]);
    let answer = json!({"check_in_id": check_in, "answer": "A"});
    let graded = api.post("/api/check-ins/submit", answer).await;
    assert_eq!(graded.status, StatusCode::OK, "{graded:?}");
    let session = json!({
        "session_type": "lesson", "document_id": document, "course_id": course,
    });
    let started = api.post("/api/study-sessions/start", session).await;
    assert_eq!(started.status, StatusCode::CREATED, "{started:?}");
    // Another language than the calls ask for.
    let wanted = api.request(Method::PUT, "/api/me/preferences");
    let wanted = send(wanted.json(&json!({"language": "fr"}))).await;
    assert_eq!(wanted.status, StatusCode::OK, "{wanted:?}");
    let token = api.post("/api/me/tokens", json!({"name": user})).await;
    assert_eq!(token.status, StatusCode::CREATED, "{token:?}");
    let concept = &lesson["concepts"][0];
    let asked = &concept["check_ins"][0];
    let question = json!({
        "concept_name": concept["name"], "question": asked["question"],
        "answer": "A", "user_answer": asked["expected_answer"],
    });
    question.as_object().cloned().unwrap_or_default()
}

/// The id that a user's rows bear.
async fn owner(api: &mut Api, user: &str) -> String {
    api.ask_as(user);
    text(&api.get("/api/me").await.body["id"])
}

/// The table of all calls and set-ups.
fn matrix(columns: &[(&str, Answers)]) -> String {
    let mut text = String::from(
        "# Isolation\n\nTwo users have the same course file; each tries every id of the other, one \
         of each table, in every place of every call of the served OpenAPI document that takes an \
         id, beside their own ids and beside the other's. A cell: the answers, and how often. \
         Afterwards the other's rows are the same, byte for byte. Written by `cargo xtask verify isolation`.\n\n",
    );
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let _ = writeln!(text, "| Call | Ids in | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "---|".repeat(columns.len()));
    let Some((_, first)) = columns.first() else {
        return text;
    };
    for (call, outcome) in first {
        let _ = write!(text, "| {} {} | {} |", call.1, call.0, outcome.places());
        for (_, answers) in columns {
            let cell = answers.get(call).map(tries::Outcome::cell);
            let _ = write!(text, " {} |", cell.unwrap_or_default());
        }
        text.push('\n');
    }
    text.push_str("\nAnswers other than 404, and why:\n\n");
    for allowed in &tries::ALLOWED {
        let _ = writeln!(
            text,
            "- {} {}, `{}`: {}, {}",
            allowed.method, allowed.template, allowed.place, allowed.status, allowed.because
        );
    }
    let tried: Vec<_> = columns
        .iter()
        .map(|(name, answers)| {
            let tried: usize = answers.values().map(tries::Outcome::tried).sum();
            format!("{name} {tried}")
        })
        .collect();
    let _ = writeln!(text, "\nRequests: {}.", tried.join(", "));
    text
}
