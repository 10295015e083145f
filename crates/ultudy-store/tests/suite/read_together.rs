//! Reads made in one transaction with those of others: each sees its owner's rows only.

use std::time::Duration;

use futures_util::{FutureExt as _, future::join_all};
use ultudy_store::{
    PostgresConfig, Store, StoreConfig, StoreError, jobs, lessons, lessons::LessonOf,
    waiting_at_most,
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, BOB, at, id, job, store_world},
};

/// As many as make several transactions.
const OWNERS: u32 = 120;

fn owner(n: u32) -> String {
    format!("owner-{n:03}")
}

/// The owner's job in flight, whose key all have in common.
async fn in_flight(store: &Store, owner_id: &str) -> ultudy_store::Result<Option<Uuid>> {
    let read = jobs::read_in_flight("one".into());
    let found = store.read_together(owner_id, read).await?;
    Ok(found.map(|job| job.id))
}

pub async fn each_reads_its_owners_rows(bench: &Bench) {
    let store = &bench.store;
    for n in 0..OWNERS {
        let mut tx = store.write(&owner(n)).await.unwrap();
        jobs::enqueue(&mut tx, &job(1_000 + n, "one"), at(5))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    // Some ask twice, some have nothing, somebody nobody can be.
    let owners: Vec<_> = (0..OWNERS).chain(0..9).chain(900..909).map(owner).collect();
    let all = join_all(owners.iter().map(|owner_id| in_flight(store, owner_id))).await;
    for (owner_id, found) in owners.iter().zip(all) {
        let n: u32 = owner_id.trim_start_matches("owner-").parse().unwrap();
        let expected = (n < OWNERS).then(|| id(1_000 + n));
        assert_eq!(found.unwrap(), expected, "{owner_id}");
    }
    for nobody in ["", "a\0b"] {
        let refused = in_flight(store, nobody).await;
        assert!(matches!(refused, Err(StoreError::Owner(_))));
    }
}

pub async fn what_is_read_together_is_what_a_transaction_says(bench: &Bench) {
    for (owner, base) in [(ALICE, 0), (BOB, 100)] {
        let mut tx = bench.store.write(owner).await.unwrap();
        store_world(&mut tx, base).await;
        tx.commit().await.unwrap();
    }
    let of = [
        (ALICE, LessonOf::Section(id(11))),
        (BOB, LessonOf::Section(id(11))),
        (BOB, LessonOf::Section(id(111))),
        (ALICE, LessonOf::Document(id(10))),
    ];
    let read = of.map(|(owner, of)| bench.store.read_together(owner, lessons::read(of)));
    for ((owner, of), read) in of.into_iter().zip(join_all(read).await) {
        let mut tx = bench.store.read(owner).await.unwrap();
        assert_eq!(read.unwrap(), lessons::find(&mut tx, of).await.unwrap());
    }
}

#[tokio::test]
async fn who_waits_for_an_answer_is_refused_in_time() {
    let bench = Bench::postgres().await;
    let StoreConfig::Postgres(config) = bench.database.config() else {
        unreachable!()
    };
    let small = StoreConfig::Postgres(PostgresConfig {
        max_connections: 1,
        ..config
    });
    let store = Store::open(&small).await.unwrap();
    let held = store.write(ALICE).await.unwrap();
    let soon = Duration::from_millis(50);
    let refused = (0..3).map(|_| waiting_at_most(soon, in_flight(&store, ALICE)));
    // Whoever has time is not refused with them.
    let mut patient = Box::pin(in_flight(&store, BOB));
    assert!((&mut patient).now_or_never().is_none());
    for refused in join_all(refused).await {
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
    }
    drop(held);
    assert_eq!(patient.await.unwrap(), None);
}
