//! The same program on PostgreSQL behind PgBouncer in transaction mode, with nothing
//! changed but environment variables.

use std::process::Command;

use ultudy_testkit::{
    database::Database,
    postgres::{Postgres, User},
};

use crate::{
    api::{Api, PATIENCE},
    pdf, study_loop, tenants,
};

/// A server on a migrated database behind PgBouncer; the user it connects as owns nothing.
async fn on_postgres(user: &str, database: &Database) -> Api {
    let url = database.url();
    let settings = [("AUTH_MODE", "dev"), ("DATABASE_URL", url.as_str())];
    Api::start(&settings, Some(user)).await
}

fn database() -> Database {
    Database::new(env!("CARGO_BIN_EXE_ultudy").as_ref()).expect("a migrated database")
}

#[tokio::test]
async fn a_student_studies_and_nobody_else_sees_it() {
    let database = database();
    let api = on_postgres("ada", &database).await;
    study_loop::studies(&api).await;
    tenants::are_kept_apart(&api).await;
}

/// As after an upgrade from a version without search: housekeeping catches up.
#[tokio::test]
async fn documents_from_before_there_was_search_are_found_after_a_start() {
    let database = database();
    let api = on_postgres("ada", &database).await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    drop(api);
    let before = "DELETE FROM chunks; UPDATE document_index SET pending = TRUE, chunks = 0";
    database.sql(before).expect("it runs");

    let api = on_postgres("ada", &database).await;
    let is_found = async || api.get("/api/search?q=cell").await.body["results"][0].is_object();
    ultudy_testkit::wait::until("the document is found", PATIENCE, is_found)
        .await
        .expect("it is read into the index");
}

#[tokio::test]
async fn a_database_that_was_not_migrated_is_refused_with_the_remedy() {
    let server = Postgres::shared().expect("PostgreSQL starts");
    let database = server.create_database(User::Owner).expect("a database");
    let folder = tempfile::tempdir().expect("a folder");
    let refused = Command::new(env!("CARGO_BIN_EXE_ultudy"))
        .current_dir(folder.path())
        .env("PORT", "0")
        .env("DATABASE_URL", server.url(User::Owner, &database))
        .output()
        .expect("it runs");
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("ultudy migrate"), "{said}");
}

/// Over a replica that has stopped replaying: a page that read its own user's rows there
/// would show none of them.
#[tokio::test]
async fn a_user_s_own_changes_are_on_the_next_page_however_late_the_replica_is() {
    let primary = Postgres::start().expect("PostgreSQL starts");
    let name = primary.create_database(User::Owner).expect("a database");
    let migrated = Command::new(env!("CARGO_BIN_EXE_ultudy"))
        .arg("migrate")
        .env("DATABASE_URL", primary.url(User::Owner, &name))
        .status();
    assert!(migrated.expect("it runs").success());
    let replica = primary.start_replica().expect("a replica starts");
    let (url, replica_url) = (
        primary.url(User::Member, &name),
        replica.url(User::Member, &name),
    );
    let settings = [
        ("AUTH_MODE", "dev"),
        ("DATABASE_URL", url.as_str()),
        ("READ_REPLICA_URL", replica_url.as_str()),
        ("REPLICA_PIN_SECONDS", "600"),
    ];
    let api = Api::start(&settings, Some("ada")).await;
    let names = async |user: &str| {
        let asked = api.request_as(Some(user), reqwest::Method::GET, "/api/courses");
        let courses = crate::api::send(asked).await.body["courses"].take();
        courses.as_array().map_or(0, Vec::len)
    };
    let in_use = async || {
        let health = api.get("/api/db/health").await.body;
        health["parts"][0]["replicas_in_use"] == 1
    };
    ultudy_testkit::wait::until("the replica is in use", PATIENCE, in_use)
        .await
        .expect("it is taken into use");
    replica
        .sql(&name, "SELECT pg_wal_replay_pause()")
        .expect("it pauses");
    // Of another process, so nobody here knows of it.
    let carols = "INSERT INTO courses (owner_id, id, name, created_at, updated_at)
        VALUES ('carol', gen_random_uuid(), 'Sets', now(), now())";
    primary.sql(&name, carols).expect("it is stored");
    assert_eq!(names("carol").await, 0, "pages are read from the replica");

    for made in 1..=5 {
        api.course(&format!("Course {made}")).await;
        assert_eq!(names("ada").await, made);
    }
    assert_eq!(names("carol").await, 0);
}
