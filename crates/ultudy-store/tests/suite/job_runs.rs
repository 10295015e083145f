use ultudy_domain::job::{Job, JobStatus, LOST_MAX};
use ultudy_store::{
    TenantTx,
    jobs::{self, Start},
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{at, failure, id, job},
};

const RUN: fn() -> Uuid = || id(900);
const STALE: fn() -> Uuid = || id(901);

async fn start(tx: &mut TenantTx, token: Uuid, second: i64) -> Start {
    jobs::start(tx, id(1), token, "worker", at(second))
        .await
        .unwrap()
}

/// Job 1, running under [`RUN`] since second 1.
async fn running(tx: &mut TenantTx) -> Job {
    jobs::enqueue(tx, &job(1, "key"), at(0)).await.unwrap();
    match start(tx, RUN(), 1).await {
        Start::Started(job) => job,
        other => panic!("not started: {other:?}"),
    }
}

async fn found(tx: &mut TenantTx) -> Job {
    jobs::find(tx, id(1)).await.unwrap().unwrap()
}

pub async fn a_run_goes_from_start_over_progress_to_its_result(bench: &Bench) {
    let mut tx = bench.write().await;
    let job = running(&mut tx).await;
    assert_eq!(job.status, JobStatus::Processing);
    assert_eq!((job.started_at, job.version), (Some(at(1)), 2));
    assert_eq!(job.worker_id.as_deref(), Some("worker"));

    let version = jobs::set_progress(&mut tx, id(1), RUN(), 40, "reading").await;
    assert_eq!(version.unwrap(), Some(3));
    let job = found(&mut tx).await;
    assert_eq!((job.progress, &*job.stage), (40, "reading"));

    let result = serde_json::json!({"document_id": id(1)});
    let done = jobs::complete(&mut tx, id(1), RUN(), &result, at(9)).await;
    let version = done.unwrap().unwrap().version;
    let done = found(&mut tx).await;
    assert_eq!(done.version, version);
    assert_eq!((done.status, done.progress), (JobStatus::Completed, 100));
    assert_eq!(
        (done.result, done.completed_at),
        (Some(result), Some(at(9)))
    );
    assert_eq!((done.attempt, done.lost, done.version), (0, 0, 4));
}

pub async fn a_job_does_not_start_before_its_time_nor_after_its_end(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(start(&mut tx, RUN(), 0).await, Start::NotDue);
    jobs::enqueue(&mut tx, &job(1, "key"), at(10))
        .await
        .unwrap();
    assert_eq!(start(&mut tx, RUN(), 9).await, Start::Early(at(10)));
    assert!(matches!(start(&mut tx, RUN(), 10).await, Start::Started(_)));
    let result = serde_json::Value::Null;
    jobs::complete(&mut tx, id(1), RUN(), &result, at(11))
        .await
        .unwrap();
    assert_eq!(start(&mut tx, STALE(), 12).await, Start::NotDue);
    assert_eq!(found(&mut tx).await.status, JobStatus::Completed);
}

/// It was stored by a clock that is ahead.
pub async fn a_job_that_its_engine_knows_to_be_due_starts(bench: &Bench) {
    let mut tx = bench.write().await;
    jobs::enqueue(&mut tx, &job(1, "key"), at(3_600))
        .await
        .unwrap();
    let started = jobs::start_due(&mut tx, id(1), RUN(), "worker", at(0)).await;
    assert!(matches!(started.unwrap(), Start::Started(_)));
}

pub async fn an_error_counts_and_the_job_waits_again(bench: &Bench) {
    let mut tx = bench.write().await;
    running(&mut tx).await;
    let why = failure("busy");
    let waiting = jobs::retry_later(&mut tx, id(1), RUN(), &why, at(30)).await;
    let waiting = waiting.unwrap().unwrap();
    assert_eq!(waiting.status, JobStatus::Queued);
    assert_eq!((waiting.attempt, waiting.run_at), (1, at(30)));
    assert_eq!(start(&mut tx, RUN(), 29).await, Start::Early(at(30)));
    let Start::Started(again) = start(&mut tx, id(902), 30).await else {
        panic!("not started again");
    };
    assert_eq!((again.attempt, again.lost), (1, 0));

    let failed = jobs::fail(&mut tx, id(1), id(902), &failure("pdf_damaged"), at(31)).await;
    let failed = failed.unwrap().unwrap();
    assert_eq!((failed.status, failed.attempt), (JobStatus::Failed, 2));
    assert_eq!(failed.failure, Some(failure("pdf_damaged")));
    assert_eq!(failed.completed_at, Some(at(31)));
}

pub async fn handing_back_counts_nothing(bench: &Bench) {
    let mut tx = bench.write().await;
    running(&mut tx).await;
    let back = jobs::hand_back(&mut tx, id(1), RUN(), at(5)).await.unwrap();
    let back = back.unwrap();
    assert_eq!(back.status, JobStatus::Queued);
    assert_eq!((back.attempt, back.lost, back.run_at), (0, 0, at(5)));
    let Start::Started(again) = start(&mut tx, id(902), 5).await else {
        panic!("not started again");
    };
    assert_eq!((again.attempt, again.lost), (0, 0));
}

pub async fn since_when_a_job_is_put_off_is_known_until_it_is_asked_for_again(bench: &Bench) {
    let mut tx = bench.write().await;
    running(&mut tx).await;
    let put_off = async |tx: &mut TenantTx, token, since, run_at| {
        let off = jobs::put_off(tx, id(1), token, since, at(run_at)).await;
        let off = off.unwrap().unwrap();
        assert_eq!((off.status, off.run_at), (JobStatus::Queued, at(run_at)));
        assert_eq!((off.attempt, off.lost), (0, 0));
    };
    let since = async |tx: &mut TenantTx, token| {
        let since = jobs::put_off_since(tx, id(1), token).await;
        since.unwrap()
    };
    assert_eq!(since(&mut tx, RUN()).await, None);
    put_off(&mut tx, RUN(), Some(at(2)), 5).await;
    start(&mut tx, id(902), 5).await;
    assert_eq!(since(&mut tx, id(902)).await, Some(at(2)));
    assert_eq!(since(&mut tx, RUN()).await, None, "it is stale");
    let back = jobs::hand_back(&mut tx, id(1), id(902), at(6)).await;
    assert!(back.unwrap().is_some());
    start(&mut tx, id(903), 6).await;
    assert_eq!(since(&mut tx, id(903)).await, Some(at(2)));
    put_off(&mut tx, id(903), None, 7).await;
    start(&mut tx, id(904), 7).await;
    assert_eq!(since(&mut tx, id(904)).await, None);
    put_off(&mut tx, id(904), Some(at(8)), 9).await;
    jobs::cancel(&mut tx, id(1), at(9)).await.unwrap().unwrap();
    jobs::requeue(&mut tx, id(1), at(10))
        .await
        .unwrap()
        .unwrap();
    let Start::Started(_) = start(&mut tx, id(905), 10).await else {
        panic!("not started again");
    };
    assert_eq!(since(&mut tx, id(905)).await, None);
}

pub async fn the_third_worker_that_vanishes_fails_the_job(bench: &Bench) {
    let mut tx = bench.write().await;
    running(&mut tx).await;
    for lost in 1..LOST_MAX {
        let token = id(902 + u32::try_from(lost).unwrap());
        let Start::Started(again) = start(&mut tx, token, 10).await else {
            panic!("given up after {lost}");
        };
        assert_eq!((again.lost, again.attempt), (lost, 0));
    }
    let Start::Poisoned(poisoned) = start(&mut tx, id(999), 20).await else {
        panic!("not given up");
    };
    assert_eq!(poisoned, found(&mut tx).await);
    assert_eq!(poisoned.status, JobStatus::Failed);
    assert_eq!(
        (poisoned.lost, poisoned.completed_at),
        (LOST_MAX, Some(at(20)))
    );
    let why = poisoned.failure.unwrap();
    assert_eq!(why.code, "worker_lost");
    assert!(!why.message.is_empty());
    assert_eq!(start(&mut tx, id(1_000), 21).await, Start::NotDue);
}

/// Whatever a run does after another has started, nothing changes.
pub async fn a_stale_run_changes_nothing(bench: &Bench) {
    let mut tx = bench.write().await;
    running(&mut tx).await;
    let before = found(&mut tx).await;
    stale_writes(&mut tx, STALE()).await;
    assert_eq!(found(&mut tx).await, before);

    jobs::cancel(&mut tx, id(1), at(3)).await.unwrap();
    let cancelled = found(&mut tx).await;
    stale_writes(&mut tx, RUN()).await;
    assert_eq!(found(&mut tx).await, cancelled);
}

async fn stale_writes(tx: &mut TenantTx, token: Uuid) {
    let (why, result) = (failure("late"), serde_json::json!(1));
    let progress = jobs::set_progress(tx, id(1), token, 50, "late").await;
    assert_eq!(progress.unwrap(), None);
    let completed = jobs::complete(tx, id(1), token, &result, at(9)).await;
    assert_eq!(completed.unwrap(), None);
    let ends = [
        jobs::retry_later(tx, id(1), token, &why, at(9)).await,
        jobs::fail(tx, id(1), token, &why, at(9)).await,
        jobs::hand_back(tx, id(1), token, at(9)).await,
        jobs::put_off(tx, id(1), token, None, at(9)).await,
    ];
    for end in ends {
        assert_eq!(end.unwrap(), None);
    }
}

pub async fn only_what_is_in_flight_is_cancelled(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(jobs::cancel(&mut tx, id(1), at(3)).await.unwrap(), None);
    running(&mut tx).await;
    let cancelled = jobs::cancel(&mut tx, id(1), at(3)).await.unwrap().unwrap();
    assert_eq!(cancelled.status, JobStatus::Cancelled);
    assert_eq!(cancelled.completed_at, Some(at(3)));
    assert_eq!(jobs::cancel(&mut tx, id(1), at(4)).await.unwrap(), None);
    assert_eq!(start(&mut tx, RUN(), 5).await, Start::NotDue);
}

pub async fn a_documents_jobs_are_cancelled_together(bench: &Bench) {
    let mut tx = bench.write().await;
    for n in [1, 2, 3] {
        let mut new = job(n, &format!("key {n}"));
        new.document_id = id(100 + n / 3);
        jobs::enqueue(&mut tx, &new, at(0)).await.unwrap();
    }
    let cancelled = jobs::cancel_of_document(&mut tx, id(100), at(1))
        .await
        .unwrap();
    let mut ids: Vec<_> = cancelled.iter().map(|job| job.id).collect();
    ids.sort();
    assert_eq!(ids, [1, 2].map(id));
    let other = jobs::find(&mut tx, id(3)).await.unwrap().unwrap();
    assert_eq!(other.status, JobStatus::Queued);
}

pub async fn a_failed_or_cancelled_job_can_be_asked_for_again(bench: &Bench) {
    let mut tx = bench.write().await;
    running(&mut tx).await;
    assert_eq!(jobs::requeue(&mut tx, id(1), at(3)).await.unwrap(), None);
    jobs::fail(&mut tx, id(1), RUN(), &failure("busy"), at(4))
        .await
        .unwrap();
    let again = jobs::requeue(&mut tx, id(1), at(5)).await.unwrap().unwrap();
    assert_eq!(again.status, JobStatus::Queued);
    assert_eq!((again.attempt, again.lost, again.progress), (0, 0, 0));
    assert_eq!((again.failure, again.completed_at), (None, None));
    assert_eq!(again.run_at, at(5));
    assert!(again.version > 3);

    // Not while another with its key is in flight.
    jobs::cancel(&mut tx, id(1), at(6)).await.unwrap();
    jobs::enqueue(&mut tx, &job(2, "key"), at(7)).await.unwrap();
    assert_eq!(jobs::requeue(&mut tx, id(1), at(8)).await.unwrap(), None);
    assert_eq!(found(&mut tx).await.status, JobStatus::Cancelled);
}

pub async fn every_change_raises_the_version(bench: &Bench) {
    let mut tx = bench.write().await;
    let mut versions = vec![running(&mut tx).await.version];
    versions.extend(
        jobs::set_progress(&mut tx, id(1), RUN(), 5, "a")
            .await
            .unwrap(),
    );
    let back = jobs::hand_back(&mut tx, id(1), RUN(), at(5)).await.unwrap();
    versions.push(back.unwrap().version);
    start(&mut tx, STALE(), 6).await;
    versions.push(found(&mut tx).await.version);
    let cancelled = jobs::cancel(&mut tx, id(1), at(7)).await.unwrap();
    versions.push(cancelled.unwrap().version);
    let again = jobs::requeue(&mut tx, id(1), at(8)).await.unwrap();
    versions.push(again.unwrap().version);
    assert_eq!(versions, [2, 3, 4, 5, 6, 7]);
}
