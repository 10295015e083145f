//! When connections go: lost, used up, or nowhere to be had.

use std::time::Duration;

use ultudy_store::{Page, PostgresConfig, Store, StoreConfig, StoreError, Ticket, courses, jobs};
use ultudy_testkit::{
    chaos::{Chaos, Fault},
    postgres::{Postgres, User},
};

use crate::{
    bench::{Bench, Database},
    fixtures::{ALICE, at, course, id},
};

/// As after a restart of the server: every pooled connection is dead.
#[tokio::test]
async fn connections_that_the_server_closed_are_replaced_unnoticed() {
    let bench = Bench::postgres().await;
    let Database::Postgres { server, name } = &bench.database else {
        unreachable!()
    };
    let held = futures_util::future::join_all((0..6).map(|_| bench.read())).await;
    for tx in held {
        tx.commit().await.unwrap();
    }
    let kill = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    );
    let killed: u32 = server.sql("postgres", &kill).unwrap().parse().unwrap();
    assert!(killed >= 6);
    for _ in 0..8 {
        let mut tx = bench.read().await;
        assert_eq!(courses::list(&mut tx, true, Page::ALL).await.unwrap(), []);
    }
}

#[tokio::test]
async fn who_gets_no_connection_in_time_is_told_so() {
    let bench = Bench::postgres().await;
    let StoreConfig::Postgres(config) = bench.database.config() else {
        unreachable!()
    };
    let small = StoreConfig::Postgres(PostgresConfig {
        max_connections: 1,
        acquire_timeout: Duration::from_millis(100),
        ..config
    });
    let store = Store::open(&small).await.unwrap();
    let held = store.write(ALICE).await.unwrap();
    let refused = store.write(ALICE).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    held.commit().await.unwrap();
    assert!(store.ping().await.is_ok());
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_from_one_that_refuses() {
    let server = Postgres::start().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let url = server.url(User::Owner, &database);
    ultudy_store::migrate_postgres(&url).await.unwrap();
    let config = StoreConfig::Postgres(PostgresConfig::new(url));
    let store = Store::open(&config).await.unwrap();
    drop(server);
    for gone in [store.ping().await, Store::open(&config).await.map(drop)] {
        assert!(matches!(gone, Err(StoreError::Unavailable(_))), "{gone:?}");
    }
}

/// The operator's to give back; also to whoever finds out on a connection that knows no statement yet.
#[tokio::test]
async fn a_role_that_was_taken_away_is_waited_for() {
    let server = Postgres::start().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let owner = server.url(User::Owner, &database);
    ultudy_store::migrate_postgres(&owner).await.unwrap();
    let config = PostgresConfig::new(server.url(User::Member, &database));
    let store = Store::open(&StoreConfig::Postgres(config)).await.unwrap();
    let all = async || {
        let read = || jobs::read_in_flight("one".into());
        let start = jobs::write_start(id(1), id(2), "w".into(), at(0), None);
        let written = store.write_together(ALICE, start, Ticket::default()).await;
        [
            store.read_at_once(ALICE, read()).await.map(drop),
            store.read_together(ALICE, read()).await.map(drop),
            written.map(drop).map_err(StoreError::from),
        ]
    };
    let revoke = "REVOKE ultudy_tenant FROM member";
    server.sql(&database, revoke).unwrap();
    for refused in all().await {
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
    }
    let grant = "GRANT ultudy_tenant TO member";
    server.sql(&database, grant).unwrap();
    for done in all().await {
        assert!(done.is_ok(), "{done:?}");
    }
}

#[tokio::test]
async fn a_url_that_is_none_is_a_setting_to_correct() {
    let nonsense = StoreConfig::Postgres(PostgresConfig::new("postgres://[".into()));
    let refused = Store::open(&nonsense).await;
    assert!(matches!(refused, Err(StoreError::Config(_))), "{refused:?}");
}

/// As with a network that has forgotten the connections: whoever waits is told, in a statement, a
/// commit or a beginning, and it is as before once the way is there again.
#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for_without_end() {
    const PATIENCE: Duration = Duration::from_secs(60);
    let server = Postgres::start().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    let url = server.url(User::Owner, &database);
    ultudy_store::migrate_postgres(&url).await.unwrap();
    let way = Chaos::start(server.port()).unwrap();
    let config = StoreConfig::Postgres(PostgresConfig {
        answer_timeout: Duration::from_millis(500),
        max_connections: 3,
        ..PostgresConfig::new(url.replace(
            &format!(":{}/", server.port()),
            &format!(":{}/", way.port()),
        ))
    });
    let store = Store::open(&config).await.unwrap();
    let mut asks = store.write(ALICE).await.unwrap();
    let mut commits = store.write(ALICE).await.unwrap();
    courses::insert(&mut commits, &course(1)).await.unwrap();
    way.set(Fault::HalfOpen);

    let silent = async {
        let asked = courses::insert(&mut asks, &course(2)).await;
        [
            asked.map(drop),
            commits.commit().await,
            store.write(ALICE).await.map(drop),
        ]
    };
    for told in tokio::time::timeout(PATIENCE, silent).await.unwrap() {
        assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    }
    drop(asks);
    way.set(Fault::None);

    // None of the connections is held by what waits still.
    let each = futures_util::future::try_join_all((0..3).map(|_| store.write(ALICE)));
    let each = tokio::time::timeout(PATIENCE, each).await.unwrap();
    assert_eq!(each.unwrap().len(), 3);
}
