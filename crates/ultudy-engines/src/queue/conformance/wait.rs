//! That waiting workers are woken. The limits here only turn a hang into a failure.

use std::time::Duration;

use super::*;

const QUEUE: QueueName = QueueName::UploadProcessing;
const HANG: Duration = Duration::from_mins(1);
const LONG: Duration = Duration::from_hours(1);

pub(super) async fn a_push_ends_a_wait<S: Subject>(bench: &Bench<S>) {
    let job = [entry(1)];
    let both = async { tokio::join!(bench.queue.wait(QUEUE, LONG), bench.push(&job)) };
    assert!(tokio::time::timeout(HANG, both).await.is_ok());
}

/// Between a claim that found nothing and the wait after it.
pub(super) async fn a_push_before_the_wait_ends_it_too<S: Subject>(bench: &Bench<S>) {
    assert_eq!(bench.claim_one(100, at(1)).await, None);
    bench.push(&[entry(1)]).await;
    let wait = bench.queue.wait(QUEUE, LONG);
    assert!(tokio::time::timeout(HANG, wait).await.is_ok());
}

pub(super) async fn a_release_ends_a_wait<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    let delivery = bench.claim_one(100, at(1)).await.unwrap();
    // Takes the wake that the push may have left.
    bench.queue.wait(QUEUE, Duration::ZERO).await;
    let release = async { bench.queue.release(&delivery, at(1), at(1)).await.unwrap() };
    let both = async { tokio::join!(bench.queue.wait(QUEUE, LONG), release) };
    assert!(tokio::time::timeout(HANG, both).await.is_ok());
}

pub(super) async fn a_wait_ends_without_a_push<S: Subject>(bench: &Bench<S>) {
    let wait = bench.queue.wait(QUEUE, Duration::from_millis(5));
    assert!(tokio::time::timeout(HANG, wait).await.is_ok());
}
