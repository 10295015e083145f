//! Processes that die or sleep in the middle, each a real one: docs/failures.md is the list.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use ultudy_testkit::{chaos::Fault, wait};

use crate::{
    api::{Api, PATIENCE, text},
    fleet::{Ground, way_to_the_database},
    jobs::long_book,
    pdf,
};

/// How much later what is sent arrives, so that storing a book takes minutes.
const FAR: Duration = Duration::from_millis(50);

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
    // Its file is kept: whoever thinks better of it has it tried again.
    let retry = format!("/api/jobs/{}/retry", scene.job_id);
    let retried = scene.api.post(&retry, json!({})).await;
    assert_eq!(retried.body["status"], "queued", "{retried:?}");
    assert_eq!(scene.ended().await["status"], "completed");
    assert_eq!(scene.row("lost, attempt").await, "0|0");
    assert_eq!(scene.documents().await, 1);
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

/// F4: a book's passages are stored one after the other, here over a long way.
#[tokio::test]
async fn a_worker_that_is_to_stop_while_it_stores_a_book_hands_it_back_uncounted() {
    let scene = Scene::set().await;
    let (way, url) = way_to_the_database(&scene.ground);
    let settings = [
        ("WORKER_ID", "first"),
        ("DATABASE_URL", url.as_str()),
        ("DRAIN_SECONDS", "0"),
    ];
    let mut first = scene.ground.process(&["worker"], &settings).await;
    way.set(Fault::Delay(FAR));
    let storing = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
        AND xact_start IS NOT NULL AND query LIKE '%INSERT INTO chunk%'
        AND pid <> pg_backend_pid()";
    let stores = async || scene.ground.database.sql(storing).expect("it runs").trim() == "t";
    let waited = wait::until("the first one stores it", PATIENCE, stores).await;
    assert!(waited.is_ok(), "{}", first.server.log());
    first.server.terminate().await.expect("it ends well");
    let row = "worker_id, status, lost, attempt";
    let handed_back = scene.row(row).await;
    assert_eq!(handed_back, "first|queued|0|0", "{}", first.server.log());

    let _second = scene.worker("second").await;
    assert_eq!(scene.ended().await["status"], "completed");
    assert_eq!(scene.row(row).await, "second|completed|0|0");
    assert_eq!(scene.documents().await, 1);
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

/// F10: its worker was there all the time.
#[tokio::test]
async fn a_run_that_ends_while_the_database_is_away_is_done_again_and_its_worker_not_counted_as_lost()
 {
    let scene = Scene::set().await;
    let (way, url) = way_to_the_database(&scene.ground);
    let settings = [("WORKER_ID", "cut off"), ("DATABASE_URL", &url)];
    let worker = scene.ground.process(&["worker"], &settings).await;
    scene.is_at("cut off").await;
    way.set(Fault::Cut);
    worker.server.wait_for_no_children().await;
    worker.server.logged("job left").await;
    way.set(Fault::None);
    let job = scene.ended().await;
    assert_eq!(job["status"], "completed", "{}", worker.server.log());
    let row = scene.row("worker_id, lost, attempt").await;
    assert_eq!(row, "cut off|0|0", "{}", worker.server.log());
    assert_eq!(scene.documents().await, 1);
}

/// F10: what a Bull producer asks for has no row yet that could be put back.
#[tokio::test]
async fn what_another_program_asks_for_while_the_database_is_away_is_made_once_it_is_back() {
    let ground = Ground::start();
    let (way, url) = way_to_the_database(&ground);
    let api = ground.process(&["api"], &[]).await;
    let worker = ground.process(&["worker"], &[("DATABASE_URL", &url)]).await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    let section = api.sections(&document).await.remove(0);
    way.set(Fault::Cut);
    let job_id = "00000000-0000-7000-8000-000000000007";
    let asked = json!({
        "jobId": job_id, "ownerId": "ada", "document_id": document, "section_id": section,
    });
    let queue = "bull:lesson-generation";
    let (job, wait, asked) = (
        format!("{queue}:77"),
        format!("{queue}:wait"),
        asked.to_string(),
    );
    let cli = |words: &[&str]| ground.redis.cli(words).expect("Redis answers");
    cli(&["HSET", &job, "data", &asked]);
    cli(&["LPUSH", &wait, "77"]);
    worker.server.logged("job tried again later").await;
    way.set(Fault::None);
    let made = async || {
        let sql = format!("SELECT status FROM jobs WHERE id = '{job_id}'");
        ground.database.sql(&sql).expect("it runs").trim() == "completed"
    };
    let made = wait::until("the lesson is made", PATIENCE, made).await;
    assert!(made.is_ok(), "{}", worker.server.log());
}

/// F10: the start is committed, and the worker does not hear of it.
#[tokio::test]
async fn a_start_whose_answer_is_lost_is_not_counted_as_a_lost_worker() {
    let ground = Ground::start();
    // Whoever starts a job waits in its commit for as long as this is held.
    let held = "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER held AFTER UPDATE ON jobs DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (OLD.status = 'queued' AND NEW.status = 'processing')
            EXECUTE FUNCTION held()";
    ground.database.sql(held).expect("it is made");
    let mut holder = PgConnection::connect(&ground.database.direct_url())
        .await
        .expect("connected");
    let lock = "SELECT pg_advisory_lock(1)";
    sqlx::query(lock).execute(&mut holder).await.expect("held");
    let api = ground.process(&["api"], &[]).await;
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);

    let (way, url) = way_to_the_database(&ground);
    let settings = [("DATABASE_URL", url.as_str())];
    let worker = ground.process(&["worker"], &settings).await;
    let is = async |sql: &str, what: &str| {
        let is = async || ground.database.sql(sql).expect("it runs").trim() == "t";
        wait::until(what, PATIENCE, is).await.unwrap();
    };
    let waits = "SELECT count(*) = 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'advisory'";
    is(waits, "its start waits in the commit").await;
    way.set(Fault::HalfOpen);
    let unlock = "SELECT pg_advisory_unlock(1)";
    sqlx::query(unlock)
        .execute(&mut holder)
        .await
        .expect("let go");
    is("SELECT status = 'processing' FROM jobs", "it is committed").await;
    way.set(Fault::None);
    assert_eq!(api.ended(&job_id).await["status"], "completed");
    let row = ground.database.sql("SELECT lost, attempt FROM jobs");
    assert_eq!(
        row.expect("it runs").trim(),
        "0|0",
        "{}",
        worker.server.log()
    );
    // The answer was lost indeed.
    worker.server.logged("job put back").await;
}
