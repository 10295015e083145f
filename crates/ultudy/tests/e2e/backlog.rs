//! What waits is one number: in Redis as operators look, and at every process.

use reqwest::{Method, StatusCode};
use serde_json::json;
use ultudy_testkit::{
    llm::{Answer, KEY, Llm, MODEL},
    wait,
};

use crate::{
    api::{Api, PATIENCE},
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

/// A worker with one place for lessons, in which it waits for the model.
struct Held {
    ground: Ground,
    api: Api,
    llm: Llm,
    _worker: Api,
}

impl Held {
    async fn start() -> Self {
        let ground = Ground::start();
        let api = ground
            .process(&["api"], &[("ENABLE_RATE_LIMITING", "false")])
            .await;
        let llm = Llm::start().await;
        llm.answers_next([Answer::HeldLesson]);
        let model = [
            ("LLM_PROVIDER", "openai"),
            ("OPENAI_API_KEY", KEY),
            ("OPENAI_BASE_URL", llm.base_url()),
            ("LLM_MODEL", MODEL),
            ("LESSON_QUEUE_CONCURRENCY", "1"),
        ];
        let worker = ground.process(&["worker"], &model).await;
        ask_for_a_lesson(&api, pdf::biology(), "normal").await;
        let held = llm.until("it is being made", |counts| counts.in_flight == 1);
        held.await.expect("a call");
        Self {
            ground,
            api,
            llm,
            _worker: worker,
        }
    }
}

/// Of the first section of a file.
async fn ask_for_a_lesson(api: &Api, file: Vec<u8>, priority: &str) {
    let course_id = api.course("Biology").await;
    let document_id = api.document(file, &course_id).await;
    let section_id = api.sections(&document_id).await.remove(0);
    let body = json!({"document_id": document_id, "section_id": section_id, "priority": priority});
    let asked = api.post("/api/lessons/generate", body).await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
}

/// Rows like that of the only lesson asked for so far, and waits until all are in the queue.
async fn write_backlog(ground: &Ground, count: usize, priority: &str) {
    let rows = format!(
        "INSERT INTO jobs (id, owner_id, job_type, queue, status, priority, document_id,
            section_id, dedupe_key, progress, stage, data, attempt, max_attempts, lost, run_at,
            version, created_at)
        SELECT gen_random_uuid(), owner_id, job_type, queue, 'queued', {priority}, document_id,
            section_id, dedupe_key || n, 0, 'queued', data, 0, max_attempts, 0, now(), 1, now()
        FROM jobs, generate_series(1, {count}) AS n WHERE job_type = 'generate_lesson'"
    );
    ground.database.sql(&rows).expect("they are written");
    let all = count.to_string();
    wait::until("all are pushed", PATIENCE, async || {
        waiting(ground, "lesson-generation") == all
    })
    .await
    .unwrap();
}

/// Written by whatever writes rows, and pushed as all are that nobody told Redis of.
#[tokio::test]
async fn ten_thousand_that_wait_are_ten_thousand_everywhere() {
    const WAIT: usize = 10_000;
    let Held {
        ground,
        api,
        llm: _llm,
        _worker,
    } = Held::start().await;
    write_backlog(&ground, WAIT, "1 + n % 3").await;
    assert_eq!(as_json(&api).await["queue"]["lesson"]["waiting"], WAIT);
    let lesson = "ultudy_queue_jobs{queue=\"lesson-generation\",state=\"waiting\"}";
    assert_eq!(number(&scrape(&api).await, lesson), Some(WAIT as f64));
}

/// From the requests to the rows: behind a long backlog of low ones one student asks for many lessons at
/// once, of which a fair share keeps its class, and another for an urgent one.
#[tokio::test]
async fn behind_a_backlog_the_urgent_pass_a_burst_has_its_share_and_everything_is_done_once() {
    const BACKLOG: usize = 1_000;
    const BURST: usize = 8;
    /// Of one student's that wait, so many keep their class.
    const SHARE: usize = 5;
    let Held {
        ground,
        mut api,
        llm,
        _worker,
    } = Held::start().await;
    write_backlog(&ground, BACKLOG, "3").await;
    api.ask_as("bob");
    for number in 0..BURST {
        let text = format!(
            "Chapter {number}\nA tissue {number} is a group of cells of one kind. An organ {number} is a \
             group of tissues that work together.\n"
        );
        let file = pdf::Pdf::with_pages(&[&text.repeat(3)]).bytes();
        ask_for_a_lesson(&api, file, "normal").await;
    }
    api.ask_as("eve");
    let text = "Chapter 1\nAn atom is the smallest part of an element.\n".repeat(5);
    ask_for_a_lesson(&api, pdf::Pdf::with_pages(&[&text]).bytes(), "high").await;

    let all = 1 + BACKLOG + BURST + 1;
    let number = |sql: &str| -> usize {
        let found = ground.database.sql(sql).expect("an answer");
        found.trim().parse().expect("a number")
    };
    const LESSONS: &str = "FROM jobs WHERE job_type = 'generate_lesson'";
    let in_queue = (BACKLOG + BURST + 1).to_string();
    wait::until("all wait", PATIENCE, async || {
        waiting(&ground, "lesson-generation") == in_queue
    })
    .await
    .unwrap();
    llm.release();
    wait::until("all have ended", PATIENCE, async || {
        number(&format!(
            "SELECT count(*) {LESSONS} AND status = 'completed'"
        )) == all
    })
    .await
    .unwrap();

    // One after the other: nobody of the backlog came before those that went before it.
    let ended_before = |who: &str| {
        let first =
            format!("(SELECT min(completed_at) {LESSONS} AND owner_id = 'ada' AND priority = 3)");
        number(&format!(
            "SELECT count(*) {LESSONS} AND owner_id = '{who}' AND completed_at <= {first}"
        ))
    };
    assert_eq!(ended_before("eve"), 1);
    assert_eq!(ended_before("bob"), SHARE);
    let urgent = format!("(SELECT max(completed_at) {LESSONS} AND owner_id = 'eve')");
    let sooner =
        format!("SELECT count(*) {LESSONS} AND owner_id = 'bob' AND completed_at < {urgent}");
    assert_eq!(number(&sooner), 0);
    // Once each: nothing was tried or given back again, and the model was asked for each text once.
    assert_eq!(number(&format!("SELECT sum(attempt + lost) {LESSONS}")), 0);
    assert_eq!(llm.counts().made, 1 + BURST + 1);
    assert_eq!(
        ground
            .redis
            .cli(["LLEN", "bull:lesson-generation:active"])
            .unwrap(),
        "0"
    );
}
