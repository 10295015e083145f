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
