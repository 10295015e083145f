//! Everything of one database in another, and everything of one owner given to another.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use ultudy_domain::search::words::Analyser;
use ultudy_store::{
    Store, StoreConfig, StoreError,
    chunks::{self, Key, Match},
    courses, jobs,
    lessons::{self, LessonOf},
    transfer::{self, Given, LEFT_BEHIND, Stage, Survey, TABLES, Transfer},
};
use ultudy_testkit::{
    postgres::{Postgres, User},
    tap::Tap,
};

use crate::{
    bench::{Bench, Database, config},
    filters::source::without_filter,
    fixtures::{ALICE, BOB, at, course, id, store_account, store_searchable, store_world},
};

const PATIENCE: Duration = Duration::from_secs(20);
/// What somebody has spent stays theirs.
const SPENT: [&str; 2] = ["llm_calls", "llm_usage"];

/// A SQLite file in which Alice and Bob have a world each, closed; and a third owner nothing
/// but a course.
async fn filled(path: &Path) -> StoreConfig {
    let config = StoreConfig::Sqlite {
        path: path.to_owned(),
    };
    let store = Store::open(&config).await.unwrap();
    for (owner, base) in [(ALICE, 0), (BOB, 100)] {
        let mut tx = store.write(owner).await.unwrap();
        store_world(&mut tx, base).await;
        store_account(&mut tx).await;
        let texts = [
            ("Zellen", "Die Zelle teilt sich."),
            ("Limits", "A limit, limits."),
        ];
        store_searchable(&mut tx, base + 50, None, &texts).await;
        tx.commit().await.unwrap();
    }
    // More than a page.
    let mut tx = store.write("carol's \\ 'other'").await.unwrap();
    for n in 1..=600 {
        courses::insert(&mut tx, &course(n)).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    config
}

fn sqlite(path: &Path) -> StoreConfig {
    StoreConfig::Sqlite {
        path: path.to_owned(),
    }
}

async fn carry(from: &StoreConfig, to: &StoreConfig) -> Result<(Survey, Survey), StoreError> {
    let transfer = Transfer::open(from, to, &mut |_, _| {}).await?;
    let sent = transfer.survey().clone();
    let begun = transfer.begin(id(9_999), at(9)).await?;
    let carried = begun.carry(&mut |_, _| {}).await?;
    let arrived = carried.survey(&mut |_, _| {}).await?;
    carried.complete(at(10)).await?;
    Ok((sent, arrived))
}

/// Why it is refused.
async fn refusal(from: &StoreConfig, to: &StoreConfig) -> String {
    match carry(from, to).await {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it is not refused"),
    }
}

fn term(text: &str) -> Match {
    let words = Analyser::new(Some("en")).words(text);
    Match(vec![vec![Key::Term(words[0].term.clone())]])
}

async fn hits(store: &Store, owner: &str, word: &str) -> usize {
    let mut tx = store.read(owner).await.unwrap();
    let found = chunks::candidates(&mut tx, &term(word), 9).await;
    found.unwrap().len()
}

#[tokio::test]
async fn everything_goes_to_postgres_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let source = filled(&dir.path().join("source.db")).await;
    let bench = Bench::postgres().await;
    let (sent, arrived) = carry(&source, &bench.database.config()).await.unwrap();
    assert_eq!(sent, arrived);
    assert_eq!(sent.owners, 3);
    for sum in &sent.tables {
        assert!(sum.rows > 0, "{} was not tested", sum.table.name);
    }
    let mut tx = bench.store.read(ALICE).await.unwrap();
    let lesson = lessons::find(&mut tx, LessonOf::Section(id(11))).await;
    assert_eq!(lesson.unwrap().unwrap().topic, "Limits");
    drop(tx);
    assert_eq!(hits(&bench.store, ALICE, "limits").await, 2);
    assert_eq!(hits(&bench.store, "carol's \\ 'other'", "limits").await, 0);

    let back = sqlite(&dir.path().join("back.db"));
    let (sent_back, arrived) = carry(&bench.database.config(), &back).await.unwrap();
    assert_eq!(sent_back, arrived);
    assert_eq!(sent, arrived);
    let store = Store::open(&back).await.unwrap();
    assert_eq!(hits(&store, BOB, "limits").await, 2);
    assert_eq!(hits(&store, BOB, "zelle").await, 1);
    // Times sort as texts only if they are written as the program writes them.
    for table in ["courses", "jobs", "answers"] {
        let column = match table {
            "answers" => "answered_at",
            _ => "created_at",
        };
        let all = format!("SELECT DISTINCT {column} FROM {table}");
        let file = |config: &StoreConfig| match config {
            StoreConfig::Sqlite { path } => path.clone(),
            StoreConfig::Postgres(_) => unreachable!(),
        };
        let [one, other] = [file(&source), file(&back)].map(|path| ask(path, all.clone()));
        assert_eq!(one.await, other.await, "{table}");
    }
}

async fn ask(path: std::path::PathBuf, sql: String) -> Vec<String> {
    use sqlx::{Connection as _, Row as _, SqliteConnection};
    let url = format!("sqlite:{}", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection);
    let mut texts: Vec<String> = rows.await.unwrap().iter().map(|row| row.get(0)).collect();
    connection.close().await.unwrap();
    texts.sort();
    texts
}

/// A file is free a moment after its pool was dropped.
async fn open_once_free(from: &StoreConfig, to: &StoreConfig) -> Transfer {
    let open = async || match Transfer::open(from, to, &mut |_, _| {}).await {
        Err(error) if error.to_string().contains("in use") => None,
        opened => Some(opened.unwrap()),
    };
    ultudy_testkit::wait::for_some("the file is free", PATIENCE, open)
        .await
        .unwrap()
}

/// As its own owner and as a superuser, whom row-level security does not hold, it still runs
/// as the program's roles.
#[tokio::test]
async fn whoever_the_url_names_carries_everything() {
    let dir = tempfile::tempdir().unwrap();
    let source = filled(&dir.path().join("source.db")).await;
    for user in [User::Owner, User::Superuser] {
        let bench = Bench::postgres().await;
        let Database::Postgres { server, name } = &bench.database else {
            unreachable!()
        };
        let to = config(server.url(user, name));
        let (sent, arrived) = carry(&source, &to).await.unwrap();
        assert_eq!(sent, arrived, "{user:?}");
        let back = sqlite(&dir.path().join(format!("{user:?}.db")));
        let (_, arrived) = carry(&to, &back).await.unwrap();
        assert_eq!(sent, arrived, "{user:?}");
    }
}

/// If a statement forgot its owner, row-level security would still part them: with the filter
/// of each dropped in turn, the same comes over.
#[tokio::test]
async fn without_its_filter_no_statement_carries_anothers_rows() {
    let dir = tempfile::tempdir().unwrap();
    let server = Postgres::shared().unwrap();
    let bench = Bench::postgres().await;
    let Database::Postgres { name, .. } = &bench.database else {
        unreachable!()
    };
    let source = filled(&dir.path().join("source.db")).await;
    let (right, _) = carry(&source, &bench.database.config()).await.unwrap();
    let tap = Tap::start(&server).unwrap();
    let tapped = config(tap.url(User::Member, name));
    drop(tap.take());
    let mut files = (0..).map(|n| sqlite(&dir.path().join(format!("{n}.db"))));
    let (sent, _) = carry(&tapped, &files.next().unwrap()).await.unwrap();
    assert_eq!(sent, right);
    let heard: BTreeSet<String> = tap.take().into_iter().map(|one| one.statement).collect();
    let filtered = heard.iter().filter(|one| without_filter(one) != **one);
    let filtered: Vec<&String> = filtered.collect();
    assert!(filtered.len() >= TABLES.len(), "{filtered:#?}");
    for statement in filtered {
        tap.swap(statement, &without_filter(statement));
        let (sent, arrived) = carry(&tapped, &files.next().unwrap()).await.unwrap();
        assert_eq!((&sent, &arrived), (&right, &right), "{statement}");
        drop(tap.take());
    }
}

/// Stopped at any moment, it goes on from there; until it has ended no server starts on it.
#[tokio::test]
async fn a_stopped_transfer_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let source = filled(&dir.path().join("source.db")).await;
    let bench = Bench::postgres().await;
    let to = bench.database.config();
    let mut stops = 0;
    let mut done = 0;
    loop {
        let transfer = open_once_free(&source, &to).await;
        let rows = transfer.survey().rows();
        let begun = transfer.begin(id(9_999), at(9)).await.unwrap();
        assert_eq!(begun.resumed, stops > 0);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let mut stop = Some(stop);
        let mut watch = |stage, now| {
            assert_eq!(stage, Stage::Carrying);
            if now > done
                && now < rows
                && let Some(stop) = stop.take()
            {
                done = now;
                let _ = stop.send(());
            }
        };
        let carried = tokio::select! {
            biased;
            Ok(()) = stopped => None,
            carried = begun.carry(&mut watch) => Some(carried.unwrap()),
        };
        let Some(carried) = carried else {
            stops += 1;
            let refused = Store::open(&to).await.err().map(|error| error.to_string());
            let refused = refused.unwrap_or_default();
            assert!(refused.contains("ultudy transfer"), "{refused}");
            continue;
        };
        let arrived = carried.survey(&mut |_, _| {}).await.unwrap();
        carried.complete(at(10)).await.unwrap();
        assert_eq!(arrived.rows(), rows);
        break;
    }
    assert!(stops > 10, "{stops}");
    Store::open(&to).await.unwrap();
    let reason = refusal(&source, &to).await;
    assert!(reason.contains("already ended"), "{reason}");
}

#[tokio::test]
async fn a_source_that_changed_is_not_mixed_with_what_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("source.db");
    let source = filled(&path).await;
    let bench = Bench::postgres().await;
    let to = bench.database.config();
    let transfer = open_once_free(&source, &to).await;
    drop(transfer.begin(id(9_999), at(9)).await.unwrap());
    ask_until_free(
        &path,
        "UPDATE courses SET name = 'Other' WHERE owner_id = 'alice'",
    )
    .await;
    let reason = refusal(&source, &to).await;
    assert!(reason.contains("has changed"), "{reason}");
}

/// The file is free a moment after its pool was dropped.
async fn ask_until_free(path: &Path, sql: &str) {
    use sqlx::{Connection as _, SqliteConnection};
    let url = format!("sqlite:{}", path.display());
    let free = async || {
        let Ok(mut connection) = SqliteConnection::connect(&url).await else {
            return false;
        };
        let changed = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        let is_changed = changed.execute(&mut connection).await.is_ok();
        connection.close().await.unwrap();
        is_changed
    };
    ultudy_testkit::wait::until("the file is free", PATIENCE, free)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_cannot_be_carried_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("source.db");
    let source = filled(&path).await;

    // A destination that holds anything.
    let bench = Bench::postgres().await;
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(7)).await.unwrap();
    tx.commit().await.unwrap();
    let reason = refusal(&source, &bench.database.config()).await;
    assert!(reason.contains("already holds data"), "{reason}");
    let alone = bench.database.ask("SELECT count(*) FROM courses").await;
    assert_eq!(alone, ["1"]);

    // A file in use, be it by an idle server.
    let bench = Bench::postgres().await;
    let server = Store::open(&source).await.unwrap();
    let reason = refusal(&source, &bench.database.config()).await;
    assert!(reason.contains("in use"), "{reason}");
    server.close().await;

    // A schema of another version.
    ask_until_free(
        &path,
        "DELETE FROM schema_migrations
            WHERE version = (SELECT max(version) FROM schema_migrations)",
    )
    .await;
    let reason = refusal(&source, &bench.database.config()).await;
    assert!(reason.contains("older"), "{reason}");
    let nowhere = sqlite(&dir.path().join("nothing.db"));
    let reason = refusal(&nowhere, &bench.database.config()).await;
    assert!(reason.contains("there is no database"), "{reason}");
    assert!(!dir.path().join("nothing.db").exists());
    let other = sqlite(&dir.path().join("other.db"));
    let third = sqlite(&filled_path(dir.path()).await);
    let reason = refusal(&third, &other).await;
    assert!(reason.contains("from SQLite to PostgreSQL"), "{reason}");
    assert_eq!(bench.database.tables_with_rows().await, [""; 0]);
}

async fn filled_path(dir: &Path) -> std::path::PathBuf {
    let path = dir.join("third.db");
    filled(&path).await;
    path
}

#[tokio::test]
async fn a_nul_in_a_text_is_replaced_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("source.db");
    let source = filled(&path).await;
    let nul = "UPDATE courses SET code = 'a' || char(0) || 'b' WHERE owner_id = 'alice'";
    ask_until_free(&path, nul).await;
    let bench = Bench::postgres().await;
    let (sent, _) = carry(&source, &bench.database.config()).await.unwrap();
    assert_eq!(sent.nuls, 1);
    let code = "SELECT code FROM courses WHERE owner_id = 'alice'";
    assert_eq!(bench.database.ask(code).await, ["a\u{fffd}b"]);
}

/// The one list: complete, in order, and with the right keys. Add a new table to it.
fn is_left_behind(table: &str) -> bool {
    LEFT_BEHIND.iter().any(|(left, _)| *left == table)
}

#[tokio::test]
async fn every_table_is_in_the_list_or_left_behind_for_a_reason() {
    let bench = Bench::postgres().await;
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    let there: BTreeSet<String> = bench.database.ask(tables).await.into_iter().collect();
    let carried = TABLES.iter().map(|table| table.name);
    let left = LEFT_BEHIND.iter().map(|(table, _)| *table);
    let listed: BTreeSet<String> = carried.chain(left).map(str::to_owned).collect();
    assert_eq!(there, listed);
    assert_eq!(listed.len(), TABLES.len() + LEFT_BEHIND.len(), "one twice");

    let places: BTreeMap<&str, usize> = (0..).zip(TABLES).map(|(n, t)| (t.name, n)).collect();
    let foreign = "SELECT conrelid::regclass || ' ' || confrelid::regclass
        FROM pg_constraint WHERE contype = 'f'";
    for pair in bench.database.ask(foreign).await {
        let (table, parent) = pair.split_once(' ').unwrap();
        if let (Some(table_place), Some(parent_place)) = (places.get(table), places.get(parent)) {
            assert!(parent_place < table_place, "{table} comes before {parent}");
        }
    }

    // An owner is found by the tables that stand by themselves.
    let without = "SELECT c.relname FROM pg_class c JOIN pg_attribute o ON o.attrelid = c.oid
        WHERE c.relkind = 'r' AND o.attname = 'owner_id' AND NOT EXISTS (
            SELECT FROM pg_constraint f
            WHERE f.conrelid = c.oid AND f.contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                    AND a.attnum = ANY (f.conkey) AND NOT a.attnotnull))
        ORDER BY 1";
    let mut roots: Vec<&str> = TABLES
        .iter()
        .filter(|t| t.is_root())
        .map(|t| t.name)
        .collect();
    roots.sort_unstable();
    let mut alone = bench.database.ask(without).await;
    alone.retain(|table| !is_left_behind(table));
    // Its file is no owner.
    alone.push("documents".into());
    alone.sort();
    assert_eq!(alone, roots);

    let keys = "SELECT c.conrelid::regclass || ' ' || string_agg(a.attname, ',' ORDER BY k.place)
        FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k (attnum, place),
            pg_attribute a
        WHERE c.contype = 'p' AND a.attrelid = c.conrelid AND a.attnum = k.attnum
            AND a.attname <> 'owner_id'
        GROUP BY c.conrelid";
    let keys: BTreeSet<String> = bench.database.ask(keys).await.into_iter().collect();
    for table in TABLES {
        let key = table.key().join(",");
        let expected = format!("{} {key}", table.name);
        assert!(
            key.is_empty() || keys.contains(&expected),
            "{expected}: {keys:?}"
        );
    }
}

pub async fn all_of_one_owner_is_given_to_another(bench: &Bench) {
    let mut tx = bench.write().await;
    store_world(&mut tx, 0).await;
    jobs::cancel_of_document(&mut tx, id(10), at(7))
        .await
        .unwrap();
    let texts = [("Limits", "A limit, limits.")];
    store_searchable(&mut tx, 50, None, &texts).await;
    tx.commit().await.unwrap();
    let mut tx = bench.bob().await;
    store_world(&mut tx, 100).await;
    store_account(&mut tx).await;
    tx.commit().await.unwrap();

    let given = transfer::give(&bench.store, ALICE, BOB).await.unwrap();

    let Given::Rows(given) = given else {
        panic!("{given:?}");
    };
    let names: BTreeSet<&str> = given.iter().map(|(table, _)| table.name).collect();
    for table in TABLES {
        let is_given = table.name != "blobs" && table.name != "generations";
        let is_account = [
            "users",
            "preferences",
            "auth_sessions",
            "api_tokens",
            "one_time_links",
        ];
        let is_theirs = is_account.contains(&table.name) || SPENT.contains(&table.name);
        let expected = is_given && !is_theirs;
        assert_eq!(names.contains(table.name), expected, "{}", table.name);
    }
    let mut owned = bench.database.tables_with_owner().await;
    owned.retain(|table| !is_left_behind(table) && !SPENT.contains(&table.as_str()));
    for table in owned {
        let left = format!("SELECT CAST(count(*) AS text) FROM {table} WHERE owner_id = '{ALICE}'");
        assert_eq!(bench.database.ask(&left).await, ["0"], "{table}");
    }
    let mut tx = bench.bob().await;
    for section in [11, 111] {
        let found = lessons::find(&mut tx, LessonOf::Section(id(section))).await;
        assert!(found.unwrap().is_some(), "{section}");
    }
    let found = chunks::candidates(&mut tx, &term("limits"), 9).await;
    assert_eq!(found.unwrap().len(), 3);
    drop(tx);
    let holders = "SELECT CAST(holders AS text) FROM blobs WHERE sha256 = 'sha-10'";
    assert_eq!(bench.database.ask(holders).await, ["1"]);
}

pub async fn nothing_is_given_where_anything_is_in_the_way(bench: &Bench) {
    let mut tx = bench.write().await;
    store_world(&mut tx, 0).await;
    tx.commit().await.unwrap();
    let unfinished = transfer::give(&bench.store, ALICE, BOB).await.unwrap();
    assert_eq!(unfinished, Given::JobsUnfinished(1));
    let mut tx = bench.write().await;
    jobs::cancel_of_document(&mut tx, id(10), at(7))
        .await
        .unwrap();
    tx.commit().await.unwrap();

    // Bob has a course of the same id: a copy of what is to be given.
    let mut tx = bench.bob().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    tx.commit().await.unwrap();
    let twice = transfer::give(&bench.store, ALICE, BOB).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");

    let mut tx = bench.read().await;
    let lesson = lessons::find(&mut tx, LessonOf::Section(id(11))).await;
    assert!(lesson.unwrap().is_some());
    let listed = jobs::list(
        &mut tx,
        &jobs::JobFilter::default(),
        ultudy_store::Page::ALL,
    )
    .await;
    assert_eq!(listed.unwrap().len(), 1);
}
