//! Row-level security by itself: what the database refuses even if a statement forgot its
//! owner. Every table is walked, also those that later migrations add.

use sqlx::{Connection, PgConnection, Row};
use ultudy_domain::document::DocumentChange;
use ultudy_store::documents;
use ultudy_testkit::postgres::User;

use crate::{
    bench::{Bench, Database},
    fixtures::{ALICE, BOB, id, store_account, store_world},
};

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Tables with an owner of which the system role may see something, and why.
const SEEN_BY_THE_SYSTEM: [(&str, &str); 15] = [
    ("jobs", "dispatch"),
    (
        "document_index",
        "housekeeping finds what waits for the index",
    ),
    (
        "document_embeddings",
        "housekeeping finds what waits for a model",
    ),
    (
        "outdated_lessons",
        "housekeeping tells the cache whose lessons have changed",
    ),
    ("users", "an e-mail address says whose password to check"),
    ("auth_sessions", "a cookie says who asks"),
    ("api_tokens", "a token says who asks"),
    ("one_time_links", "a link says whose password to change"),
    ("preferences", "a transfer finds the owners of all rows"),
    ("courses", "a transfer finds the owners of all rows"),
    ("documents", "a transfer finds the owners of all rows"),
    ("study_sessions", "a transfer finds the owners of all rows"),
    ("llm_calls", "the operator pays for them"),
    ("llm_usage", "the operator pays for them"),
    (
        "llm_batch_items",
        "one process sends for all, and an answer is found by its generation's key",
    ),
];

/// Tables without row-level security, and why. No tenant may touch them.
const UNSECURED: [(&str, &str); 7] = [
    ("llm_batches", "which batches were sent to providers"),
    ("llm_budgets", "what was spent, that of all as well"),
    ("llm_reservations", "what calls under way may cost"),
    (
        "page_readings",
        "what stands on a page, for whoever holds its picture",
    ),
    ("schema_migrations", "which migrations have run"),
    ("transfers", "which databases were carried into this one"),
    ("workers", "which processes do jobs"),
];

/// Tables without an owner, and how many rows are one's own.
const OWNERLESS: [(&str, &str); 2] = [
    (
        "blobs",
        "SELECT count(DISTINCT sha256) FROM (
            SELECT sha256 FROM documents WHERE owner_id = 'OWNER'
            UNION SELECT sha256 FROM figures WHERE owner_id = 'OWNER') own",
    ),
    (
        "generations",
        "SELECT count(DISTINCT generation_key) FROM lessons WHERE owner_id = 'OWNER'",
    ),
];

/// A database where Alice and Bob have a world each, and its tables with an owner.
async fn two_worlds() -> (Bench, Vec<String>) {
    let bench = Bench::postgres().await;
    for (owner, base) in [(ALICE, 0), (BOB, 100)] {
        let mut tx = bench.store.write(owner).await.unwrap();
        store_world(&mut tx, base).await;
        store_account(&mut tx).await;
        let change = DocumentChange::default();
        documents::update(&mut tx, id(base + 10), &change)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let tables = bench
        .database
        .ask(
            "SELECT table_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'owner_id' ORDER BY 1",
        )
        .await;
    assert!(tables.len() >= 9, "{tables:?}");
    (bench, tables)
}

async fn connect(bench: &Bench, user: User) -> PgConnection {
    let Database::Postgres { server, name } = &bench.database else {
        panic!("row-level security is PostgreSQL's");
    };
    PgConnection::connect(&server.url(user, name))
        .await
        .unwrap()
}

/// Runs statements in a transaction of their own as `role`; the last one's rows.
async fn as_role(
    connection: &mut PgConnection,
    role: &str,
    owner: Option<&str>,
    statement: &str,
) -> sqlx::Result<Vec<sqlx::postgres::PgRow>> {
    let owner = owner.map_or(String::new(), |owner| {
        format!("SELECT set_config('app.user_id', '{owner}', true);")
    });
    let mut tx = connection.begin().await?;
    let begin = format!("SET LOCAL ROLE {role}; {owner}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(begin))
        .execute(&mut *tx)
        .await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .fetch_all(&mut *tx)
        .await
}

async fn count(connection: &mut PgConnection, role: &str, owner: Option<&str>, from: &str) -> i64 {
    let statement = format!("SELECT count(*) FROM {from}");
    let rows = as_role(connection, role, owner, &statement).await.unwrap();
    rows[0].get(0)
}

fn code(error: &sqlx::Error) -> String {
    let refusal = error.as_database_error().expect("the server refused");
    refusal.code().unwrap().into_owned()
}

#[tokio::test]
async fn without_an_owner_there_is_nothing() {
    let (bench, tables) = two_worlds().await;
    for user in [User::Member, User::Owner, User::Superuser] {
        let mut connection = connect(&bench, user).await;
        for table in &tables {
            for unset in [None, Some("")] {
                let seen = count(&mut connection, "ultudy_tenant", unset, table).await;
                assert_eq!(seen, 0, "{table} shows rows to nobody");
            }
            // What a transaction before set must be gone with it.
            let alices = count(&mut connection, "ultudy_tenant", Some(ALICE), table).await;
            assert!(alices > 0);
            let after = count(&mut connection, "ultudy_tenant", None, table).await;
            assert_eq!(after, 0, "{table} remembers who came before");
        }
    }
}

#[tokio::test]
async fn anothers_rows_are_not_there_to_read_change_or_delete() {
    let (bench, tables) = two_worlds().await;
    for user in [User::Member, User::Owner, User::Superuser] {
        let mut connection = connect(&bench, user).await;
        for table in &tables {
            let bobs = format!("{table} WHERE owner_id = '{BOB}'");
            let seen = count(&mut connection, "ultudy_tenant", Some(ALICE), &bobs).await;
            assert_eq!(seen, 0, "{table} shows Bob's rows to Alice");
            for (verb, rest) in [("UPDATE", "SET owner_id = owner_id"), ("DELETE FROM", "")] {
                let change =
                    format!("{verb} {table} {rest} WHERE owner_id = '{BOB}' RETURNING owner_id");
                match as_role(&mut connection, "ultudy_tenant", Some(ALICE), &change).await {
                    Ok(changed) => assert_eq!(changed.len(), 0, "{change}"),
                    Err(error) => assert_eq!(code(&error), INSUFFICIENT_PRIVILEGE, "{change}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn no_row_can_be_given_to_another() {
    let (bench, tables) = two_worlds().await;
    let mut connection = connect(&bench, User::Member).await;
    for table in &tables {
        let forge = format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(
                NULL::{table}, to_jsonb(mine) || '{{\"owner_id\": \"{BOB}\"}}'
            )).* FROM {table} mine LIMIT 1"
        );
        let give = format!("UPDATE {table} SET owner_id = '{BOB}'");
        for statement in [forge, give] {
            let done = as_role(&mut connection, "ultudy_tenant", Some(ALICE), &statement).await;
            let error = done.expect_err(&statement);
            assert_eq!(code(&error), INSUFFICIENT_PRIVILEGE, "{statement}");
        }
    }
}

/// Without FORCE the owner of the tables would see everything; without a policy nobody would
/// see anything, and somebody would switch it off. Every table, also of later migrations.
#[tokio::test]
async fn every_table_has_security_and_a_policy() {
    let (bench, owned) = two_worlds().await;
    let unsecured = bench
        .database
        .ask(
            "SELECT relname FROM pg_class c
            WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (
                    SELECT FROM pg_policy WHERE polrelid = c.oid
                )) ORDER BY 1",
        )
        .await;
    assert_eq!(unsecured, UNSECURED.map(|(table, _)| table));
    for (table, _) in UNSECURED {
        let rights = format!(
            "SELECT has_any_column_privilege('ultudy_tenant', '{table}',
                'SELECT, INSERT, UPDATE, REFERENCES')
                OR has_table_privilege('ultudy_tenant', '{table}', 'DELETE, TRUNCATE, TRIGGER')"
        );
        assert_eq!(bench.database.ask(&rights).await, ["f"], "{table}");
    }
    // A tenant's policy is for all that it may do, and binds what it writes, too.
    let bound = bench
        .database
        .ask(
            "SELECT tablename FROM pg_policies
            WHERE roles = '{ultudy_tenant}' AND cmd = 'ALL' AND permissive = 'PERMISSIVE'
                AND qual = '(owner_id = current_setting(''app.user_id''::text, true))'
                AND with_check = qual ORDER BY 1",
        )
        .await;
    assert_eq!(bound, owned);
    let others = bench
        .database
        .ask(
            "SELECT DISTINCT tablename FROM pg_policies
            WHERE roles && '{public,ultudy_tenant}'::name[] AND tablename <> ALL (ARRAY(
                SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'owner_id'
            )) ORDER BY 1",
        )
        .await;
    assert_eq!(others, OWNERLESS.map(|(table, _)| table));
}

/// What is asked for is a policy, too, which shows less for it and never more.
#[tokio::test]
async fn the_index_tells_of_one_s_own_passages_whoever_is_named() {
    let (bench, _) = two_worlds().await;
    for user in [User::Member, User::Owner, User::Superuser] {
        let mut connection = connect(&bench, user).await;
        for (asks, of, found) in [
            (Some(ALICE), ALICE, true),
            (Some(ALICE), BOB, false),
            (Some(BOB), BOB, true),
            (Some(""), "", false),
            (None, ALICE, false),
        ] {
            let matching = format!("matching_passages('{of}', '!none', 99)");
            let seen = count(&mut connection, "ultudy_tenant", asks, &matching).await;
            assert_eq!(seen > 0, found, "{asks:?} asks for {of}'s");
            let counted = format!("SELECT count_{matching}");
            let counted = as_role(&mut connection, "ultudy_tenant", asks, &counted).await;
            assert_eq!(counted.unwrap()[0].get::<i64, _>(0), seen, "{asks:?} {of}");
        }
        let all = count(&mut connection, "ultudy_tenant", Some(ALICE), "chunk_terms").await;
        for (terms, found) in [("!none", all), ("none", 0), ("", all)] {
            let set = format!(
                "SELECT set_config('app.terms', '{terms}', true); SELECT owner_id FROM chunk_terms"
            );
            let seen = as_role(&mut connection, "ultudy_tenant", Some(ALICE), &set).await;
            let seen: Vec<String> = seen.unwrap().iter().map(|row| row.get(0)).collect();
            let own = seen.iter().filter(|owner| *owner == ALICE).count();
            assert_eq!(i64::try_from(own).unwrap(), found, "{terms}: {seen:?}");
            assert!(!seen.contains(&BOB.to_owned()), "{terms}: {seen:?}");
        }
        let asked = "SELECT matching_passages('alice', '!none', 99)";
        let refused = as_role(&mut connection, "ultudy_system", Some(ALICE), asked).await;
        assert_eq!(code(&refused.unwrap_err()), INSUFFICIENT_PRIVILEGE);
    }
}

/// Of what has no owner a tenant sees what its own rows refer to, and changes nothing.
#[tokio::test]
async fn what_has_no_owner_is_seen_through_what_has_one() {
    let (bench, _) = two_worlds().await;
    for user in [User::Member, User::Owner, User::Superuser] {
        let mut connection = connect(&bench, user).await;
        for (table, own) in OWNERLESS {
            let all = count(&mut connection, "ultudy_system", None, table).await;
            for owner in [ALICE, BOB] {
                let seen = count(&mut connection, "ultudy_tenant", Some(owner), table).await;
                let own = bench.database.ask(&own.replace("OWNER", owner)).await;
                assert_eq!(own, [seen.to_string()], "{table} of {owner}");
                assert!(0 < seen && seen < all, "{table}: {seen} of {all}");
            }
            let nobodys = count(&mut connection, "ultudy_tenant", None, table).await;
            assert_eq!(nobodys, 0, "{table}");
            for change in [
                format!("DELETE FROM {table}"),
                format!("UPDATE {table} SET created_at = created_at"),
                format!("INSERT INTO {table} SELECT * FROM {table}"),
            ] {
                let done = as_role(&mut connection, "ultudy_tenant", Some(ALICE), &change).await;
                let error = done.expect_err(&change);
                assert_eq!(code(&error), INSUFFICIENT_PRIVILEGE, "{change}");
            }
        }
    }
}

#[tokio::test]
async fn dispatch_sees_where_jobs_stand_and_nothing_else() {
    let (bench, tables) = two_worlds().await;
    let mut connection = connect(&bench, User::Member).await;
    let seen = count(&mut connection, "ultudy_system", None, "jobs").await;
    assert_eq!(seen, 2);
    let waiting = count(&mut connection, "ultudy_system", None, "document_index").await;
    assert_eq!(
        waiting, 0,
        "housekeeping sees documents that do not wait for it"
    );
    let is_seen = |table: &&String| SEEN_BY_THE_SYSTEM.iter().any(|(seen, _)| seen == table);
    let others = tables.iter().filter(|table| !is_seen(table));
    let forbidden = others
        .map(|table| format!("SELECT owner_id FROM {table}"))
        .chain(
            [
                "DELETE FROM generations",
                "UPDATE generations SET created_at = created_at",
            ]
            .map(str::to_owned),
        )
        .chain(["SELECT data FROM jobs", "SELECT result FROM jobs"].map(str::to_owned))
        .chain(
            [
                "SELECT language FROM document_index",
                "DELETE FROM document_index",
                "SELECT codes FROM document_embeddings",
                "DELETE FROM document_embeddings",
                "SELECT name FROM courses",
                "SELECT title FROM documents",
                "SELECT chapter FROM study_sessions",
                "DELETE FROM courses",
                "UPDATE documents SET owner_id = ''",
            ]
            .map(str::to_owned),
        )
        .chain(["DELETE FROM jobs", "UPDATE jobs SET status = 'queued'"].map(str::to_owned))
        .chain(
            [
                "UPDATE users SET owner_id = ''",
                "UPDATE users SET password_hash = ''",
                "UPDATE users SET issuer = ''",
                "DELETE FROM users",
                "INSERT INTO users SELECT * FROM users",
                "SELECT user_agent FROM auth_sessions",
                "SELECT address FROM auth_sessions",
                "UPDATE auth_sessions SET owner_id = ''",
                "SELECT name FROM api_tokens",
                "INSERT INTO one_time_links
                    SELECT owner_id, 'forged', purpose, created_at, expires_at FROM one_time_links",
            ]
            .map(str::to_owned),
        );
    for statement in forbidden {
        let done = as_role(&mut connection, "ultudy_system", None, &statement).await;
        let error = done.expect_err(&statement);
        assert_eq!(code(&error), INSUFFICIENT_PRIVILEGE, "{statement}");
    }
}

#[tokio::test]
async fn housekeeping_deletes_what_has_ended_and_nothing_else() {
    let (bench, _) = two_worlds().await;
    let mut connection = connect(&bench, User::Member).await;
    for (table, left) in [
        ("auth_sessions", 1),
        ("api_tokens", 1),
        ("one_time_links", 1),
    ] {
        let end = format!("UPDATE {table} SET expires_at = now() WHERE owner_id = '{BOB}'");
        bench.database.ask(&end).await;
        let all = format!("DELETE FROM {table} RETURNING owner_id");
        let gone = as_role(&mut connection, "ultudy_system", None, &all).await;
        let gone: Vec<String> = gone.unwrap().iter().map(|row| row.get(0)).collect();
        assert_eq!(gone, [BOB], "{table}");
        let still = count(&mut connection, "ultudy_tenant", Some(ALICE), table).await;
        assert_eq!(still, left, "{table}");
    }
}

/// What a user might do to their own account behind the program's back.
#[tokio::test]
async fn nobody_makes_themselves_an_operator_nor_brings_a_session_back() {
    let (bench, _) = two_worlds().await;
    let mut connection = connect(&bench, User::Member).await;
    for statement in [
        "UPDATE users SET role = 'operator'",
        "UPDATE users SET disabled_at = NULL",
        "UPDATE users SET email = 'other@example.org'",
        "UPDATE auth_sessions SET token_hash = 'known'",
        "UPDATE one_time_links SET expires_at = now()",
    ] {
        let done = as_role(&mut connection, "ultudy_tenant", Some(ALICE), statement).await;
        let error = done.expect_err(statement);
        assert_eq!(code(&error), INSUFFICIENT_PRIVILEGE, "{statement}");
    }
}
