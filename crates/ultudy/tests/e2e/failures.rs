//! Processes that die or sleep in the middle, each a real one: docs/failures.md is the list.

use serde_json::Value;
use ultudy_testkit::wait;

use crate::{
    api::{Api, PATIENCE, text},
    fleet::Ground,
    jobs::long_book,
    pdf,
};

/// A fleet's ground, an API on it, and the long job that it has accepted.
struct Scene {
    ground: Ground,
    api: Api,
    job_id: String,
}

impl Scene {
    async fn set() -> Self {
        let ground = Ground::start();
        let api = ground.process(&["api"], &[]).await;
        let accepted = api.upload(long_book(), &[]).await;
        let job_id = text(&accepted.body["job_id"]);
        Self {
            ground,
            api,
            job_id,
        }
    }

    async fn worker(&self, name: &str) -> Api {
        let settings = [("WORKER_ID", name)];
        self.ground.process(&["worker"], &settings).await
    }

    /// Waits until the job is this worker's.
    async fn is_at(&self, worker: &str) {
        let path = format!("/api/jobs/{}", self.job_id);
        let at = async || {
            let row = self.row("worker_id, status").await;
            row == format!("{worker}|processing")
                && self.api.get(&path).await.body["status"] == "processing"
        };
        let waited = wait::until("the worker has the job", PATIENCE, at).await;
        waited.unwrap();
    }

    async fn row(&self, columns: &str) -> String {
        let sql = format!("SELECT {columns} FROM jobs WHERE id = '{}'", self.job_id);
        let row = self.ground.database.sql(&sql).expect("it runs");
        row.trim().to_owned()
    }

    async fn documents(&self) -> usize {
        let documents = self.api.get("/api/documents").await;
        documents.body["documents"].as_array().map_or(0, Vec::len)
    }

    async fn ended(&self) -> Value {
        self.api.ended(&self.job_id).await
    }
}

/// F1.
#[tokio::test]
async fn a_job_whose_workers_are_killed_twice_is_done_by_the_third() {
    let scene = Scene::set().await;
    for name in ["first", "second"] {
        let mut worker = scene.worker(name).await;
        scene.is_at(name).await;
        worker.server.kill().await.expect("it dies");
    }
    let _third = scene.worker("third").await;
    assert_eq!(scene.ended().await["status"], "completed");
    assert_eq!(scene.row("worker_id, lost, attempt").await, "third|2|0");
    assert_eq!(scene.documents().await, 1);
}

/// F3: a job that takes each worker along is not tried for ever.
#[tokio::test]
async fn a_job_that_took_three_workers_along_has_failed_with_the_reason() {
    let scene = Scene::set().await;
    for name in ["first", "second", "third"] {
        let mut worker = scene.worker(name).await;
        scene.is_at(name).await;
        worker.server.kill().await.expect("it dies");
    }
    let other = scene.worker("fourth").await;
    let job = scene.ended().await;
    assert_eq!(job["status"], "failed", "{job}");
    assert_eq!(job["code"], "worker_lost", "{job}");
    assert!(job["error"].as_str().is_some_and(|error| !error.is_empty()));
    assert_eq!(scene.documents().await, 0);
    // It harms no other job.
    let second = scene.api.upload(pdf::biology(), &[]).await;
    let second = scene.api.ended(&text(&second.body["job_id"])).await;
    assert_eq!(second["status"], "completed", "{}", other.server.log());
}

/// F2: asleep for longer than its lease, it finds the work done when it wakes.
#[tokio::test]
async fn a_worker_that_wakes_after_its_lease_changes_nothing() {
    let scene = Scene::set().await;
    let mut sleeper = scene.worker("sleeper").await;
    scene.is_at("sleeper").await;
    sleeper.server.freeze().expect("it stands still");
    let _other = scene.worker("other").await;
    assert_eq!(scene.ended().await["status"], "completed");
    let row = "worker_id, lost, attempt, version, status, completed_at";
    let done = scene.row(row).await;
    assert!(done.starts_with("other|1|0|"), "{done}");

    sleeper.server.thaw().expect("it goes on");
    // It does other jobs again once it has noticed; the one it had is as it was.
    sleeper.server.wait_for_no_children().await;
    let second = scene.api.upload(pdf::biology(), &[]).await;
    let second = scene.api.ended(&text(&second.body["job_id"])).await;
    assert_eq!(second["status"], "completed");
    assert_eq!(scene.row(row).await, done);
    assert_eq!(scene.documents().await, 2);
}

/// F9: the API dies when the row is committed and Redis has not been told.
#[tokio::test]
async fn a_job_whose_api_died_between_commit_and_push_is_done() {
    let mut ground = Ground::start();
    let mut doomed = ground.process(&["api"], &[]).await;
    let api = ground.process(&["api"], &[]).await;
    ground.redis.freeze().expect("it stands still");
    let upload = doomed.upload(pdf::biology(), &[]);
    let committed = "SELECT count(*) FROM jobs";
    let is_committed = async || ground.database.sql(committed).expect("it runs").trim() == "1";
    tokio::select! {
        // Answered or not, Redis has not been told.
        _ = upload => {}
        waited = wait::until("the row is there", PATIENCE, is_committed) => waited.unwrap(),
    }
    doomed.server.kill().await.expect("it dies");
    ground.redis.thaw().expect("it goes on");
    let backlog = ["LLEN", "bull:upload-processing:wait"];
    assert_eq!(ground.redis.cli(backlog).expect("Redis answers"), "0");

    let _worker = ground.process(&["worker"], &[]).await;
    let id = ground.database.sql("SELECT id FROM jobs").expect("it runs");
    assert_eq!(api.ended(id.trim()).await["status"], "completed");
}
