//! Who shares what a generator made.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts, jobs,
    lessons::Sharing,
    worker::{WorkerConfig, work},
};
use ultudy_domain::job::JobStatus;
use ultudy_store::{Store, StoreConfig, queue::TableQueue};
use ultudy_testkit::wait;

use crate::{
    slow::{Gated, QUICK, ask_for_lesson},
    support::{SetClock, parts_on},
};

/// How often the generator is asked for one text that Ada has twice and Eve once.
async fn asked(sharing: Sharing) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ultudy.db");
    let store = Store::open(&StoreConfig::Sqlite { path }).await.unwrap();
    let queue = Arc::new(TableQueue::new(store.clone()));
    let (_gate, generator) = Gated::new();
    let generator = Arc::new(generator);
    let parts = parts_on(
        folder.path(),
        SetClock::new(),
        (store, queue),
        generator.clone(),
    );
    let app = App::new(Parts { sharing, ..parts });
    let config = WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: 2,
        drain: Duration::ZERO,
    };
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(app.clone(), config, stop.clone()));
    for owner in ["ada", "ada", "eve"] {
        let job = ask_for_lesson(&app, owner, QUICK).await;
        let made = wait::until("it is made", Duration::from_secs(60), async || {
            jobs::get(&app, owner, job).await.unwrap().status == JobStatus::Completed
        });
        made.await.unwrap();
    }
    stop.cancel();
    worker.await.unwrap();
    generator.asked.lock().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_same_text_shares_its_lesson_unless_none_is_shared() {
    assert_eq!(asked(Sharing::Global).await, 1);
    assert_eq!(asked(Sharing::Off).await, 2);
}
