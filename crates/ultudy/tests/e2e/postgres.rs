//! The same program on PostgreSQL behind PgBouncer in transaction mode, with nothing
//! changed but environment variables.

use std::process::Command;

use ultudy_testkit::{
    database::Database,
    postgres::{Postgres, User},
    redis::Redis,
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
    let before = "DELETE FROM chunks; DELETE FROM document_embeddings; UPDATE document_index SET pending = TRUE, chunks = 0";
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

/// A primary and a replica that has stopped replaying: a page that read its own user's rows there
/// would show none of them.
struct Paused {
    name: String,
    // Goes before the primary.
    replica: Postgres,
    primary: Postgres,
}

impl Paused {
    fn start() -> Self {
        let primary = Postgres::start().expect("PostgreSQL starts");
        let name = primary.create_database(User::Owner).expect("a database");
        let migrated = Command::new(env!("CARGO_BIN_EXE_ultudy"))
            .arg("migrate")
            .env("DATABASE_URL", primary.url(User::Owner, &name))
            .status();
        assert!(migrated.expect("it runs").success());
        let replica = primary.start_replica().expect("a replica starts");
        Self {
            name,
            replica,
            primary,
        }
    }

    fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("AUTH_MODE", "dev".into()),
            ("DATABASE_URL", self.primary.url(User::Member, &self.name)),
            (
                "READ_REPLICA_URL",
                self.replica.url(User::Member, &self.name),
            ),
            ("REPLICA_PIN_SECONDS", "600".into()),
        ]
    }

    /// Once these use it, it pauses; Carol has a course that only the primary has.
    async fn pause(&self, servers: &[&Api]) {
        for api in servers {
            let in_use = async || {
                let health = api.get("/api/db/health").await.body;
                health["parts"][0]["replicas_in_use"] == 1
            };
            ultudy_testkit::wait::until("the replica is in use", PATIENCE, in_use)
                .await
                .expect("it is taken into use");
        }
        let pause = "SELECT pg_wal_replay_pause()";
        self.replica.sql(&self.name, pause).expect("it pauses");
        // Of another process, so nobody here knows of it.
        let carols = "INSERT INTO courses (owner_id, id, name, created_at, updated_at)
            VALUES ('carol', gen_random_uuid(), 'Sets', now(), now())";
        self.primary.sql(&self.name, carols).expect("it is stored");
    }
}

async fn courses(api: &Api, user: &str) -> usize {
    let asked = api.request_as(Some(user), reqwest::Method::GET, "/api/courses");
    let courses = crate::api::send(asked).await.body["courses"].take();
    courses.as_array().map_or(0, Vec::len)
}

fn borrowed<'s>(settings: &'s [(&'static str, String)]) -> Vec<(&'s str, &'s str)> {
    let borrow = |(name, value): &'s (&'static str, String)| (*name, value.as_str());
    settings.iter().map(borrow).collect()
}

#[tokio::test]
async fn a_user_s_own_changes_are_on_the_next_page_however_late_the_replica_is() {
    let paused = Paused::start();
    let settings = paused.settings();
    let api = Api::start(&borrowed(&settings), Some("ada")).await;
    paused.pause(&[&api]).await;
    assert_eq!(
        courses(&api, "carol").await,
        0,
        "pages are read from the replica"
    );
    for made in 1..=5 {
        api.course(&format!("Course {made}")).await;
        assert_eq!(courses(&api, "ada").await, made);
    }
    assert_eq!(courses(&api, "carol").await, 0);
}

#[tokio::test]
async fn so_they_are_at_every_server_with_the_same_redis_and_while_it_is_away() {
    let paused = Paused::start();
    let mut redis = Redis::start().expect("Redis starts");
    let mut settings = paused.settings().to_vec();
    settings.push(("REDIS_URL", redis.url()));
    let start = async || Api::start(&borrowed(&settings), Some("ada")).await;
    let (one, other) = (start().await, start().await);
    paused.pause(&[&one, &other]).await;
    assert_eq!(
        courses(&other, "carol").await,
        0,
        "pages are read from the replica"
    );
    for made in 1..=5 {
        one.course(&format!("Course {made}")).await;
        assert_eq!(courses(&other, "ada").await, made);
    }
    assert_eq!(courses(&other, "carol").await, 0);
    redis.kill().expect("it dies");
    assert_eq!(
        courses(&other, "carol").await,
        1,
        "who changed something is not known"
    );
}

/// Users would not see at one what they changed at the other.
#[tokio::test]
async fn without_redis_an_api_of_several_reads_from_the_primary() {
    let paused = Paused::start();
    let files = tempfile::tempdir().expect("a folder");
    let mut settings = paused.settings().to_vec();
    settings.push((
        "OBJECT_STORE_URL",
        format!("file://{}", files.path().display()),
    ));
    let api = Api::start_as(&["api"], &borrowed(&settings), Some("ada")).await;
    paused.pause(&[]).await;
    assert_eq!(courses(&api, "carol").await, 1);
    api.server.logged("READ_REPLICA_URL is of no use").await;
}
