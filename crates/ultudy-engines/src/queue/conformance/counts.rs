//! How many jobs stand where.

use super::{super::Counts, *};

pub(super) async fn a_job_is_counted_where_it_stands<S: Subject>(bench: &Bench<S>) {
    let later = QueueEntry {
        run_at: at(60),
        ..entry(4)
    };
    let elsewhere = QueueEntry {
        queue: QueueName::LessonGeneration,
        ..entry(5)
    };
    assert_eq!(counts(bench).await, Counts::default());
    bench
        .push(&[entry(1), entry(2), entry(3), later, elsewhere])
        .await;
    let waiting = Counts {
        waiting: 3,
        delayed: 1,
        ..Counts::default()
    };
    assert_eq!(counts(bench).await, waiting);
    let first = bench.claim_one(100, at(1)).await.unwrap();
    let one_active = Counts {
        waiting: 2,
        active: 1,
        ..waiting
    };
    assert_eq!(counts(bench).await, one_active);
    let given_back = bench.queue.release(&first, at(60), at(1)).await;
    given_back.unwrap();
    let two_delayed = Counts {
        waiting: 2,
        delayed: 2,
        ..Counts::default()
    };
    assert_eq!(counts(bench).await, two_delayed);
}

async fn counts<S: Subject>(bench: &Bench<S>) -> Counts {
    let queue = QueueName::UploadProcessing;
    bench.queue.counts(queue, at(1)).await.unwrap()
}
