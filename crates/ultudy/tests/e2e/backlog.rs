//! What waits is one number: in Redis as operators look, and at every process.

use reqwest::{Method, StatusCode};
use serde_json::json;
use ultudy_testkit::{
    llm::{Answer, KEY, Llm, MODEL},
    wait,
};

use crate::{
    api::PATIENCE,
    fleet::Ground,
    metrics::{as_json, number, scrape},
    pdf,
};

/// As docs/runbook.md has it.
fn waiting(ground: &Ground, queue: &str) -> String {
    let backlog = ["LLEN", &format!("bull:{queue}:wait")];
    ground.redis.cli(backlog).expect("Redis answers")
}

/// What `redis-cli LLEN` shows is what every process tells.
#[tokio::test]
async fn a_backlog_shows_at_every_process_and_in_redis() {
    let ground = Ground::start();
    let at = "127.0.0.1:0";
    let api = ground.process(&["api"], &[]).await;
    let other = ground.process(&["api"], &[("METRICS_ADDR", at)]).await;
    for _ in 0..3 {
        api.upload(pdf::biology(), &[]).await;
    }
    assert_eq!(waiting(&ground, "upload-processing"), "3");
    assert_eq!(as_json(&api).await["queue"]["upload"]["waiting"], 3);
    let upload = "ultudy_queue_jobs{queue=\"upload-processing\",state=\"waiting\"}";
    assert_eq!(number(&scrape(&api).await, upload), Some(3.0));

    // At its own address, and there alone.
    let here = other.request(Method::GET, "/metrics").send().await;
    assert_eq!(here.expect("an answer").status(), StatusCode::NOT_FOUND);
    let log = other.server.logged("metrics are at ").await;
    let there = log.split("metrics are at ").nth(1).expect("it is told");
    let there = there.split_whitespace().next().expect("an address");
    let told = reqwest::get(there).await.expect("an answer");
    let told = told.text().await.expect("text");
    assert_eq!(number(&told, upload), Some(3.0), "{told}");

    let worker = ground.process(&["worker"], &[("WORKER_ID", "w-7")]).await;
    let completed =
        "ultudy_job_duration_seconds_count{queue=\"upload-processing\",outcome=\"completed\"}";
    wait::until("the worker has done all three", PATIENCE, async || {
        number(&scrape(&worker).await, completed) == Some(3.0)
    })
    .await
    .unwrap();
    let told = scrape(&worker).await;
    assert_eq!(
        number(&told, "ultudy_worker_info{worker_id=\"w-7\"}"),
        Some(1.0)
    );
    assert_eq!(number(&told, "ultudy_worker_namesakes"), Some(0.0));
    assert_eq!(as_json(&api).await["queue"]["upload"]["completed"], 3);
}

/// Written by whatever writes rows, and pushed as all are that nobody told Redis of.
#[tokio::test]
async fn ten_thousand_that_wait_are_ten_thousand_everywhere() {
    const WAIT: usize = 10_000;
    let ground = Ground::start();
    let api = ground.process(&["api"], &[]).await;
    let llm = Llm::start().await;
    llm.answers(Answer::HeldLesson);
    let model = [
        ("LLM_PROVIDER", "openai"),
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", llm.base_url()),
        ("LLM_MODEL", MODEL),
        ("LESSON_QUEUE_CONCURRENCY", "1"),
    ];
    let _worker = ground.process(&["worker"], &model).await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section_id = api.sections(&document_id).await.remove(0);
    let body = json!({"document_id": document_id, "section_id": section_id});
    let asked = api.post("/api/lessons/generate", body).await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    let held = llm.until("it is being made", |counts| counts.in_flight == 1);
    held.await.expect("a call");

    let rows = format!(
        "INSERT INTO jobs (id, owner_id, job_type, queue, status, priority, document_id,
            section_id, dedupe_key, progress, stage, data, attempt, max_attempts, lost, run_at,
            version, created_at)
        SELECT gen_random_uuid(), owner_id, job_type, queue, 'queued', 1 + n % 3, document_id,
            section_id, dedupe_key || n, 0, 'queued', data, 0, max_attempts, 0, now(), 1, now()
        FROM jobs, generate_series(1, {WAIT}) AS n WHERE job_type = 'generate_lesson'"
    );
    ground.database.sql(&rows).expect("they are written");
    let all = WAIT.to_string();
    wait::until("all are pushed", PATIENCE, async || {
        waiting(&ground, "lesson-generation") == all
    })
    .await
    .unwrap();
    assert_eq!(as_json(&api).await["queue"]["lesson"]["waiting"], WAIT);
    let lesson = "ultudy_queue_jobs{queue=\"lesson-generation\",state=\"waiting\"}";
    assert_eq!(number(&scrape(&api).await, lesson), Some(WAIT as f64));
}
