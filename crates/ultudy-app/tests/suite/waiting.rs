//! No transaction is open while something slow is waited for: two hundred lessons are made at
//! once over five connections.

use std::{sync::Arc, time::Duration};

use futures_util::future::try_join_all;
use tokio_util::sync::CancellationToken;
use ultudy_app::worker::{WorkerConfig, work};
use ultudy_llm::Generator;
use ultudy_store::{PostgresConfig, Store, StoreConfig, migrate_postgres};
use ultudy_testkit::{
    postgres::{Postgres, User},
    wait,
};

use crate::{
    slow::{Gated, ask_for_lesson},
    support::{SetClock, app_with},
};

const LESSONS: usize = 200;
const CONNECTIONS: u32 = 5;
const OWNER: &str = "alice";
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_lessons_are_made_over_five_connections() {
    let server = Postgres::start().unwrap();
    let name = server.create_database(User::Owner).unwrap();
    migrate_postgres(&server.url(User::Owner, &name))
        .await
        .unwrap();
    let store = StoreConfig::Postgres(PostgresConfig {
        max_connections: CONNECTIONS,
        acquire_timeout: PATIENCE,
        ..PostgresConfig::new(server.url(User::Member, &name))
    });
    let store = Store::open(&store).await.unwrap();
    let (gate, generator) = Gated::new();
    let generator = Arc::new(generator);
    let folder = tempfile::tempdir().unwrap();
    let app = app_with(
        folder.path(),
        SetClock::new(),
        store,
        Arc::clone(&generator) as Arc<dyn Generator>,
    );
    for n in 1..=LESSONS {
        ask_for_lesson(&app, OWNER, &format!("Cells {n}")).await;
    }
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(app.clone(), worker(), stop.clone()));

    let all = u32::try_from(LESSONS).unwrap();
    let arrived = tokio::time::timeout(PATIENCE, generator.arrived.acquire_many(all)).await;
    assert!(
        arrived.is_ok(),
        "{} of them run at once",
        generator.arrived.available_permits()
    );
    // Every connection is free at the same moment, though all two hundred are under way.
    let free = try_join_all((0..CONNECTIONS).map(|_| app.store.write("bob")));
    drop(free.await.unwrap());

    gate.send(true).unwrap();
    let done = "SELECT count(*) FROM jobs
        WHERE status = 'completed' AND attempt = 0 AND lost = 0";
    let all_done = async || server.sql(&name, done).unwrap() == LESSONS.to_string();
    let outcome = wait::until(
        "every lesson is made at the first attempt",
        PATIENCE,
        all_done,
    );
    let jobs = "SELECT status, attempt, lost, failure_code, count(*) FROM jobs GROUP BY 1, 2, 3, 4";
    let outcome = outcome.await;
    assert!(outcome.is_ok(), "{}", server.sql(&name, jobs).unwrap());
    let lessons = server.sql(&name, "SELECT count(*) FROM lessons").unwrap();
    assert_eq!(lessons, LESSONS.to_string());
    stop.cancel();
    worker.await.unwrap();
}

fn worker() -> WorkerConfig {
    WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: LESSONS,
        drain: Duration::ZERO,
    }
}
