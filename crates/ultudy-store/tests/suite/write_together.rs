//! Writes made in one transaction with those of others: each stands or falls by itself.

use std::time::Duration;

use futures_util::{FutureExt as _, future::join_all};
use serde_json::json;
use tokio::time::timeout;
use ultudy_domain::job::{Job, JobStatus};
use ultudy_store::{
    NotWritten, PostgresConfig, Store, StoreConfig, StoreError, Ticket, Write, glossaries,
    jobs::{self, Finished},
    waiting_at_most,
};

use crate::{
    bench::Bench,
    fixtures::{ALICE, at, glossary_entry, id, job, store_read_document},
};

/// As many as make several transactions.
const OWNERS: u32 = 120;
/// Longer than any of them takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn owner(n: u32) -> String {
    format!("owner-{n:03}")
}

/// Owners with a job each, `1000 + n`.
async fn store_jobs(store: &Store, owners: u32) {
    for n in 0..owners {
        let mut tx = store.write(&owner(n)).await.unwrap();
        let job = job(1_000 + n, "one");
        jobs::enqueue(&mut tx, &job, at(5)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn start(n: u32) -> Write<Option<Job>> {
    jobs::write_start(id(1_000 + n), id(2_000 + n), "w".into(), at(6), None)
}

fn complete(n: u32, token: u32) -> Write<Option<Finished>> {
    jobs::write_complete(id(1_000 + n), id(token), json!({"n": n}), at(7)).or_nothing()
}

async fn write<T: 'static>(
    store: &Store,
    n: u32,
    write: Write<T>,
) -> Result<Option<T>, NotWritten> {
    let owner_id = owner(n);
    store
        .write_together(&owner_id, write, Ticket::default())
        .await
}

async fn status(store: &Store, n: u32) -> JobStatus {
    let mut tx = store.write(&owner(n)).await.unwrap();
    let found = jobs::find(&mut tx, id(1_000 + n)).await.unwrap();
    found.unwrap().status
}

pub async fn each_is_done_as_its_owner_and_told_of_its_own_rows(bench: &Bench) {
    let store = &bench.store;
    store_jobs(store, OWNERS).await;
    let all = (0..OWNERS).map(async |n| {
        let started = write(store, n, start(n)).await.unwrap();
        let started = started.unwrap().unwrap();
        assert_eq!((started.id, started.owner_id), (id(1_000 + n), owner(n)));
        // Somebody else's is not there.
        let another = (n + 1) % OWNERS;
        let vain = write(store, n, complete(another, 2_000 + another));
        assert_eq!(vain.await.unwrap(), None);
    });
    join_all(all).await;
    for n in 0..OWNERS {
        assert_eq!(status(store, n).await, JobStatus::Processing);
    }
}

pub async fn one_that_fails_takes_none_of_the_others_along(bench: &Bench) {
    let store = &bench.store;
    store_jobs(store, OWNERS).await;
    let all = (0..OWNERS).map(async |n| {
        let started = write(store, n, start(n)).await.unwrap();
        assert!(started.is_some_and(|job| job.is_some()));
        // Every third run is stale; every seventh has an effect that is refused, after its end.
        let token = if n % 3 == 0 { 9 } else { 2_000 + n };
        let document = id(999);
        let effect = match n % 7 {
            0 => glossaries::write(document, 1, &[glossary_entry("limit")]).unwrap(),
            _ => Write::of(()),
        };
        let done = write(store, n, complete(n, token).and(effect)).await;
        match (n % 7, n % 3) {
            (0, _) => {
                let NotWritten { error, is_certain } = done.unwrap_err();
                assert!(
                    matches!(error, StoreError::Conflict(_)) && is_certain,
                    "{error}"
                );
            }
            (_, 0) => assert_eq!(done.unwrap(), None),
            _ => assert_eq!(done.unwrap().unwrap().0.unwrap().version, 3),
        }
    });
    join_all(all).await;
    for n in 0..OWNERS {
        let is_done = n % 3 != 0 && n % 7 != 0;
        let expected = match is_done {
            true => JobStatus::Completed,
            false => JobStatus::Processing,
        };
        assert_eq!(status(store, n).await, expected, "{n}");
    }
}

pub async fn what_one_owner_writes_at_once_is_all_done(bench: &Bench) {
    let store = &bench.store;
    let mut tx = store.write(ALICE).await.unwrap();
    for n in 0..20 {
        store_read_document(&mut tx, 100 * n, None).await;
    }
    tx.commit().await.unwrap();
    let put = async |n: u32| {
        let write = glossaries::write(id(100 * n), 1, &[glossary_entry("limit")]).unwrap();
        store.write_together(ALICE, write, Ticket::default()).await
    };
    for done in join_all((0..20).map(put)).await {
        assert_eq!(done.unwrap(), Some(()));
    }
    for n in 0..20 {
        let kept = store.read_at_once(ALICE, glossaries::read(id(100 * n), 1));
        assert!(kept.await.unwrap().is_some());
    }
}

pub async fn what_is_withdrawn_is_not_done(bench: &Bench) {
    let store = &bench.store;
    store_jobs(store, 1).await;
    let ticket = Ticket::default();
    assert!(ticket.withdraw() && ticket.withdraw());
    let _ = store.write_together("owner-000", start(0), ticket).await;
    assert_eq!(status(store, 0).await, JobStatus::Queued);
    let ticket = Ticket::default();
    let started = store.write_together("owner-000", start(0), ticket.clone());
    assert!(started.await.unwrap().is_some());
    assert!(!ticket.withdraw(), "it is done");
    for nobody in ["", "a\0b"] {
        let refused = store.write_together(nobody, start(0), Ticket::default());
        let refused = refused.await.unwrap_err().error;
        assert!(matches!(refused, StoreError::Owner(_)));
    }
}

#[tokio::test]
async fn who_waits_for_a_lock_keeps_nobody_waiting() {
    let bench = Bench::postgres().await;
    let store = &bench.store;
    store_jobs(store, 30).await;
    // Somebody works on the job of the fourth.
    let mut held = store.write(&owner(3)).await.unwrap();
    jobs::cancel(&mut held, id(1_003), at(6)).await.unwrap();
    let mut all: Vec<_> = (0..30)
        .map(|n| Box::pin(write(store, n, start(n))))
        .collect();
    // All are asked for before the first is answered.
    for one in &mut all {
        assert!(one.now_or_never().is_none());
    }
    let mut fourth = all.remove(3);
    let others = timeout(PATIENCE, join_all(all)).await.unwrap();
    assert!(others.iter().all(|done| matches!(done, Ok(Some(Some(_))))));
    assert!((&mut fourth).now_or_never().is_none());
    drop(held);
    let fourth = timeout(PATIENCE, fourth).await.unwrap();
    assert!(matches!(fourth, Ok(Some(Some(_)))), "{fourth:?}");
}

#[tokio::test]
async fn who_waits_for_an_answer_is_refused_in_time_and_nothing_is_done() {
    let bench = Bench::postgres().await;
    let StoreConfig::Postgres(config) = bench.database.config() else {
        unreachable!()
    };
    let small = StoreConfig::Postgres(PostgresConfig {
        max_connections: 1,
        ..config
    });
    store_jobs(&bench.store, 4).await;
    let store = Store::open(&small).await.unwrap();
    let held = store.write(ALICE).await.unwrap();
    let soon = Duration::from_millis(50);
    let refused = (0..3).map(|n| waiting_at_most(soon, write(&store, n, start(n))));
    // Whoever has time is not refused with them.
    let patient = write(&store, 3, start(3));
    let (mut refused, mut patient) = (Box::pin(join_all(refused)), Box::pin(patient));
    // All of them wait.
    assert!((&mut refused).now_or_never().is_none());
    assert!((&mut patient).now_or_never().is_none());
    let refused = refused.await;
    for refused in refused {
        let NotWritten { error, is_certain } = refused.unwrap_err();
        assert!(
            matches!(error, StoreError::Unavailable(_)) && is_certain,
            "{error}"
        );
    }
    drop(held);
    assert!(matches!(patient.await, Ok(Some(Some(_)))));
    for n in 0..3 {
        assert_eq!(status(&store, n).await, JobStatus::Queued);
    }
}
