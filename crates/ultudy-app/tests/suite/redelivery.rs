//! A job that its engine delivers again while this very process still has it.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use ultudy_app::worker::{WorkerConfig, work};
use ultudy_domain::job::{JobStatus, Priority, QueueName};
use ultudy_engines::queue::QueueEntry;
use ultudy_llm::Generator;
use ultudy_store::{Store, StoreConfig, jobs};
use ultudy_testkit::wait;

use crate::{
    slow::{Gated, ask_for_lesson},
    support::{SetClock, app_with},
};

const OWNER: &str = "alice";
const PATIENCE: Duration = Duration::from_secs(90);

/// As with a Redis that has come back empty: the engine knows nothing of the run.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_comes_again_to_the_process_that_runs_it_has_lost_no_worker() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::Sqlite {
        path: folder.path().join("ultudy.db"),
    };
    let store = Store::open(&config).await.unwrap();
    let (gate, generator) = Gated::new();
    let generator = Arc::new(generator);
    let dyn_generator = Arc::clone(&generator) as Arc<dyn Generator>;
    let app = app_with(folder.path(), SetClock::new(), store, dyn_generator);
    let id = ask_for_lesson(&app, OWNER, "Cells").await;
    let stop = CancellationToken::new();
    let worker = WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: 2,
        drain: PATIENCE,
    };
    let worker = tokio::spawn(work(app.clone(), worker, stop.clone()));

    let asked = |times| tokio::time::timeout(PATIENCE, generator.arrived.acquire_many(times));
    assert!(asked(1).await.is_ok(), "it runs");
    let again = QueueEntry {
        job_id: id,
        owner_id: OWNER.into(),
        queue: QueueName::LessonGeneration,
        priority: Priority::Normal,
        run_at: app.clock.now(),
    };
    app.queue.remove(id).await.unwrap();
    app.queue.push(&[again], app.clock.now()).await.unwrap();
    assert!(asked(2).await.is_ok(), "it runs again");

    gate.send(true).unwrap();
    let job = async || {
        let mut tx = app.store.read(OWNER).await.unwrap();
        jobs::find(&mut tx, id).await.unwrap().unwrap()
    };
    let ended = async || job().await.status.is_final();
    wait::until("it ends", PATIENCE, ended).await.unwrap();
    let job = job().await;
    assert_eq!(job.status, JobStatus::Completed);
    assert_eq!((job.lost, job.attempt), (0, 0));
    stop.cancel();
    worker.await.unwrap();
}
