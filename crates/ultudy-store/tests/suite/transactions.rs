use std::{task::Poll, time::Duration};

use chrono::TimeDelta;
use ultudy_store::{Page, Store, StoreError, courses, study_sessions};

use crate::{
    bench::Bench,
    fixtures::{ALICE, BOB, at, course, id, session},
};

pub async fn what_is_dropped_never_was(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    drop(tx);
    let found = courses::find(&mut bench.write().await, id(1)).await;
    assert_eq!(found.unwrap(), None);
}

pub async fn what_is_not_committed_is_nobody_elses_to_see(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let mut reader = bench.read().await;
    assert_eq!(courses::find(&mut reader, id(1)).await.unwrap(), None);
    drop(reader);
    tx.commit().await.unwrap();
    let mut reader = bench.read().await;
    assert!(courses::find(&mut reader, id(1)).await.unwrap().is_some());
}

pub async fn a_transaction_that_reads_cannot_write(bench: &Bench) {
    let refused = courses::insert(&mut bench.read().await, &course(1)).await;
    assert!(
        matches!(refused, Err(StoreError::ReadOnly(_))),
        "{refused:?}"
    );
}

/// After a refused statement nothing of the transaction stays, and the next one works.
pub async fn a_refused_statement_spoils_only_its_transaction(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let refused = courses::insert(&mut tx, &course(1)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    drop(tx);
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Not even what was done before; on PostgreSQL the commit itself would say nothing.
pub async fn after_a_refused_statement_nothing_is_committed(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let refused = courses::insert(&mut tx, &course(1)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    let committed = tx.commit().await;
    assert!(
        matches!(committed, Err(StoreError::Other(_))),
        "{committed:?}"
    );
    let found = courses::find(&mut bench.write().await, id(1)).await;
    assert_eq!(found.unwrap(), None);
}

pub async fn a_request_that_is_dropped_anywhere_leaves_nothing(bench: &Bench) {
    drop_requests_anywhere(&bench.store).await;
}

/// Requests are dropped at any moment when browsers go away. Runs one again and again, a
/// little further each time, and drops it; whatever it was doing, beginning included, the
/// next request finds a connection and nothing of it.
pub async fn drop_requests_anywhere(store: &Store) {
    let request = async || {
        let mut tx = store.write(ALICE).await.unwrap();
        courses::insert(&mut tx, &course(1)).await.unwrap();
        courses::list(&mut tx, true, Page::ALL).await.unwrap();
        // Never committed.
    };
    let (mut polls, mut dropped) = (1, 0);
    // How often it is dropped depends on how fast the database answers: on a busy machine perhaps
    // each time before it is waited for, and then it is asked again.
    for _ in 0..1_000 {
        if polled_at_most(polls, request()).await {
            if dropped > 0 {
                break;
            }
            continue;
        }
        (polls, dropped) = (polls + 1, dropped + 1);
        for owner in [BOB, ALICE] {
            let next = async {
                let mut tx = store.write(owner).await.unwrap();
                courses::list(&mut tx, true, Page::ALL).await.unwrap()
            };
            let seen = tokio::time::timeout(Duration::from_mins(1), next).await;
            assert_eq!(seen.expect("the connection is held"), []);
        }
    }
    assert!(dropped > 0, "the request was never dropped half way");
}

/// Whether `future` was done within so many polls; else it is dropped.
async fn polled_at_most(polls: u32, future: impl Future<Output = ()>) -> bool {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Neither database keeps more, so neither must seem to.
pub async fn times_keep_their_microseconds_and_no_more(bench: &Bench) {
    let mut tx = bench.write().await;
    for (n, nanos) in [(1, 123_456_789), (2, 0), (3, 999_999_999), (4, 120_000_000)] {
        let mut course = course(n);
        course.created_at = at(0) + TimeDelta::nanoseconds(nanos);
        courses::insert(&mut tx, &course).await.unwrap();
        let kept = ultudy_domain::truncate_to_micros(course.created_at);
        let found = courses::find(&mut tx, id(n)).await.unwrap().unwrap();
        assert_eq!(found.created_at, kept);
    }
}

/// SQLite compares times as text, whose fraction has as many digits as it needs.
pub async fn times_sort_as_they_follow_each_other(bench: &Bench) {
    let start = at(0) - TimeDelta::microseconds(123_456);
    let micros = [
        0, 1, 10, 999, 1_000, 1_001, 100_000, 500_000, 999_999, 1_000_000,
    ];
    let mut tx = bench.write().await;
    for (n, micros) in (1..).zip(micros.iter().rev()) {
        let mut session = session(n, 0);
        session.started_at = start + TimeDelta::microseconds(*micros);
        study_sessions::insert(&mut tx, &session).await.unwrap();
    }
    let latest = study_sessions::latest(&mut tx, 99).await.unwrap();
    let seen: Vec<_> = latest
        .iter()
        .rev()
        .map(|session| (session.started_at - start).num_microseconds().unwrap())
        .collect();
    assert_eq!(seen, micros);
}

pub async fn the_database_answers_a_ping(bench: &Bench) {
    bench.store.ping().await.unwrap();
}
