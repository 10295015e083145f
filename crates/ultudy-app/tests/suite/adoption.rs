//! Jobs that a Bull producer adds: each asks for one lesson, once, or is told why not. And what no
//! longer has what it is for.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use ultudy_app::{
    App, jobs,
    limits::{Limits, Rules},
};
use ultudy_domain::job::{JobStatus, JobType, Priority};
use ultudy_engines::limiter::InProcessLimiter;
use ultudy_llm::extractive::Extractive;
use ultudy_store::{documents, jobs::NewJob};
use ultudy_testkit::wait;
use uuid::Uuid;

use crate::{
    fleet::{Fleet, OWNER, PATIENCE, Working, ended},
    slow::{Gated, ask_for_lesson, store_document},
};

/// As the original's producer asks, by a job that Bull calls `id`.
fn add(fleet: &Fleet, id: &str, data: &Value) {
    let job = format!("{}:{id}", fleet.lesson_queue());
    let wait = format!("{}:wait", fleet.lesson_queue());
    let data = data.to_string();
    fleet.server.cli(["HSET", &job, "data", &data]).unwrap();
    fleet.server.cli(["LPUSH", &wait, id]).unwrap();
}

async fn asked_for(app: &App, job_id: Uuid) -> Value {
    let title = format!("Cells of {job_id}");
    let (document_id, section_id) = store_document(app, OWNER, &title).await;
    json!({
        "jobId": job_id, "ownerId": OWNER, "document_id": document_id, "section_id": section_id,
        "include_check_ins": true,
    })
}

/// Waits until Bull's job has ended; its reason if it failed.
async fn end_of(fleet: &Fleet, id: &str) -> String {
    let job = format!("{}:{id}", fleet.lesson_queue());
    let field = |name: &str| fleet.server.cli(["HGET", &job, name]).unwrap();
    wait::until("the job of Bull has ended", PATIENCE, async || {
        !field("finishedOn").is_empty()
    })
    .await
    .unwrap();
    field("failedReason")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_job_for_a_lesson_that_is_being_made_does_not_start_it_again() {
    let fleet = Fleet::new().await;
    let (gate, generator) = Gated::new();
    let generator = Arc::new(generator);
    let no_limits = Limits::default();
    let app = fleet
        .node_with(TimeDelta::zero(), generator.clone(), no_limits)
        .await;
    let id = Uuid::from_u128(7);
    let data = asked_for(&app, id).await;
    let working = Working::start(&app);
    add(&fleet, "1", &data);
    let arrived = tokio::time::timeout(PATIENCE, generator.arrived.acquire()).await;
    arrived.unwrap().unwrap().forget();
    add(&fleet, "2", &data);
    for bulls in ["1", "2"] {
        assert_eq!(end_of(&fleet, bulls).await, "");
    }
    let job = jobs::get(&app, OWNER, id).await.unwrap();
    assert_eq!((job.status, job.lost), (JobStatus::Processing, 0));
    gate.send(true).unwrap();
    let job = ended(&app, id).await;
    assert_eq!((job.status, job.lost), (JobStatus::Completed, 0), "{job:?}");
    working.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_bull_calls_by_the_rows_id_is_that_rows_job() {
    let fleet = Fleet::new().await;
    let app = fleet.node(TimeDelta::zero()).await;
    let id = Uuid::from_u128(7);
    let data = asked_for(&app, id).await;
    add(&fleet, &id.to_string(), &data);
    let working = Working::start(&app);
    assert_eq!(end_of(&fleet, &id.to_string()).await, "");
    let job = ended(&app, id).await;
    assert_eq!((job.status, job.lost), (JobStatus::Completed, 0), "{job:?}");
    // And where nothing can come of it, it says why.
    let other = Uuid::from_u128(8);
    let mut data = data;
    data["jobId"] = json!(other);
    data["document_id"] = json!(Uuid::from_u128(9));
    data["section_id"] = json!(Uuid::from_u128(10));
    add(&fleet, &other.to_string(), &data);
    let reason = end_of(&fleet, &other.to_string()).await;
    assert_eq!(reason, "its owner has no such document");
    working.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_done_fails_with_a_reason_at_once() {
    let fleet = Fleet::new().await;
    let app = fleet.node(TimeDelta::zero()).await;
    let taken = Uuid::from_u128(7);
    let working = Working::start(&app);
    let data = asked_for(&app, taken).await;
    add(&fleet, "1", &data);
    assert_eq!(end_of(&fleet, "1").await, "");
    ended(&app, taken).await;
    // The same id for another owner's lesson.
    let (document_id, section_id) = store_document(&app, "bob", "Tissues").await;
    let mut data = data;
    data["ownerId"] = json!("bob");
    data["document_id"] = json!(document_id);
    data["section_id"] = json!(section_id);
    add(&fleet, "2", &data);
    assert_eq!(end_of(&fleet, "2").await, "its jobId is another job's");
    assert_eq!(fleet.lessons("EXISTS", "active"), "0");
    working.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_too_much_waits() {
    let fleet = Fleet::new().await;
    let rules = Rules {
        lesson_jobs: 1,
        upload_jobs: 1,
        questions: 1_000,
        user_requests: 1_000,
        address_requests: 1_000,
    };
    let limits = Limits::new(Arc::new(InProcessLimiter::default()), Some(rules));
    let app = fleet
        .node_with(TimeDelta::zero(), Arc::new(Extractive), limits)
        .await;
    let working = Working::start(&app);
    for n in [1_u128, 2] {
        let data = asked_for(&app, Uuid::from_u128(n)).await;
        add(&fleet, &n.to_string(), &data);
        if n == 1 {
            end_of(&fleet, "1").await;
        }
    }
    wait::until("the second waits", PATIENCE, async || {
        fleet.lessons("ZCARD", "delayed") == "1"
    })
    .await
    .unwrap();
    assert_eq!(fleet.lessons("EXISTS", "active"), "0");
    working.stop().await;
}

/// It was taken away past the program, which would have cancelled the jobs.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_document_is_gone_fails_and_says_so() {
    let fleet = Fleet::new().await;
    let app = fleet.node(TimeDelta::zero()).await;
    let lesson = ask_for_lesson(&app, OWNER, "Cells").await;
    let upload = NewJob {
        id: app.clock.new_id(),
        job_type: JobType::UploadPdf,
        priority: Priority::Normal,
        data: json!({"document_id": Uuid::from_u128(9)}),
        document_id: Uuid::from_u128(9),
        section_id: None,
        dedupe_key: "upload".into(),
    };
    let job = jobs::get(&app, OWNER, lesson).await.unwrap();
    let document_id = job.data["document_id"].as_str().unwrap().parse().unwrap();
    let mut tx = app.store.write(OWNER).await.unwrap();
    documents::delete(&mut tx, document_id).await.unwrap();
    let now = app.clock.now();
    ultudy_store::jobs::enqueue(&mut tx, &upload, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let working = Working::start(&app);
    for id in [lesson, upload.id] {
        let job = ended(&app, id).await;
        assert_eq!(job.status, JobStatus::Failed, "{job:?}");
        assert_eq!(job.failure.unwrap().code, "document_gone");
    }
    working.stop().await;
}
