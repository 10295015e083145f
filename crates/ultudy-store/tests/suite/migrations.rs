//! Schemas: brought up to date, refused when they are not, the same on both databases.

use futures_util::future::join_all;
use ultudy_store::{Store, StoreConfig, StoreError, migrate_postgres};
use ultudy_testkit::postgres::{Postgres, User};

use crate::{
    bench::{Bench, Database, config},
    fixtures::{ALICE, id, store_read_document, store_world},
};

/// What opening the database is refused with.
async fn refusal(config: &StoreConfig) -> String {
    match Store::open(config).await {
        Err(StoreError::Schema(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn two_programs_that_migrate_at_once_do_it_once() {
    let server = Postgres::shared().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let url = server.url(User::Owner, &database);
    let (one, other) = tokio::join!(migrate_postgres(&url), migrate_postgres(&url));
    let mut ran = [one.unwrap(), other.unwrap()];
    ran.sort_unstable();
    assert!(ran[0] == 0 && ran[1] > 0, "{ran:?}");
}

/// As soon as the file is there they all want to change how it is written, which SQLite refuses all but
/// one of without a wait.
#[tokio::test(flavor = "multi_thread")]
async fn programs_that_open_a_new_file_at_once_all_can() {
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let config = StoreConfig::Sqlite {
            path: dir.path().join("new.sqlite"),
        };
        let stores = join_all((0..8).map(|_| {
            let config = config.clone();
            tokio::spawn(async move { Store::open(&config).await })
        }));
        for store in stores.await {
            let mut tx = store.unwrap().unwrap().read(ALICE).await.unwrap();
            let none = ultudy_store::jobs::in_flight(&mut tx, "key").await.unwrap();
            assert!(none.is_none());
        }
    }
}

/// As after an interruption: PostgreSQL keeps what it had built, and marks it invalid.
#[tokio::test]
async fn an_index_half_built_is_refused_and_then_built_anew() {
    for change in [
        "UPDATE pg_index SET indisvalid = false
            WHERE indexrelid = 'idx_lessons_section_owner'::regclass",
        "DROP INDEX idx_jobs_owner_status",
    ] {
        let bench = Bench::postgres().await;
        let Database::Postgres { server, name } = &bench.database else {
            unreachable!()
        };
        server.sql(name, change).unwrap();
        let reason = refusal(&bench.database.config()).await;
        assert!(reason.contains("ultudy migrate"), "{reason}");

        let url = server.url(User::Owner, name);
        let (one, other) = tokio::join!(migrate_postgres(&url), migrate_postgres(&url));
        assert_eq!((one.unwrap(), other.unwrap()), (0, 0));

        Store::open(&bench.database.config()).await.unwrap();
        let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        assert_eq!(server.sql(name, invalid).unwrap(), "0");
    }
}

/// A server of its own, on which the program's roles have never been made.
#[tokio::test]
async fn the_roles_are_made_where_they_are_missing() {
    let server = Postgres::start().unwrap();
    server
        .sql(
            "postgres",
            "DROP ROLE ultudy_tenant; DROP ROLE ultudy_system",
        )
        .unwrap();
    let databases = [(); 2].map(|()| server.create_database(User::Stranger).unwrap());
    let urls = databases.map(|name| server.url(User::Stranger, &name));

    let unable = server.create_database(User::Owner).unwrap();
    let refused = migrate_postgres(&server.url(User::Owner, &unable)).await;
    let Err(StoreError::Schema(reason)) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert!(reason.contains("CREATE ROLE ultudy_tenant"), "{reason}");

    // Two databases of one server: their locks are apart, the roles are the same.
    let (one, other) = tokio::join!(migrate_postgres(&urls[0]), migrate_postgres(&urls[1]));
    let ran = [one.unwrap(), other.unwrap()];
    assert!(ran[0] == ran[1] && ran[0] > 0, "{ran:?}");
    for url in urls {
        let store = Store::open(&config(url)).await.unwrap();
        let mut tx = store.write(ALICE).await.unwrap();
        store_world(&mut tx, 0).await;
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_database_is_refused_with_the_remedy() {
    let server = Postgres::shared().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let reason = refusal(&config(server.url(User::Member, &database))).await;
    assert!(reason.contains("ultudy migrate"), "{reason}");
}

#[tokio::test]
async fn a_user_outside_the_roles_is_refused_with_the_remedy() {
    let bench = Bench::postgres().await;
    let Database::Postgres { server, name } = &bench.database else {
        unreachable!()
    };
    let reason = refusal(&config(server.url(User::Stranger, name))).await;
    assert!(reason.contains("GRANT ultudy_tenant"), "{reason}");
}

#[tokio::test]
async fn an_older_newer_or_foreign_schema_is_refused_with_the_remedy() {
    let cases = [
        ("DELETE FROM schema_migrations", "older"),
        (
            "INSERT INTO schema_migrations (version, name, checksum)
                SELECT max(version) + 1, 'later', '' FROM schema_migrations",
            "newer",
        ),
        ("UPDATE schema_migrations SET checksum = 'other'", "another"),
    ];
    for (change, word) in cases {
        let bench = Bench::postgres().await;
        bench.database.ask(change).await;
        let reason = refusal(&bench.database.config()).await;
        assert!(reason.contains(word), "{change}: {reason}");
    }
    // An older file is simply migrated.
    for (change, word) in &cases[1..] {
        let bench = Bench::sqlite().await;
        bench.database.ask(change).await;
        let reason = refusal(&bench.database.config()).await;
        assert!(reason.contains(word), "{change}: {reason}");
    }
}

/// The tables' columns and the indexes, by name, but for the inverted index, which is each
/// database's own.
#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let sqlite = Bench::sqlite().await;
    let postgres = Bench::postgres().await;
    let columns = sqlite
        .database
        .ask(
            "SELECT m.name || '.' || c.name || CASE WHEN c.\"notnull\" THEN '!' ELSE '' END
            FROM sqlite_master m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'chunk_terms%'
                AND m.name <> 'sqlite_sequence' ORDER BY 1",
        )
        .await;
    let theirs = postgres
        .database
        .ask(
            "SELECT table_name || '.' || column_name
                || CASE is_nullable WHEN 'NO' THEN '!' ELSE '' END
            FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> 'chunk_terms' ORDER BY 1",
        )
        .await;
    assert_eq!(columns, theirs);
    let named = "LIKE 'idx%' ORDER BY 1";
    let indexes = format!("SELECT name FROM sqlite_master WHERE type = 'index' AND name {named}");
    let theirs = format!("SELECT indexname FROM pg_indexes WHERE indexname {named}");
    assert_eq!(
        sqlite.database.ask(&indexes).await,
        postgres.database.ask(&theirs).await
    );
}

/// Else deleting a parent reads the whole table of its children.
#[tokio::test]
async fn every_foreign_key_has_its_index() {
    let bench = Bench::postgres().await;
    let without = bench
        .database
        .ask(
            "SELECT c.conname FROM pg_constraint c
            WHERE c.contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index i
                WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
                    AND c.conkey @> (i.indkey::int2[])[0:cardinality(c.conkey) - 1]
                    AND c.conkey <@ (i.indkey::int2[])[0:cardinality(c.conkey) - 1]
            )",
        )
        .await;
    // Its index leaves out the lessons on whole documents, whose key is null anyway.
    assert_eq!(without, ["lessons_owner_id_section_id_fkey"]);
}

/// The schema as it was before there was a search index.
const BEFORE_SEARCH: [&str; 41] = [
    "DROP TABLE preferences",
    "DROP TABLE llm_batch_items",
    "DROP TABLE llm_batches",
    "ALTER TABLE jobs DROP COLUMN patient",
    "DROP TABLE page_readings",
    "ALTER TABLE documents DROP COLUMN transcribed_pages",
    "DROP TABLE chunk_vectors",
    "DROP TABLE document_embeddings",
    "ALTER TABLE jobs DROP COLUMN put_off_since",
    "DROP TABLE llm_calls",
    "DROP TABLE llm_usage",
    "DROP TABLE llm_budgets",
    "DROP TABLE llm_reservations",
    "ALTER TABLE generations DROP COLUMN tokens",
    "ALTER TABLE generations DROP COLUMN cost_micros",
    "DROP INDEX idx_jobs_leaders",
    "DROP INDEX idx_jobs_followers",
    "DROP INDEX idx_jobs_deliverable",
    "CREATE INDEX idx_jobs_due ON jobs (queue, priority, run_at, id)",
    "ALTER TABLE jobs DROP COLUMN leads_for",
    "ALTER TABLE jobs DROP COLUMN waits_for",
    "DROP TABLE workers",
    "DROP INDEX idx_jobs_ended",
    "DROP TABLE outdated_lessons",
    "DROP TABLE transfers",
    "DROP TABLE one_time_links",
    "DROP TABLE api_tokens",
    "DROP TABLE auth_sessions",
    "DROP TABLE users",
    "DROP TABLE glossaries",
    "DROP TABLE figures",
    "DROP TABLE chunk_terms",
    "DROP TABLE chunks",
    "DROP TABLE document_index",
    "DROP INDEX idx_documents_sha256_owner",
    "CREATE INDEX idx_documents_sha256 ON documents (sha256)",
    "DROP INDEX idx_lessons_generation_owner",
    "CREATE INDEX idx_lessons_generation ON lessons (generation_key)",
    "ALTER TABLE check_ins DROP COLUMN kind",
    "ALTER TABLE lessons DROP COLUMN written",
    "DELETE FROM schema_migrations
    WHERE version >= (SELECT version FROM schema_migrations WHERE name = 'search')",
];

/// The same on PostgreSQL alone.
const BEFORE_POLICIES_BY_KEY: &str = "
    DROP POLICY of_own_documents ON blobs; DROP POLICY by_key ON blobs;
    DROP POLICY of_own_lessons ON generations; DROP POLICY by_key ON generations";

#[tokio::test]
async fn documents_of_before_there_was_search_wait_for_the_index() {
    for bench in [Bench::sqlite().await, Bench::postgres().await] {
        let mut tx = bench.write().await;
        store_read_document(&mut tx, 10, None).await;
        tx.commit().await.unwrap();
        if let Database::Postgres { server, name } = &bench.database {
            for table in ["courses", "documents", "study_sessions"] {
                let policy = format!("DROP POLICY owners ON {table}");
                server.sql(name, &policy).unwrap();
            }
            server.sql(name, BEFORE_POLICIES_BY_KEY).unwrap();
        }
        for statement in BEFORE_SEARCH {
            match &bench.database {
                Database::Postgres { server, name } => {
                    server.sql(name, statement).unwrap();
                }
                Database::Sqlite { .. } => {
                    bench.database.ask(statement).await;
                }
            }
        }
        if let Database::Postgres { server, name } = &bench.database {
            migrate_postgres(&server.url(User::Owner, name))
                .await
                .unwrap();
        }
        let store = Store::open(&bench.database.config()).await.unwrap();
        let mut tx = store.system().await.unwrap();
        let waiting = ultudy_store::chunks::pending(&mut tx, 9).await.unwrap();
        assert_eq!(waiting, [(ALICE.to_owned(), id(10))]);
    }
}

/// SQLite makes the tables anew: nothing is lost with the old ones.
#[tokio::test]
async fn accounts_of_before_there_were_issuers_stay_as_they_are() {
    use sqlx::{Connection, Row, SqliteConnection};
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let run = async |connection: &mut SqliteConnection, script: &'static str| {
        sqlx::raw_sql(script).fetch_all(connection).await.unwrap()
    };
    run(&mut connection, "PRAGMA foreign_keys = on").await;
    run(
        &mut connection,
        include_str!("../../migrations/sqlite/0007_accounts.sql"),
    )
    .await;
    let accounts = "
        INSERT INTO users VALUES ('ada', 'ada@example.org', 'hash', 'operator', '1', '2');
        INSERT INTO auth_sessions VALUES ('ada', x'01', 'a', '1', '2', '3', 'agent', 'there');
        INSERT INTO api_tokens VALUES ('ada', x'02', 'b', 'name', '1', '2', '3');
        INSERT INTO one_time_links VALUES ('ada', 'c', 'password_reset', '1', '2', '3');";
    run(&mut connection, accounts).await;
    const TABLES: [&str; 4] = ["users", "auth_sessions", "api_tokens", "one_time_links"];
    let contents = async |connection: &mut SqliteConnection| {
        let mut all = Vec::new();
        for table in TABLES {
            let columns =
                format!("SELECT name FROM pragma_table_info('{table}') WHERE name <> 'issuer'");
            let columns = sqlx::raw_sql(sqlx::AssertSqlSafe(columns));
            let columns = columns.fetch_all(&mut *connection).await.unwrap();
            let columns: Vec<String> = columns
                .iter()
                .map(|row| format!("quote({})", row.get::<String, _>(0)))
                .collect();
            let rows = format!("SELECT {} FROM {table}", columns.join(" || ',' || "));
            let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(rows));
            let rows = rows.fetch_all(&mut *connection).await.unwrap();
            all.extend(rows.iter().map(|row| row.get::<String, _>(0)));
        }
        all
    };
    let before = contents(&mut connection).await;
    assert_eq!(before.len(), TABLES.len());
    let mut tx = connection.begin().await.unwrap();
    run(
        &mut tx,
        include_str!("../../migrations/sqlite/0008_issuers.sql"),
    )
    .await;
    tx.commit().await.unwrap();
    assert_eq!(contents(&mut connection).await, before);
    run(&mut connection, "DELETE FROM users").await;
    let left = contents(&mut connection).await;
    assert_eq!(
        left.len(),
        1,
        "sessions and tokens go with their user: {left:?}"
    );
}
