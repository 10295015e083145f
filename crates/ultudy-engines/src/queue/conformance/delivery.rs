//! Which job comes, when, and how often.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;

use super::*;

pub(super) async fn the_more_urgent_comes_first_then_the_older<S: Subject>(bench: &Bench<S>) {
    let job = |number, priority, due| QueueEntry {
        priority,
        run_at: at(due),
        ..entry(number)
    };
    bench
        .push(&[
            job(1, Priority::Low, 0),
            job(2, Priority::Normal, 2),
            job(3, Priority::Normal, 1),
            job(4, Priority::High, 3),
            job(5, Priority::Low, 1),
        ])
        .await;
    let mut order = Vec::new();
    for lease in 100..105 {
        order.extend(bench.claim_one(lease, at(4)).await.map(|d| d.job_id));
    }
    assert_eq!(order, [4, 3, 2, 1, 5].map(id));
}

pub(super) async fn nothing_comes_before_it_is_due<S: Subject>(bench: &Bench<S>) {
    let later = QueueEntry {
        run_at: at(60),
        ..entry(1)
    };
    bench.push(std::slice::from_ref(&later)).await;
    assert_eq!(bench.claim_one(100, at(59)).await, None);
    let delivery = bench.claim_one(101, at(60)).await.unwrap();
    let expected = Delivery {
        job_id: later.job_id,
        owner_id: later.owner_id,
        queue: later.queue,
        lease: id(101),
        due: delivery.due,
        retried: false,
        asked: None,
    };
    assert_eq!(delivery, expected);
}

pub(super) async fn at_most_as_many_come_as_there_are_leases<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1), entry(2), entry(3)]).await;
    let two = bench.claim(&[id(100), id(101)], at(1)).await;
    let leases: Vec<_> = two.iter().map(|delivery| delivery.lease).collect();
    assert_eq!(leases, [id(100), id(101)]);
    assert_eq!(bench.claim(&[], at(1)).await, []);
    assert_eq!(bench.claim(&[id(102), id(103)], at(1)).await.len(), 1);
}

pub(super) async fn queues_are_apart<S: Subject>(bench: &Bench<S>) {
    let lesson = QueueEntry {
        queue: QueueName::LessonGeneration,
        ..entry(1)
    };
    bench.push(&[lesson]).await;
    assert_eq!(bench.claim_one(100, at(1)).await, None);
    let lease = [id(101)];
    let claim = bench
        .queue
        .claim(QueueName::LessonGeneration, "worker", &lease, at(1));
    assert_eq!(claim.await.unwrap().len(), 1);
}

pub(super) async fn pushing_again_changes_nothing<S: Subject>(bench: &Bench<S>) {
    let job = [entry(1)];
    bench.push(&job).await;
    bench.queue.push(&job, at(1)).await.unwrap();
    let delivery = bench.claim_one(100, at(1)).await.unwrap();
    assert_eq!(bench.claim_one(101, at(1)).await, None);
    bench.queue.push(&job, at(1)).await.unwrap();
    assert_eq!(bench.claim_one(102, at(1)).await, None);
    assert!(bench.renew(&delivery, at(1)).await);
}

pub(super) async fn what_is_finished_never_comes_again<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    let delivery = bench.claim_one(100, at(1)).await.unwrap();
    bench.subject.settle(&entry(1)).await;
    bench
        .queue
        .finish(&delivery, &End::Completed)
        .await
        .unwrap();
    assert_eq!(bench.claim_one(101, lapse(at(100))).await, None);
}

pub(super) async fn what_is_removed_never_comes_again<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    bench.subject.settle(&entry(1)).await;
    bench.queue.remove(id(1)).await.unwrap();
    assert_eq!(bench.claim_one(100, at(100)).await, None);
    // Removing what is not there is no failure: a crash may make it happen twice.
    bench.queue.remove(id(1)).await.unwrap();
}

pub(super) async fn claims_at_the_same_time_never_overlap<S: Subject>(bench: &Bench<S>) {
    const JOBS: u32 = 60;
    const CLAIMERS: u32 = 6;
    let entries: Vec<_> = (0..JOBS).map(entry).collect();
    bench.push(&entries).await;
    let seen = Mutex::new(BTreeSet::new());
    let next_lease = AtomicU32::new(1_000);
    let claimer = async || {
        while seen.lock().unwrap().len() < JOBS as usize {
            let first = next_lease.fetch_add(3, Ordering::Relaxed);
            let leases: Vec<_> = (first..first + 3).map(id).collect();
            for delivery in bench.claim(&leases, at(1)).await {
                let new = seen.lock().unwrap().insert(delivery.job_id);
                assert!(new, "delivered twice: {delivery:?}");
            }
        }
    };
    let all = join_all((0..CLAIMERS).map(|_| claimer()));
    let in_time = tokio::time::timeout(Duration::from_mins(1), all).await;
    assert!(in_time.is_ok(), "some jobs were never delivered");
}
