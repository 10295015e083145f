//! A database that refuses, is full, goes away or comes back in the middle: told in one line at
//! the start, as a 503 that says when to come back afterwards, and never as a wrong answer.

use std::{
    process::{Command, Output},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use ultudy_testkit::{
    chaos::{Chaos, Fault},
    pgbouncer::PgBouncer,
    postgres::{Postgres, User},
    process::ChildProcess,
    wait,
};

use crate::{
    api::{Api, PATIENCE, text},
    fleet::through,
};

/// What a user is told within, however busy the database is.
const SOON: Duration = Duration::from_secs(2);
/// What an operator is told within, whose database says nothing: the start waits for 5 s.
const AT_THE_START: Duration = Duration::from_secs(15);

/// A server of its own with a migrated database.
fn migrated() -> (Postgres, String) {
    let server = Postgres::start().expect("PostgreSQL starts");
    let name = server.create_database(User::Owner).expect("a database");
    let output = run(&["migrate"], &server.url(User::Owner, &name));
    assert!(output.status.success(), "{}", stderr(&output));
    (server, name)
}

fn run(arguments: &[&str], url: &str) -> Output {
    command(arguments, url).output().expect("it runs")
}

fn command(arguments: &[&str], url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ultudy"));
    command
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env("PORT", "0")
        .env("DATABASE_URL", url);
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn serving(url: &str, settings: &[(&str, &str)]) -> Api {
    let mut all = vec![("AUTH_MODE", "dev"), ("DATABASE_URL", url)];
    all.extend(settings);
    Api::start(&all, Some("ada")).await
}

/// Told to come back, and when.
async fn is_put_off(api: &Api, method: Method, path: &str) {
    let request = api.request(method.clone(), path);
    let request = request.json(&json!({"name": "Never stored"}));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
    let seconds = answer.headers()[RETRY_AFTER].to_str().expect("text");
    assert!(seconds.parse::<u32>().expect("seconds") > 0);
    let problem: Value = answer.json().await.expect("JSON");
    assert!(problem["error"].is_string(), "{method} {path}: {problem}");
}

async fn courses(api: &Api) -> Vec<String> {
    let answer = api.get("/api/courses").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let courses = answer.body["courses"].as_array().expect("courses").iter();
    courses.map(|course| text(&course["name"])).collect()
}

async fn recovers(api: &Api) {
    let answers = async || api.get("/api/courses").await.status == StatusCode::OK;
    wait::until("it answers again", PATIENCE, answers)
        .await
        .expect("it recovers by itself");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_a_new_one_is_waited_for() {
    let (server, name) = migrated();
    server
        .require_password(User::Member, "right")
        .expect("it is set");
    let url = server.url(User::Member, &name);
    let with = |password: &str| url.replace("member@", &format!("member:{password}@"));
    for arguments in [&["serve"][..], &["migrate"]] {
        let refused = run(arguments, &with("mistaken"));
        let said = stderr(&refused);
        assert!(!refused.status.success());
        assert_eq!(said.trim().lines().count(), 1, "{said}");
        assert!(said.contains("the user or the password"), "{said}");
        assert!(!said.contains("mistaken"), "it tells the password: {said}");
    }

    let api = serving(&with("right"), &[]).await;
    api.course("Stored").await;
    server
        .require_password(User::Member, "changed")
        .expect("it is set");
    // One that had shown the old password may only now have become a connection.
    let put_off = async || {
        server.disconnect(&name).expect("they end");
        api.get("/api/courses").await.status == StatusCode::SERVICE_UNAVAILABLE
    };
    wait::until("the last connection has ended", PATIENCE, put_off)
        .await
        .expect("none is made any more");
    is_put_off(&api, Method::GET, "/api/courses").await;
    is_put_off(&api, Method::POST, "/api/courses").await;
    server
        .require_password(User::Member, "right")
        .expect("it is set");
    assert_eq!(courses(&api).await, ["Stored"]);
}

/// Whatever looks after processes tries it again.
#[tokio::test]
async fn a_database_that_says_nothing_at_the_start_ends_it_with_one_line() {
    let (server, name) = migrated();
    let way = Chaos::start(server.port()).expect("a proxy");
    let url = through(&server.url(User::Member, &name), &way);
    way.set(Fault::HalfOpen);
    let begun = Instant::now();
    let ended = run(&["serve"], &url);
    let said = stderr(&ended);
    assert!(!ended.status.success());
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains("the database is not available"), "{said}");
    assert!(begun.elapsed() < AT_THE_START, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_user_without_rights_is_told_which_to_give() {
    let (server, name) = migrated();
    let refused = run(&["serve"], &server.url(User::Stranger, &name));
    let said = stderr(&refused);
    assert!(!refused.status.success());
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(
        said.contains("GRANT ultudy_tenant, ultudy_system TO"),
        "{said}"
    );

    let api = serving(&server.url(User::Member, &name), &[]).await;
    api.course("Stored").await;
    server
        .sql(&name, "REVOKE ultudy_tenant FROM member")
        .expect("it is revoked");
    is_put_off(&api, Method::GET, "/api/courses").await;
    is_put_off(&api, Method::POST, "/api/courses").await;
    server
        .sql(&name, "GRANT ultudy_tenant TO member")
        .expect("it is granted");
    assert_eq!(courses(&api).await, ["Stored"]);
}

#[tokio::test]
async fn a_database_that_only_reads_is_read_and_changes_are_put_off() {
    let (server, name) = migrated();
    let api = serving(&server.url(User::Member, &name), &[]).await;
    api.course("Before").await;
    let only_read = |on: &str| {
        let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
        server.sql("postgres", &set).expect("it is set");
        server.disconnect(&name).expect("they end");
    };
    only_read("on");
    is_put_off(&api, Method::POST, "/api/courses").await;
    assert_eq!(courses(&api).await, ["Before"]);
    only_read("off");
    api.course("After").await;
    assert_eq!(courses(&api).await, ["Before", "After"]);
}

/// Every connection is held by a request that waits for a lock.
async fn refuses_soon_and_recovers(server: &Postgres, name: &str, url: &str, pool: &str) {
    let api = serving(url, &[("DATABASE_POOL_SIZE", pool)]).await;
    api.course("Stored").await;
    let superuser = server.url(User::Superuser, name);
    let mut holder = PgConnection::connect(&superuser).await.expect("connected");
    let mut lock = holder.begin().await.expect("begun");
    sqlx::query("LOCK TABLE courses IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .expect("locked");
    let stuck = join_all((0..2).map(|_| async {
        let request = api.request(Method::POST, "/api/courses");
        let answer = request.json(&json!({"name": "Waiting"})).send().await;
        answer.expect("an answer").status()
    }));
    let asked = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND query LIKE '%courses%'";
        let used_up = async || server.sql(name, waiting).expect("counted") == "2";
        wait::until("both connections are used up", PATIENCE, used_up)
            .await
            .expect("they wait");
        let begun = Instant::now();
        // Read in transactions, and in one round trip.
        let paths = ["/api/jobs", "/api/courses"].repeat(3).into_iter();
        join_all(paths.map(|path| is_put_off(&api, Method::GET, path))).await;
        assert!(begun.elapsed() < SOON, "told after {:?}", begun.elapsed());
        lock.rollback().await.expect("released");
    };
    let (answered, ()) = tokio::join!(stuck, asked);
    assert_eq!(answered, [StatusCode::CREATED; 2]);
    recovers(&api).await;
}

#[tokio::test]
async fn a_full_pool_is_told_within_two_seconds() {
    let (server, name) = migrated();
    let url = server.url(User::Member, &name);
    refuses_soon_and_recovers(&server, &name, &url, "2").await;
}

#[tokio::test]
async fn a_full_pgbouncer_is_told_within_two_seconds() {
    let (server, name) = migrated();
    let pooler = PgBouncer::start(&server, 2).expect("PgBouncer starts");
    let url = pooler.url(User::Member, &name);
    refuses_soon_and_recovers(&server, &name, &url, "20").await;
}

/// What a student was told of a course.
#[derive(Debug, Default)]
struct Told {
    stored: Vec<String>,
    unknown: Vec<String>,
}

/// How many courses a student stores at most: a list shows a thousand at once, and some may be
/// stored of which they were not told.
const STORED_MAX: usize = 900;

/// Stores courses until told to stop, and reads them back after each.
async fn studies(api: &Api, user: &str, stop: &tokio::sync::watch::Receiver<bool>) -> Told {
    let mut told = Told::default();
    for n in 0.. {
        if told.stored.len() < STORED_MAX {
            let name = format!("{user} {n}");
            let request = api.request_as(Some(user), Method::POST, "/api/courses");
            let answer = request.json(&json!({"name": name})).send().await;
            match answer.expect("an answer").status() {
                StatusCode::CREATED => told.stored.push(name),
                StatusCode::SERVICE_UNAVAILABLE => told.unknown.push(name),
                other => panic!("{other} while the database restarts"),
            }
        }
        let request = api.request_as(Some(user), Method::GET, "/api/courses");
        let answer = request.send().await.expect("an answer");
        match answer.status() {
            StatusCode::OK => {
                let seen: Value = answer.json().await.expect("JSON");
                check(&told, &seen, user);
            }
            StatusCode::SERVICE_UNAVAILABLE => {}
            other => panic!("{other} while the database restarts"),
        }
        if *stop.borrow() {
            break;
        }
    }
    told
}

/// All that was acknowledged is there once; nothing but that and what was left open.
fn check(told: &Told, seen: &Value, user: &str) {
    let seen = seen["courses"].as_array().expect("courses").iter();
    let mut names: Vec<String> = seen.map(|course| text(&course["name"])).collect();
    for name in &told.stored {
        let at = names.iter().position(|seen| seen == name);
        names.swap_remove(at.unwrap_or_else(|| panic!("{name} of {user} is lost")));
    }
    for name in names {
        assert!(told.unknown.contains(&name), "{name} came of itself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_restarts_under_load_loses_and_mixes_up_nothing() {
    let (mut server, name) = migrated();
    let pooler = PgBouncer::start(&server, 3).expect("PgBouncer starts");
    let (direct, pooled) = (
        serving(&server.url(User::Member, &name), &[]).await,
        serving(&pooler.url(User::Member, &name), &[]).await,
    );
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let users: Vec<String> = (0..6).map(|n| format!("student-{n}")).collect();
    let students = users.iter().zip([&direct, &pooled].into_iter().cycle());
    let load = join_all(students.map(|(user, api)| studies(api, user, &stopped)));
    let crashes = async {
        for _ in 0..2 {
            tokio::task::block_in_place(|| server.restart()).expect("it starts again");
            for api in [&direct, &pooled] {
                recovers(api).await;
                api.course("After a crash").await;
            }
        }
        stop.send(true).expect("they listen");
    };
    let (told, ()) = tokio::join!(load, crashes);
    for ((user, told), api) in users
        .iter()
        .zip(&told)
        .zip([&direct, &pooled].into_iter().cycle())
    {
        let request = api.request_as(Some(user), Method::GET, "/api/courses?limit=1000");
        let seen = crate::api::send(request).await.body;
        check(told, &seen, user);
        assert!(!told.stored.is_empty(), "{user} stored nothing");
    }
}

/// Killed while its transaction waits for a lock, and while it builds an index: both times the
/// next run finishes what is missing.
#[tokio::test]
async fn a_migration_that_is_killed_half_way_is_run_on() {
    let server = Postgres::start().expect("PostgreSQL starts");
    let name = server.create_database(User::Owner).expect("a database");
    let url = server.url(User::Owner, &name);
    let mut holder = PgConnection::connect(&url).await.expect("connected");

    // A table of this name is not there yet, nor can it be made: half of the tables are.
    let mut obstacle = holder.begin().await.expect("begun");
    sqlx::query("CREATE TABLE figures (x integer)")
        .execute(&mut *obstacle)
        .await
        .expect("made");
    kill_while_it_waits(&server, &name, &url).await;
    obstacle.rollback().await.expect("released");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql(&name, tables).expect("counted"), "0");

    // Indexes are built after the tables, and wait for whoever changes one of these.
    let migrated = run(&["migrate"], &url);
    assert!(migrated.status.success(), "{}", stderr(&migrated));
    let unmade = "DROP INDEX idx_lessons_document_owner; DROP INDEX idx_jobs_owner_status";
    server.sql(&name, unmade).expect("dropped");
    let mut obstacle = holder.begin().await.expect("begun");
    sqlx::query("LOCK TABLE lessons IN ROW EXCLUSIVE MODE")
        .execute(&mut *obstacle)
        .await
        .expect("locked");
    kill_while_it_waits(&server, &name, &url).await;
    obstacle.rollback().await.expect("released");
    let refused = run(&["serve"], &url);
    assert!(
        stderr(&refused).contains("ultudy migrate"),
        "{}",
        stderr(&refused)
    );

    let migrated = run(&["migrate"], &url);
    assert!(migrated.status.success(), "{}", stderr(&migrated));
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(server.sql(&name, invalid).expect("counted"), "0");
    serving(&url, &[]).await.course("Stored").await;
}

/// Starts a migration, waits until it waits for a lock, and kills it; its server process, which
/// cannot know, is ended, too, as it is when the machine goes down.
async fn kill_while_it_waits(server: &Postgres, name: &str, url: &str) {
    let mut migration = ChildProcess::spawn(&mut command(&["migrate"], url)).expect("it starts");
    let waiting = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND wait_event_type = 'Lock'"
    );
    let pid = wait::for_some("the migration waits", PATIENCE, async || {
        let pid = server.sql(name, &waiting).expect("asked");
        (!pid.is_empty()).then_some(pid)
    });
    let pid = pid.await.expect("it waits");
    migration.kill().expect("killed");
    let end = format!("SELECT pg_terminate_backend({pid})");
    server.sql("postgres", &end).expect("ended");
    let gone = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
    let is_gone = async || server.sql("postgres", &gone).expect("asked") == "0";
    wait::until("its server process is gone", PATIENCE, is_gone)
        .await
        .expect("it ends");
}
