use ultudy_domain::{
    Timestamp,
    job::{JobStatus, Priority, QueueName},
};
use ultudy_store::jobs::{self, NewJob};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, at, id, job},
};

const QUEUE: QueueName = QueueName::UploadProcessing;

async fn page(
    bench: &Bench,
    priority: Priority,
    after: (Timestamp, Uuid),
) -> Vec<(Uuid, JobStatus)> {
    let mut tx = bench.store.system_read().await.unwrap();
    let found = jobs::waiting(&mut tx, QUEUE, priority, after, 2)
        .await
        .unwrap();
    assert!(
        found
            .iter()
            .all(|job| job.owner_id == ALICE && job.priority == priority)
    );
    found.iter().map(|job| (job.id, job.status)).collect()
}

/// Page by page, those that are final left out.
pub async fn jobs_in_flight_are_listed_in_their_order(bench: &Bench) {
    let mut tx = bench.write().await;
    for (number, second) in [(4, 0), (1, 1), (3, 1), (2, 1), (5, 9)] {
        let new = job(number, &format!("key {number}"));
        jobs::enqueue(&mut tx, &new, at(second)).await.unwrap();
    }
    let low = NewJob {
        priority: Priority::Low,
        ..job(6, "key 6")
    };
    jobs::enqueue(&mut tx, &low, at(0)).await.unwrap();
    jobs::start(&mut tx, id(1), id(100), "w", at(2))
        .await
        .unwrap();
    jobs::cancel(&mut tx, id(2), at(2)).await.unwrap();
    tx.commit().await.unwrap();

    let (queued, processing) = (JobStatus::Queued, JobStatus::Processing);
    let begin = (Timestamp::UNIX_EPOCH, Uuid::nil());
    let normal = Priority::Normal;
    assert_eq!(
        page(bench, normal, begin).await,
        [(id(4), queued), (id(1), processing)]
    );
    assert_eq!(
        page(bench, normal, (at(1), id(1))).await,
        [(id(3), queued), (id(5), queued)]
    );
    assert_eq!(page(bench, normal, (at(9), id(5))).await, []);
    assert_eq!(
        page(bench, normal, (at(2), Uuid::nil())).await,
        [(id(5), queued)]
    );
    assert_eq!(page(bench, Priority::Low, begin).await, [(id(6), queued)]);
}

/// A process that delivered from the table is gone, and its lease in the row with it.
pub async fn a_lease_in_the_row_that_has_lapsed_stops_nobody(bench: &Bench) {
    use ultudy_engines::queue::{LEASE, Queue as _};
    let queue = ultudy_store::queue::TableQueue::new(bench.store.clone());
    let mut tx = bench.write().await;
    jobs::enqueue(&mut tx, &job(1, "key"), at(0)).await.unwrap();
    tx.commit().await.unwrap();
    queue.claim(QUEUE, "w", &[id(100)], at(0)).await.unwrap();
    let mut tx = bench.write().await;
    let start = async |tx: &mut _, now| jobs::start(tx, id(1), id(200), "w", now).await.unwrap();
    assert_eq!(start(&mut tx, at(7)).await, jobs::Start::NotDue);
    let started = start(&mut tx, at(0) + LEASE).await;
    assert!(matches!(started, jobs::Start::Started(_)));
}
