//! Reading from a real streaming replica: own changes are always seen, and a replica that
//! lags or dies is missed by nobody.

use std::time::Duration;

use ultudy_store::{
    Page, PostgresConfig, Store, StoreConfig, StoreError, courses, migrate_postgres, reads_may_lag,
};
use ultudy_testkit::{
    postgres::{Postgres, User},
    wait,
};

use crate::fixtures::{ALICE, BOB, course};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);
/// Longest that a replica may take to be noticed, up or down.
const PATIENCE: Duration = Duration::from_secs(60);

/// A primary with a replica, and a store that uses both.
struct Pair {
    store: Store,
    /// Another process's: it has no part in the store's pins.
    elsewhere: Store,
    name: String,
    // Goes before the primary.
    replica: Postgres,
    primary: Postgres,
}

impl Pair {
    async fn start(pin: Duration) -> Self {
        let primary = Postgres::start().unwrap();
        let name = primary.create_database(User::Owner).unwrap();
        migrate_postgres(&primary.url(User::Owner, &name))
            .await
            .unwrap();
        let replica = primary.start_replica().unwrap();
        let alone = PostgresConfig::new(primary.url(User::Member, &name));
        let both = PostgresConfig {
            replica_urls: vec![replica.url(User::Member, &name)],
            pin,
            ..alone.clone()
        };
        let store = Store::open(&StoreConfig::Postgres(both)).await.unwrap();
        wait::until("the replica is in use", PATIENCE, async || {
            store.replicas_in_use() == Some(1)
        })
        .await
        .unwrap();
        Self {
            store,
            elsewhere: Store::open(&StoreConfig::Postgres(alone)).await.unwrap(),
            name,
            replica,
            primary,
        }
    }

    /// From now on the replica shows what it has.
    async fn pause(&self) {
        let replica = &self.replica;
        replica
            .sql(&self.name, "SELECT pg_wal_replay_pause()")
            .unwrap();
        wait::until("the replica has paused", PATIENCE, async || {
            let state = "SELECT pg_get_wal_replay_pause_state()";
            replica.sql(&self.name, state).unwrap() == "paused"
        })
        .await
        .unwrap();
    }

    /// How many courses an owner is shown where that may lag.
    async fn shown(&self, owner: &str) -> usize {
        reads_may_lag(count(&self.store, owner)).await
    }

    async fn until_shown(&self, owner: &str, number: usize) {
        wait::until("the owner is shown so many", PATIENCE, async || {
            self.shown(owner).await == number
        })
        .await
        .unwrap();
    }
}

async fn count(store: &Store, owner: &str) -> usize {
    let mut tx = store.read(owner).await.unwrap();
    courses::list(&mut tx, true, Page::ALL).await.unwrap().len()
}

async fn add_course(store: &Store, owner: &str, number: u32) -> Result<(), StoreError> {
    let mut tx = store.write(owner).await?;
    courses::insert(&mut tx, &course(number)).await?;
    tx.commit().await
}

#[tokio::test]
async fn an_own_change_is_seen_at_once_and_only_pages_read_from_the_replica() {
    let pair = Pair::start(LONG).await;
    pair.pause().await;
    add_course(&pair.elsewhere, ALICE, 1).await.unwrap();
    add_course(&pair.elsewhere, BOB, 2).await.unwrap();
    // That neither is shown their course tells that the replica answers.
    pair.until_shown(ALICE, 0).await;
    pair.until_shown(BOB, 0).await;
    assert_eq!(
        count(&pair.store, ALICE).await,
        1,
        "what decides reads the primary"
    );

    add_course(&pair.store, ALICE, 3).await.unwrap();

    assert_eq!(
        pair.shown(ALICE).await,
        2,
        "her own change, and all before it"
    );
    assert_eq!(pair.shown(BOB).await, 0, "it was not his");
    pair.replica
        .sql(&pair.name, "SELECT pg_wal_replay_resume()")
        .unwrap();
    pair.until_shown(BOB, 1).await;
}

#[tokio::test]
async fn a_replica_that_lags_more_than_the_pin_is_out() {
    let pair = Pair::start(Duration::from_secs(2)).await;
    pair.pause().await;
    add_course(&pair.elsewhere, ALICE, 1).await.unwrap();
    pair.until_shown(ALICE, 1).await;
}

#[tokio::test]
async fn nobody_misses_a_replica_that_dies() {
    let pair = Pair::start(LONG).await;
    add_course(&pair.elsewhere, ALICE, 1).await.unwrap();
    pair.until_shown(ALICE, 1).await;

    drop(pair.replica);

    for _ in 0..20 {
        assert_eq!(reads_may_lag(count(&pair.store, ALICE)).await, 1);
    }
    assert_eq!(pair.store.replicas_in_use(), Some(0));
}

#[tokio::test]
async fn pages_can_be_read_while_the_primary_is_gone() {
    let pair = Pair::start(LONG).await;
    add_course(&pair.elsewhere, ALICE, 1).await.unwrap();
    pair.until_shown(ALICE, 1).await;

    drop(pair.primary);

    assert_eq!(reads_may_lag(count(&pair.store, ALICE)).await, 1);
    let refused = add_course(&pair.store, ALICE, 3).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
}
