//! The program as several processes: APIs that answer, workers that work.

use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::json;
use ultudy_testkit::wait;

use crate::{
    api::{Api, PATIENCE, text},
    fleet::Ground,
    jobs::{long_book, processing},
    model, pdf,
};

#[tokio::test]
async fn what_an_api_accepts_waits_until_a_worker_comes_and_does_it() {
    let ground = Ground::start();
    let api = ground.process(&["api"], &[]).await;
    let course_id = api.course("Biology").await;
    let accepted = api
        .upload(pdf::biology(), &[("course_id", &course_id)])
        .await;
    let job_id = text(&accepted.body["job_id"]);
    assert_eq!(waiting(&ground), "1");
    let job = api.get(&format!("/api/jobs/{job_id}")).await;
    assert_eq!(job.body["status"], "queued");

    let worker = ground
        .process(&["worker"], &[("WORKER_ID", "library")])
        .await;
    assert_eq!(api.ended(&job_id).await["status"], "completed");
    let document_id = text(&accepted.body["document_id"]);
    let section = api.sections(&document_id).await.remove(0);
    let lesson = api.lesson(&document_id, Some(&section)).await;
    assert!(lesson["concepts"].is_array(), "{lesson}");

    let by = "SELECT DISTINCT worker_id FROM jobs";
    assert_eq!(ground.database.sql(by).expect("it runs").trim(), "library");
    worker.server.logged("library").await;
    for (process, path, status) in [
        (&worker, "/health/ready", StatusCode::OK),
        (&worker, "/api/health/ready", StatusCode::OK),
        (&worker, "/api/courses", StatusCode::NOT_FOUND),
        (&worker, "/", StatusCode::NOT_FOUND),
        (&api, "/health/ready", StatusCode::OK),
        (&api, "/", StatusCode::OK),
    ] {
        let answer = process.request(Method::GET, path).send().await;
        assert_eq!(answer.expect("an answer").status(), status, "{path}");
    }
}

fn waiting(ground: &Ground) -> String {
    let backlog = ["LLEN", "bull:upload-processing:wait"];
    ground.redis.cli(backlog).expect("Redis answers")
}

/// What a student waits for goes first, whenever it was asked for.
#[tokio::test]
async fn lessons_are_made_in_the_order_of_their_priority() {
    let ground = Ground::start();
    let api = ground.process(&["api"], &[]).await;
    let one = [("LESSON_QUEUE_CONCURRENCY", "1")];
    let mut worker = ground.process(&["worker"], &one).await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(model::book(4), &course_id).await;
    let sections = api.sections(&document_id).await;
    worker.server.terminate().await.expect("it stops well");

    let mut asked = Vec::new();
    let priorities = [Some("low"), None, Some("high"), Some("normal")];
    for (section_id, priority) in sections.iter().zip(priorities) {
        let mut body = json!({"document_id": document_id, "section_id": section_id});
        if let Some(priority) = priority {
            body["priority"] = priority.into();
        }
        let answer = api.post("/api/lessons/generate", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        asked.push(text(&answer.body["job_id"]));
    }
    let expected = [2, 1, 3, 0].map(|index: usize| asked[index].clone());
    let range = ["LRANGE", "bull:lesson-generation:wait", "0", "-1"];
    let waiting = ground.redis.cli(range).expect("Redis answers");
    let served: Vec<&str> = waiting.lines().rev().collect();
    assert_eq!(served, expected);

    worker.server.restart().await.expect("it comes back");
    for job_id in &asked {
        assert_eq!(api.ended(job_id).await["status"], "completed");
    }
    let begun = "SELECT id FROM jobs WHERE job_type = 'generate_lesson' ORDER BY started_at";
    let begun = ground.database.sql(begun).expect("it runs");
    assert_eq!(begun.lines().collect::<Vec<_>>(), expected);
}

/// SIGTERM in the middle: the job is finished or handed back, and counts as nothing.
#[tokio::test]
async fn a_worker_told_to_stop_hands_back_what_it_cannot_finish() {
    let ground = Ground::start();
    let api = ground.process(&["api"], &[]).await;
    let at_once = [("WORKER_ID", "first"), ("DRAIN_SECONDS", "0")];
    let mut first = ground.process(&["worker"], &at_once).await;
    let accepted = api.upload(long_book(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    first.server.terminate().await.expect("it stops well");
    assert_eq!(waiting(&ground), "1");

    let _second = ground
        .process(&["worker"], &[("WORKER_ID", "second")])
        .await;
    assert_eq!(api.ended(&job_id).await["status"], "completed");
    let row = "SELECT worker_id, lost, attempt FROM jobs";
    let row = ground.database.sql(row).expect("it runs");
    assert_eq!(row.trim(), "second|0|0");
}

#[tokio::test]
async fn two_workers_with_one_name_are_told_apart_and_warned_of() {
    let ground = Ground::start();
    let name = [("WORKER_ID", "worker-1")];
    let one = ground.process(&["worker"], &name).await;
    let other = ground.process(&["worker"], &name).await;
    let third = ground
        .process(&["worker"], &[("WORKER_ID", "worker-2")])
        .await;
    let warned = |api: &Api| api.server.log().contains("two workers have one WORKER_ID");
    wait::until("both are warned of", PATIENCE, async || {
        warned(&one) && warned(&other)
    })
    .await
    .unwrap();
    assert!(!warned(&third), "{}", third.server.log());
    let there = "SELECT count(*), count(DISTINCT worker_id) FROM workers";
    let there = ground.database.sql(there).expect("it runs");
    assert_eq!(there.trim(), "3|2");
}

/// The files of an API in its own folder, or its jobs in its own database, no worker would find.
#[test]
fn processes_that_would_share_nothing_do_not_start() {
    let postgres = ("DATABASE_URL", "postgres://localhost:1/none");
    for (command, set, missing) in [
        ("api", None, "DATABASE_URL"),
        ("worker", None, "DATABASE_URL"),
        ("api", Some(postgres), "OBJECT_STORE_URL"),
        ("worker", Some(postgres), "OBJECT_STORE_URL"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_ultudy"))
            .arg(command)
            .current_dir(std::env::temp_dir())
            .env_remove("DATABASE_URL")
            .envs(set)
            .output()
            .expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{command}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(
            error.contains(missing) && error.contains(command),
            "{error}"
        );
    }
}
