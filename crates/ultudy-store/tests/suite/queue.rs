use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ultudy_domain::{
    Timestamp,
    job::{JobStatus, JobType, Priority, QueueName},
};
use ultudy_engines::queue::{Delivery, End, LEASE, Queue, QueueEntry, conformance};
use ultudy_store::{
    documents,
    jobs::{self, NewJob, Start},
    queue::TableQueue,
};
use ultudy_testkit::postgres::{Postgres, User};
use uuid::Uuid;

use crate::{
    bench::{Bench, Database},
    fixtures::{ALICE, at, failure, id, job, store_document},
};

const QUEUE: QueueName = QueueName::UploadProcessing;

/// The table as the conformance suite sees it.
struct Table {
    bench: Bench,
    queue: Arc<TableQueue>,
}

impl Table {
    fn new(bench: Bench) -> Self {
        let queue = Arc::new(TableQueue::new(bench.store.clone()));
        Self { bench, queue }
    }
}

#[async_trait]
impl conformance::Subject for Table {
    fn queue(&self) -> Arc<dyn Queue> {
        self.queue.clone()
    }

    async fn prepare(&self, entries: &[QueueEntry]) {
        for entry in entries {
            let mut tx = self.bench.store.write(&entry.owner_id).await.unwrap();
            let new = NewJob {
                id: entry.job_id,
                job_type: match entry.queue {
                    QueueName::UploadProcessing => JobType::UploadPdf,
                    QueueName::LessonGeneration => JobType::GenerateLesson,
                },
                priority: entry.priority,
                ..job(1, &entry.job_id.to_string())
            };
            jobs::enqueue(&mut tx, &new, entry.run_at).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    async fn settle(&self, entry: &QueueEntry) {
        let mut tx = self.bench.store.write(&entry.owner_id).await.unwrap();
        let settled = jobs::cancel(&mut tx, entry.job_id, at(0)).await.unwrap();
        assert!(settled.is_some());
        tx.commit().await.unwrap();
    }
}

pub async fn keeps_the_promises_of_a_queue_on_sqlite() {
    conformance::all(async || Table::new(Bench::sqlite().await)).await;
}

pub async fn keeps_the_promises_of_a_queue_on_postgres() {
    // Keeps one server running from case to case.
    let _server = Postgres::shared().unwrap();
    conformance::all(async || Table::new(Bench::postgres().await)).await;
}

async fn claim(queue: &TableQueue, lease: u32, now: Timestamp) -> Option<Delivery> {
    let claimed = queue.claim(QUEUE, "worker", &[id(lease)], now).await;
    claimed.unwrap().pop()
}

async fn enqueue(bench: &Bench, new: &NewJob, second: i64) {
    let mut tx = bench.write().await;
    jobs::enqueue(&mut tx, new, at(second)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn start(bench: &Bench, token: Uuid, now: Timestamp) -> Start {
    let mut tx = bench.write().await;
    let started = jobs::start(&mut tx, id(1), token, "worker", now).await;
    tx.commit().await.unwrap();
    started.unwrap()
}

pub async fn a_low_job_moves_up_after_ten_minutes(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    let low = |n| NewJob {
        priority: Priority::Low,
        ..job(n, &format!("key {n}"))
    };
    enqueue(bench, &low(1), 0).await;
    enqueue(bench, &job(2, "key 2"), 61).await;
    enqueue(bench, &low(3), 62).await;
    let first = claim(&queue, 100, at(599)).await.unwrap();
    assert_eq!(
        first.job_id,
        id(2),
        "a low job went before a normal one too early"
    );
    enqueue(bench, &job(4, "key 4"), 600).await;
    let second = claim(&queue, 101, at(600)).await.unwrap();
    assert_eq!(second.job_id, id(1), "a low job did not move up");
    let third = claim(&queue, 102, at(600)).await.unwrap();
    assert_eq!(third.job_id, id(4), "a low job moved up too early");
}

/// What each crash leaves behind, and that nothing more is needed than to go on.
pub async fn a_crash_before_the_commit_leaves_no_job(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    let mut tx = bench.write().await;
    jobs::enqueue(&mut tx, &job(1, "key"), at(0)).await.unwrap();
    drop(tx);
    assert_eq!(claim(&queue, 100, at(1)).await, None);
    enqueue(bench, &job(2, "key"), 1).await;
    assert_eq!(claim(&queue, 101, at(1)).await.unwrap().job_id, id(2));
}

pub async fn a_crash_between_commit_and_push_loses_nothing(bench: &Bench) {
    enqueue(bench, &job(1, "key"), 0).await;
    let queue = TableQueue::new(bench.store.clone());
    assert!(claim(&queue, 100, at(0)).await.is_some());
}

pub async fn a_crash_between_claim_and_start_counts_nothing(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    claim(&queue, 100, at(0)).await.unwrap();
    let again = claim(&queue, 101, at(0) + LEASE).await.unwrap();
    let Start::Started(job) = start(bench, again.lease, at(9)).await else {
        panic!("not started");
    };
    assert_eq!((job.lost, job.attempt), (0, 0));
}

pub async fn a_crash_in_a_run_counts_as_lost(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    let first = claim(&queue, 100, at(0)).await.unwrap();
    assert!(matches!(
        start(bench, first.lease, at(0)).await,
        Start::Started(_)
    ));
    let again = claim(&queue, 101, at(0) + LEASE).await.unwrap();
    let Start::Started(job) = start(bench, again.lease, at(9)).await else {
        panic!("not started");
    };
    assert_eq!((job.lost, job.attempt), (1, 0));
}

/// It froze after its claim, and wakes when another worker has started the job.
pub async fn a_worker_that_wakes_late_does_not_start(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    let frozen = claim(&queue, 100, at(0)).await.unwrap();
    let other = claim(&queue, 101, at(0) + LEASE).await.unwrap();
    assert!(matches!(
        start(bench, other.lease, at(9)).await,
        Start::Started(_)
    ));
    assert_eq!(start(bench, frozen.lease, at(10)).await, Start::NotDue);
    queue.finish(&frozen, &End::Gone).await.unwrap();

    let mut tx = bench.write().await;
    let result = serde_json::Value::Null;
    let done = jobs::complete(&mut tx, id(1), other.lease, &result, at(11)).await;
    assert!(done.unwrap().is_some());
    let done = jobs::find(&mut tx, id(1)).await.unwrap();
    assert_eq!(done.unwrap().lost, 0);
}

/// The effect and `completed` are one commit; here the effect is that a document appears.
pub async fn a_crash_before_the_last_commit_undoes_the_effect_with_the_status(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    let first = claim(&queue, 100, at(0)).await.unwrap();
    start(bench, first.lease, at(0)).await;
    let mut tx = bench.write().await;
    store_document(&mut tx, 10, None).await;
    let result = serde_json::Value::Null;
    jobs::complete(&mut tx, id(1), first.lease, &result, at(1))
        .await
        .unwrap();
    drop(tx);

    let mut tx = bench.write().await;
    assert_eq!(documents::file(&mut tx, id(10)).await.unwrap(), None);
    let job = jobs::find(&mut tx, id(1)).await.unwrap().unwrap();
    assert_eq!(job.status, JobStatus::Processing);
    drop(tx);
    assert!(claim(&queue, 101, at(0) + LEASE).await.is_some());
}

pub async fn a_crash_before_finishing_brings_nothing_again(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    let first = claim(&queue, 100, at(0)).await.unwrap();
    start(bench, first.lease, at(0)).await;
    let mut tx = bench.write().await;
    let result = serde_json::Value::Null;
    jobs::complete(&mut tx, id(1), first.lease, &result, at(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim(&queue, 101, at(100) + LEASE).await, None);
}

pub async fn a_crash_before_giving_back_only_waits_for_the_lease(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    let first = claim(&queue, 100, at(0)).await.unwrap();
    start(bench, first.lease, at(0)).await;
    let mut tx = bench.write().await;
    let why = failure("busy");
    jobs::retry_later(&mut tx, id(1), first.lease, &why, at(60))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim(&queue, 101, at(0) + LEASE).await, None);
    let again = claim(&queue, 102, at(60)).await.unwrap();
    let Start::Started(job) = start(bench, again.lease, at(60)).await else {
        panic!("not started");
    };
    assert_eq!((job.lost, job.attempt), (0, 1));
}

/// The worker learns of it at its next renewal.
pub async fn cancelling_takes_the_lease_away(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key"), 0).await;
    let delivery = claim(&queue, 100, at(0)).await.unwrap();
    start(bench, delivery.lease, at(0)).await;
    let mut tx = bench.store.write(ALICE).await.unwrap();
    jobs::cancel(&mut tx, id(1), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let refused = queue.renew(std::slice::from_ref(&delivery), at(1)).await;
    assert_eq!(refused.unwrap(), [delivery.lease]);
    assert_eq!(claim(&queue, 101, at(1) + 10 * LEASE).await, None);
}

/// A push wakes one worker; when it takes all it can, it wakes the next.
pub async fn a_full_claim_wakes_the_next_worker(bench: &Bench) {
    let queue = TableQueue::new(bench.store.clone());
    enqueue(bench, &job(1, "key 1"), 0).await;
    enqueue(bench, &job(2, "key 2"), 0).await;
    assert!(claim(&queue, 100, at(0)).await.is_some());
    let woken = tokio::time::timeout(
        Duration::from_mins(1),
        queue.wait(QUEUE, Duration::from_hours(1)),
    );
    assert!(woken.await.is_ok());
}

/// Two processes on one database: the one that waits hears at once of what the other pushes,
/// also after its connection was lost.
#[tokio::test]
async fn a_worker_hears_of_jobs_that_another_process_pushes() {
    const LONG: Duration = Duration::from_secs(600);
    let bench = Bench::postgres().await;
    let Database::Postgres { server, name } = &bench.database else {
        unreachable!()
    };
    let url = server.url(User::Member, name);
    let hearing = TableQueue::listening(bench.store.clone(), &url).unwrap();
    let pushing = TableQueue::new(bench.store.clone());
    let entries = [QueueEntry {
        job_id: id(1),
        owner_id: ALICE.into(),
        queue: QUEUE,
        priority: Priority::High,
        run_at: at(0),
    }];
    let other = QueueName::LessonGeneration;
    // It looks once it listens.
    tokio::join!(hearing.wait(QUEUE, LONG), hearing.wait(other, LONG));

    let both = async { tokio::join!(hearing.wait(QUEUE, LONG), pushing.push(&entries, at(0))) };
    both.await.1.unwrap();

    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    assert_eq!(server.sql(name, end).unwrap(), "t");
    // It looks once it listens again.
    tokio::join!(hearing.wait(QUEUE, LONG), hearing.wait(other, LONG));
    let both = async { tokio::join!(hearing.wait(QUEUE, LONG), pushing.push(&entries, at(0))) };
    both.await.1.unwrap();
}
