//! What a lease is worth, and when it ends.

use std::time::Duration;

use super::*;

pub(super) async fn a_held_job_is_nobody_elses<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    assert!(bench.claim_one(100, at(1)).await.is_some());
    let just_before = lapse(at(1)) - Duration::from_millis(1);
    assert_eq!(bench.claim_one(101, just_before).await, None);
}

pub(super) async fn a_renewed_lease_lasts_longer<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    let delivery = bench.claim_one(100, at(1)).await.unwrap();
    assert!(bench.renew(&delivery, at(7)).await);
    assert_eq!(bench.claim_one(101, lapse(at(6))).await, None);
    assert!(bench.claim_one(102, lapse(at(7))).await.is_some());
}

pub(super) async fn a_lapsed_lease_cannot_be_renewed<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    let delivery = bench.claim_one(100, at(1)).await.unwrap();
    assert!(!bench.renew(&delivery, lapse(at(1))).await);
}

pub(super) async fn a_lapsed_job_comes_again_and_the_old_lease_changes_nothing<S: Subject>(
    bench: &Bench<S>,
) {
    bench.push(&[entry(1)]).await;
    let old = bench.claim_one(100, at(1)).await.unwrap();
    let again = lapse(at(1));
    let new = bench.claim_one(101, again).await.unwrap();
    assert_eq!((new.job_id, new.lease), (old.job_id, id(101)));

    assert!(!bench.renew(&old, again).await);
    bench.queue.finish(&old, &End::Gone).await.unwrap();
    bench.queue.release(&old, start(), again).await.unwrap();

    assert!(bench.renew(&new, again).await);
    assert_eq!(bench.claim_one(102, again).await, None);
}

pub(super) async fn a_removed_job_cannot_be_renewed<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1), entry(2)]).await;
    let mut held = bench.claim(&[id(100), id(101)], at(1)).await;
    let gone = held.remove(0);
    bench.subject.settle(&entry(1)).await;
    bench.queue.remove(gone.job_id).await.unwrap();
    assert_eq!(gone.job_id, id(1));
    assert!(!bench.renew(&gone, at(2)).await);
    assert!(bench.renew(&held.remove(0), at(2)).await);
}

pub(super) async fn a_released_job_comes_again_when_it_is_due<S: Subject>(bench: &Bench<S>) {
    bench.push(&[entry(1)]).await;
    let first = bench.claim_one(100, at(1)).await.unwrap();
    bench.queue.release(&first, at(30), at(1)).await.unwrap();
    assert_eq!(bench.claim_one(101, at(29)).await, None);
    let second = bench.claim_one(102, at(30)).await.unwrap();
    assert_eq!((second.job_id, second.lease), (first.job_id, id(102)));
    assert!(!bench.renew(&first, at(31)).await);
}
