//! What ends of a leader mean for those who wait for it.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    jobs,
    worker::{WorkerConfig, work},
};
use ultudy_domain::job::JobStatus;
use ultudy_store::{
    concepts,
    generations::{self, NewGeneration},
    jobs::{self as stored_jobs, Start},
};
use ultudy_testkit::wait;

use super::{Bench, PATIENCE, Services, all, all_end_well, ask, ask_on, content, one_leads, start};
use crate::slow::{HOPELESS, UNAVAILABLE};

async fn a_worker_vanishes_after_the_leaders_end_and_others_complete_who_waits(bench: Bench) {
    let doomed = Runtime::new().unwrap();
    let bench = Arc::new(bench);
    let of_doomed = bench.clone();
    let begun = doomed.spawn(async move {
        let app = of_doomed.app().await;
        start(&app, &CancellationToken::new());
    });
    begun.await.unwrap();
    let app = bench.app().await;
    let asked = ask(&app, 5).await;
    let leader = one_leads(&app, &asked).await;
    doomed.shutdown_background();
    // What its last commit would have left: the generation, and the leader's end.
    let mut tx = app.store.system_read().await.unwrap();
    let key = stored_jobs::led_by(&mut tx, leader.id)
        .await
        .unwrap()
        .unwrap();
    drop(tx);
    let generation = NewGeneration {
        key,
        content: content(&app, &asked[0].0).await,
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    let now = app.clock.now();
    let mut tx = app.store.write(&leader.owner_id).await.unwrap();
    generations::insert(&mut tx, &generation, now)
        .await
        .unwrap();
    let result = serde_json::Value::Null;
    let done = stored_jobs::end_elsewhere(&mut tx, leader.id, Ok(&result), now).await;
    assert!(done.unwrap().is_some());
    tx.commit().await.unwrap();
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    all_end_well(&app, &asked).await;
    assert_eq!(bench.begun(), 1);
    stop.cancel();
    worker.await.unwrap();
}

/// Whoever looks for followers of nobody every two seconds has stopped by then: they go on with the run
/// itself.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_goes_on_with_a_leader_whose_generation_turns_out_to_be_there() {
    let bench = Bench::shared().await;
    let app = bench.app().await;
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let asked = ask(&app, 5).await;
    let leader = one_leads(&app, &asked).await;
    // The leader is handed back, and leads still.
    stop.cancel();
    worker.await.unwrap();
    let mut tx = app.store.system_read().await.unwrap();
    let key = stored_jobs::led_by(&mut tx, leader.id).await.unwrap();
    drop(tx);
    let generation = NewGeneration {
        key: key.unwrap(),
        content: content(&app, &leader.owner_id).await,
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    let mut tx = app.store.write(&leader.owner_id).await.unwrap();
    let now = app.clock.now();
    generations::insert(&mut tx, &generation, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let mut holds = app.store.write(&leader.owner_id).await.unwrap();
    let document_id = leader.data["document_id"].as_str().unwrap();
    concepts::names(&mut holds, document_id.parse().unwrap())
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let config = WorkerConfig {
        worker_id: "another".into(),
        upload_concurrency: 1,
        lesson_concurrency: 2,
        drain: PATIENCE,
    };
    let worker = tokio::spawn(work(app.clone(), config, stop.clone()));
    let Services::Shared(server, name, _) = &bench.services else {
        unreachable!()
    };
    let stored = wait::until("it is about to be stored", PATIENCE, async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        server
            .sql(name, &format!("{waiting} AND datname = '{name}'"))
            .unwrap()
            == "1"
    });
    stored.await.unwrap();
    stop.cancel();
    drop(holds);
    worker.await.unwrap();
    for job in all(&app, &asked).await {
        assert_eq!(job.status, JobStatus::Completed, "{job:?}");
    }
    assert_eq!(bench.begun(), 1, "by the one who was stopped");
}

async fn a_leader_gives_up_and_who_waits_has_one_try_less(bench: Bench) {
    let app = bench.app().await;
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let asked = ask_on(&app, 20, UNAVAILABLE).await;
    one_leads(&app, &asked).await;
    bench.gate.send(true).unwrap();
    let ended = wait::until("all have failed", PATIENCE, async || {
        let all = all(&app, &asked).await;
        if !all.iter().any(|job| job.status == JobStatus::Processing) {
            bench.clock.advance(TimeDelta::seconds(1));
        }
        all.iter().all(|job| job.status == JobStatus::Failed)
    });
    ended.await.unwrap();
    for job in all(&app, &asked).await {
        assert_eq!(job.attempt, job.max_attempts);
        assert_eq!(job.failure.unwrap().code, "generator_unavailable");
    }
    assert_eq!(
        bench.begun_on(UNAVAILABLE),
        3,
        "two tries of the first, one of the next"
    );
    stop.cancel();
    worker.await.unwrap();
}

/// Its run goes on for a while in a worker that was away: what comes of it there is nobody's.
async fn an_overtaken_leaders_error_counts_for_nobody(bench: Bench) {
    let app = bench.app().await;
    let stop = CancellationToken::new();
    let config = WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: 2,
        drain: PATIENCE,
    };
    let worker = tokio::spawn(work(app.clone(), config, stop.clone()));
    let asked = ask_on(&app, 5, HOPELESS).await;
    let leader = one_leads(&app, &asked).await;
    // Another worker finds its lease lapsed.
    let (later, token) = (app.clock.now() + TimeDelta::hours(1), app.clock.new_id());
    let mut tx = app.store.write(&leader.owner_id).await.unwrap();
    let started = stored_jobs::start(&mut tx, leader.id, token, "another", later).await;
    assert!(matches!(started.unwrap(), Start::Started(_)));
    tx.commit().await.unwrap();
    let begun = bench.begun_on(HOPELESS);
    bench.gate.send(true).unwrap();
    stop.cancel();
    worker.await.unwrap();
    assert_eq!(bench.begun_on(HOPELESS), begun);
    for job in all(&app, &asked).await {
        let expected = match job.id == leader.id {
            true => (JobStatus::Processing, "starting", 0),
            false => (JobStatus::Queued, "waiting", 0),
        };
        assert_eq!((job.status, &*job.stage, job.attempt), expected, "{job:?}");
    }
}

async fn a_leader_is_cancelled_and_another_leads(bench: Bench) {
    let app = bench.app().await;
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let mut asked = ask(&app, 5).await;
    let leader = one_leads(&app, &asked).await;
    jobs::cancel(&app, &leader.owner_id, leader.id)
        .await
        .unwrap();
    asked.retain(|(_, job)| *job != leader.id);
    let next = one_leads(&app, &asked).await;
    assert_ne!(next.id, leader.id);
    assert_eq!(bench.begun(), 2);
    bench.gate.send(true).unwrap();
    all_end_well(&app, &asked).await;
    assert_eq!(bench.begun(), 2);
    let cancelled = jobs::get(&app, &leader.owner_id, leader.id).await.unwrap();
    assert_eq!(cancelled.status, JobStatus::Cancelled);
    stop.cancel();
    worker.await.unwrap();
}

async fn a_leaders_worker_vanishes_and_the_lesson_is_made(bench: Bench) {
    // Whatever runs in it stops at once when it is shut down, as in a process that is killed.
    let doomed = Runtime::new().unwrap();
    let bench = Arc::new(bench);
    let of_doomed = bench.clone();
    let begun = doomed.spawn(async move {
        let app = of_doomed.app().await;
        start(&app, &CancellationToken::new());
    });
    begun.await.unwrap();
    let app = bench.app().await;
    let asked = ask(&app, 5).await;
    let leader = one_leads(&app, &asked).await;
    doomed.shutdown_background();
    bench.clock.advance(TimeDelta::seconds(9));
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let again = wait::for_some("it is made again", PATIENCE, async || {
        let job = one_leads(&app, &asked).await;
        (job.lost > 0).then_some(job)
    });
    assert_eq!(again.await.unwrap().id, leader.id, "it leads still");
    bench.gate.send(true).unwrap();
    all_end_well(&app, &asked).await;
    assert_eq!(bench.begun(), 2);
    stop.cancel();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_a_worker_vanishes_after_the_leaders_end_and_others_complete_who_waits() {
    let bench = Bench::new(Services::Embedded);
    a_worker_vanishes_after_the_leaders_end_and_others_complete_who_waits(bench).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_a_worker_vanishes_after_the_leaders_end_and_others_complete_who_waits() {
    let bench = Bench::shared().await;
    a_worker_vanishes_after_the_leaders_end_and_others_complete_who_waits(bench).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_a_leader_gives_up_and_who_waits_has_one_try_less() {
    a_leader_gives_up_and_who_waits_has_one_try_less(Bench::new(Services::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_an_overtaken_leaders_error_counts_for_nobody() {
    an_overtaken_leaders_error_counts_for_nobody(Bench::new(Services::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_an_overtaken_leaders_error_counts_for_nobody() {
    an_overtaken_leaders_error_counts_for_nobody(Bench::shared().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_a_leader_is_cancelled_and_another_leads() {
    a_leader_is_cancelled_and_another_leads(Bench::new(Services::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_a_leader_is_cancelled_and_another_leads() {
    a_leader_is_cancelled_and_another_leads(Bench::shared().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_a_leaders_worker_vanishes_and_the_lesson_is_made() {
    a_leaders_worker_vanishes_and_the_lesson_is_made(Bench::new(Services::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_a_leaders_worker_vanishes_and_the_lesson_is_made() {
    a_leaders_worker_vanishes_and_the_lesson_is_made(Bench::shared().await).await;
}
