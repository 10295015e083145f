//! Everything carried from a laptop's folder to a server and back: the student sees the same.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};
use ultudy_testkit::{database::Database, process::ChildProcess, wait};

use crate::{
    api::{Api, PASSWORD, PATIENCE, Shown, address, session_cookie, text},
    pdf,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ultudy");

/// Rows of the transfer that is killed.
const MANY: usize = 30_000;

/// `ultudy` with these arguments, on a data folder.
pub fn ultudy(arguments: &[&str], data_dir: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", data_dir)
        .envs(settings.iter().copied())
        .stdin(Stdio::null());
    command
}

/// What it printed, having ended well.
pub fn said(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{out}{error}");
    out.into_owned()
}

/// Why it ended badly.
fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server on a data folder, asked as Ada, who is signed in by this cookie.
async fn server(settings: &[(&str, &str)], cookie: &str) -> Api {
    let all = [&[("AUTH_MODE", "accounts"), ("LOG", "warn")], settings].concat();
    let mut api = Api::start(&all, Some("ada")).await;
    api.shows("ada", Shown::Cookie(cookie.to_owned()));
    api
}

/// All that Ada can see: the answers of every GET route that the OpenAPI document has, and the
/// pages.
async fn seen(api: &Api, ids: &Ids) -> Vec<(String, StatusCode, String)> {
    let document = api.get("/api/openapi.json").await.body;
    let mut paths: Vec<String> = Vec::new();
    for (template, methods) in document["paths"].as_object().expect("paths") {
        // They tell of the server, or never end.
        let is_others = template.contains("health") || template.ends_with("events");
        if methods["get"].is_object() && !is_others {
            paths.extend(ids.fill(template));
        }
    }
    let Ids {
        course,
        document,
        section,
        ..
    } = ids;
    paths.extend(["/courses", "/progress", "/search?q=organelle"].map(str::to_owned));
    paths.push(format!("/courses/{course}"));
    paths.push(format!("/documents/{document}"));
    paths.push(format!("/learn/{section}"));
    let mut seen = Vec::new();
    for path in paths {
        let answer = api
            .request(Method::GET, &path)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        seen.push((path, status, String::from_utf8_lossy(&body).into_owned()));
    }
    seen
}

struct Ids {
    course: String,
    document: String,
    section: String,
    job: String,
    session: String,
}

impl Ids {
    /// The addresses of a route.
    fn fill(&self, template: &str) -> Vec<String> {
        let id = match template {
            path if path.starts_with("/api/courses") => &self.course,
            path if path.starts_with("/api/documents") => &self.document,
            path if path.starts_with("/api/sections") => &self.section,
            path if path.starts_with("/api/jobs/resource") => &self.document,
            path if path.starts_with("/api/jobs") => &self.job,
            path if path.starts_with("/api/me/sessions") => &self.session,
            path => {
                assert!(
                    !path.contains("{id}"),
                    "{path} has an id that this test does not know"
                );
                &self.course
            }
        };
        let path = template.replace("{id}", id);
        let path = path.replace("{type}", "document").replace("{number}", "1");
        match template {
            "/api/search" => vec![
                format!("{path}?q=organelle"),
                format!("{path}?q=enzyme+cell"),
            ],
            "/api/sections" => vec![format!("{path}?document_id={}", self.document)],
            "/api/lessons" => vec![
                format!("{path}?section_id={}", self.section),
                format!("{path}?document_id={}", self.document),
            ],
            _ => vec![path],
        }
    }
}

/// Ada studies; what she made, and her cookie.
async fn studied(api: &mut Api) -> (Ids, String) {
    api.sign_up("ada").await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::illustrated(), &course).await;
    api.document(pdf::biology(), &course).await;
    let section = api.sections(&document).await.remove(0);
    let lesson = api.lesson(&document, Some(&section)).await;
    api.lesson(&document, None).await;
    for check_in in lesson["check_ins"].as_array().expect("check-ins") {
        let answer = json!({"check_in_id": check_in["id"], "answer": check_in["expected_answer"]});
        assert_eq!(
            api.post("/api/check-ins/submit", answer).await.status,
            StatusCode::OK
        );
    }
    let begins = json!({"session_type": "lesson", "course_id": course, "document_id": document});
    api.post("/api/study-sessions/start", begins).await;
    api.post("/api/me/tokens", json!({"name": "A program"}))
        .await;
    let jobs = api.get("/api/jobs").await.body;
    let knocked = json!({"email": address("ada"), "password": PASSWORD});
    let answer = api.knock("/api/auth/sign-in", &knocked).await;
    let sessions = api.get("/api/me/sessions").await.body;
    let ids = Ids {
        course,
        document,
        section,
        job: text(&jobs["jobs"][0]["id"]),
        session: text(&sessions["sessions"][0]["id"]),
    };
    (ids, session_cookie(&answer).expect("a cookie"))
}

#[tokio::test]
async fn the_student_sees_the_same_on_the_server_and_back_on_the_laptop() {
    let embedded = [("DATABASE_URL", ""), ("AUTH_MODE", "accounts")];
    let mut api = Api::start(&embedded, Some("ada")).await;
    let (ids, cookie) = studied(&mut api).await;
    api.shows("ada", Shown::Cookie(cookie.clone()));
    let before = seen(&api, &ids).await;
    let good = before
        .iter()
        .filter(|(_, status, _)| *status == StatusCode::OK);
    assert!(good.count() >= 24, "{before:?}");

    let database = Database::new(PROGRAM.as_ref()).expect("a migrated database");
    let (url, files) = (database.url(), tempfile::tempdir().expect("a folder"));
    let objects = format!("file://{}", files.path().display());
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("OBJECT_STORE_URL", objects.as_str()),
    ];
    let data_dir = api.server.data_dir();
    let run = |arguments: &[&str], data_dir: &Path| {
        ultudy(arguments, data_dir, &settings)
            .output()
            .expect("it runs")
    };

    let in_use = refused(&run(&["transfer", "--to"], &data_dir));
    assert!(in_use.contains("the file is in use"), "{in_use}");

    api.server.terminate().await.expect("it stops");
    let report = said(&run(&["transfer", "--to", &url], &data_dir));
    assert!(
        report.contains("counted and hashed at both ends"),
        "{report}"
    );
    assert!(report.contains("Files: 3 copied, 0 were there"), "{report}");
    let on_server = server(&settings, &cookie).await;
    assert_same(&before, &seen(&on_server, &ids).await);

    let again = refused(&run(&["transfer", "--to"], &data_dir));
    assert!(again.contains("already ended"), "{again}");

    let mut on_server = on_server;
    on_server.server.terminate().await.expect("it stops");
    // Without OBJECT_STORE_URL the server's files are looked for in the folder that is to be filled.
    let nowhere = tempfile::tempdir().expect("a folder");
    let misled = ultudy(&["transfer", "--from", &url], nowhere.path(), &[]).output();
    let misled = refused(&misled.expect("it runs"));
    assert!(misled.contains("none of the first 3"), "{misled}");
    assert!(misled.contains("OBJECT_STORE_URL"), "{misled}");
    let back = tempfile::tempdir().expect("a folder");
    let report = said(&run(&["transfer", "--from"], back.path()));
    assert!(report.contains("Files: 3 copied"), "{report}");
    let folder = back.path().display().to_string();
    let on_laptop = [("DATABASE_URL", ""), ("DATA_DIR", folder.as_str())];
    let on_laptop = server(&on_laptop, &cookie).await;
    assert_same(&before, &seen(&on_laptop, &ids).await);
}

fn assert_same(before: &[(String, StatusCode, String)], after: &[(String, StatusCode, String)]) {
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        let [one, other] = [before, after].map(|(path, status, body)| {
            let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
            (path, *status, json.ok_or(body))
        });
        assert_eq!(one, other);
    }
}

/// Study sessions of the local user, so many that there is time to stop their transfer.
async fn fill(data_dir: &Path, rows: usize) {
    let url = format!("sqlite:{}/ultudy.db", data_dir.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("it opens");
    let sql = format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})
        INSERT INTO study_sessions (owner_id, id, session_type, chapter, total_check_ins,
            correct_check_ins, started_at)
        SELECT 'local', randomblob(16), 'lesson', 'Chapter ' || n, n % 20, n % 7,
            '2026-01-01T10:00:00.000001+00:00' FROM n"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("it is filled");
    connection.close().await.expect("it closes");
}

/// Killed in the middle, it goes on where it was; no server starts in between.
#[tokio::test]
async fn a_transfer_that_is_killed_goes_on() {
    let embedded = [("DATABASE_URL", ""), ("SAMPLE_COURSE", "false")];
    let mut api = Api::start(&embedded, None).await;
    api.course("Biology").await;
    api.server.terminate().await.expect("it stops");
    let data_dir = api.server.data_dir();
    fill(&data_dir, MANY).await;
    let database = Database::new(PROGRAM.as_ref()).expect("a migrated database");
    let url = database.url();
    let stored = || -> usize {
        let count = database.sql("SELECT count(*) FROM study_sessions");
        count.expect("it counts").parse().expect("a number")
    };

    let mut command = ultudy(&["transfer", "--to", &url], &data_dir, &[]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = ChildProcess::spawn(&mut command).expect("it starts");
    wait::until("some rows are there", PATIENCE, async || stored() > 0)
        .await
        .expect("it carries rows");
    running.kill().expect("it is killed");
    let there = stored();
    assert!(there < MANY, "it was killed too late: {there}");

    let settings = [("DATABASE_URL", url.as_str()), ("PORT", "0")];
    let refused_start = refused(&ultudy(&[], &data_dir, &settings).output().expect("it runs"));
    assert!(refused_start.contains("has not ended"), "{refused_start}");
    assert_eq!(stored(), there, "nothing is lost");

    let output = ultudy(&["transfer", "--to", &url], &data_dir, &[]).output();
    let report = said(&output.expect("it runs"));
    assert!(report.contains("this one went on from there"), "{report}");
    assert!(
        report.contains(&format!("{MANY} study sessions")),
        "{report}"
    );
    assert_eq!(stored(), MANY);
}

#[tokio::test]
async fn the_local_user_s_data_become_an_account_s() {
    let embedded = [("DATABASE_URL", ""), ("SAMPLE_COURSE", "false")];
    let mut api = Api::start(&embedded, None).await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::illustrated(), &course).await;
    let section = api.sections(&document).await.remove(0);
    let lesson = api.lesson(&document, Some(&section)).await;
    api.server.terminate().await.expect("it stops");

    let folder = api.server.data_dir();
    let data_dir = folder.display().to_string();
    let settings = [
        ("DATABASE_URL", ""),
        ("AUTH_MODE", "accounts"),
        ("DATA_DIR", &data_dir),
    ];
    let mut accounts = Api::start(&settings, Some("ada")).await;
    accounts.sign_up("ada").await;
    let own = accounts.course("Chemistry").await;
    let give = |email: &str, from: &[&str]| {
        let arguments = [&["user", "give", email], from].concat();
        ultudy(&arguments, &folder, &[]).output().expect("it runs")
    };
    let unknown = refused(&give("nobody@example.org", &[]));
    assert!(unknown.contains("does not exist"), "{unknown}");

    let report = said(&give(&address("ada"), &[]));
    assert!(
        report.contains("1 courses") && report.contains("1 documents"),
        "{report}"
    );

    let courses = accounts.get("/api/courses").await.body;
    let ids: Vec<String> = courses["courses"]
        .as_array()
        .expect("courses")
        .iter()
        .map(|course| text(&course["id"]))
        .collect();
    assert_eq!(ids, [course, own]);
    let there = accounts
        .get(&format!("/api/lessons?section_id={section}"))
        .await
        .body;
    assert_eq!(there["lesson"]["concepts"], lesson["concepts"]);
    let file = accounts
        .get(&format!("/api/documents/{document}/file"))
        .await;
    assert_eq!(file.status, StatusCode::OK);
    let hits = accounts.get("/api/search?q=organelle").await.body;
    assert_eq!(text(&hits["results"][0]["document_id"]), document);

    let nothing = refused(&give(&address("ada"), &[]));
    assert!(nothing.contains("nothing to give"), "{nothing}");
    accounts.sign_up("eve").await;
    let me = accounts.get("/api/me").await.body;
    let taken = refused(&give(&address("eve"), &["--from", &text(&me["id"])]));
    assert!(taken.contains("belong to an account"), "{taken}");
}

/// The files of a data folder or object store.
fn objects(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.join("blobs")).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// What the source lacks is told, what was half copied is copied anew.
#[tokio::test]
async fn every_file_is_compared_with_its_row() {
    let embedded = [("DATABASE_URL", ""), ("SAMPLE_COURSE", "false")];
    let mut api = Api::start(&embedded, None).await;
    let course = api.course("Biology").await;
    for page in ["one", "two", "three", "four"] {
        let texts = format!("A {page} is a number that is a page of this document, too.");
        api.document(pdf::Pdf::with_pages(&[&texts]).bytes(), &course)
            .await;
    }
    api.server.terminate().await.expect("it stops");
    let data_dir = api.server.data_dir();
    let there = objects(&data_dir.join("objects"));
    let [missing, damaged, half, whole] = &there[..] else {
        panic!("{there:?}");
    };
    std::fs::remove_file(missing).expect("it goes");
    std::fs::write(damaged, b"%PDF-1.7 something else").expect("it is written");
    let to = tempfile::tempdir().expect("a folder");
    let copy = |path: &Path| {
        to.path()
            .join("blobs")
            .join(path.file_name().expect("a name"))
    };
    std::fs::create_dir(to.path().join("blobs")).expect("a folder");
    std::fs::write(copy(half), b"%PDF-").expect("it is written");
    std::fs::copy(whole, copy(whole)).expect("it is copied");

    let database = Database::new(PROGRAM.as_ref()).expect("a migrated database");
    let (url, store) = (database.url(), format!("file://{}", to.path().display()));
    let settings = [("OBJECT_STORE_URL", store.as_str())];
    let output = ultudy(&["transfer", "--to", &url], &data_dir, &settings).output();
    let report = said(&output.expect("it runs"));
    assert!(
        report.contains("Files: 1 copied, 1 were there already"),
        "{report}"
    );
    assert!(
        report.starts_with("Everything is there but 2 files:"),
        "{report}"
    );
    for (path, what) in [(missing, "is missing"), (damaged, "is damaged")] {
        let name = path.file_name().expect("a name").to_string_lossy();
        let told = format!("File blobs/{name} {what} at the source");
        assert!(report.contains(&told), "{told}: {report}");
    }
    for path in [damaged, half, whole] {
        let [one, other] = [path.clone(), copy(path)].map(std::fs::read);
        assert_eq!(one.expect("it is there"), other.expect("it is there"));
    }
}

#[test]
fn what_cannot_be_a_transfer_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        refused(
            &ultudy(arguments, folder.path(), &[])
                .output()
                .expect("it runs"),
        )
    };
    for (arguments, reason) in [
        (&["transfer"][..], "--to"),
        (&["transfer", "--to"], "DATABASE_URL"),
        (
            &["transfer", "--to", "mysql://u:secret@h/d"],
            "must be postgres://",
        ),
        (
            &["transfer", "--to", "postgres://127.0.0.1:9/d"],
            "no database at",
        ),
        (&["transfer", "--to", "--from"], "cannot be used with"),
    ] {
        let said = run(arguments);
        assert!(
            said.contains(reason) && !said.contains("secret"),
            "{arguments:?}: {said}"
        );
    }
}
