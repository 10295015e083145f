//! The program with a real Redis: jobs are delivered by it, and nothing depends on what it keeps.

use reqwest::StatusCode;
use serde_json::{Value, json};
use ultudy_testkit::{
    redis::{Cluster, Redis},
    server::Server,
    wait,
};

use crate::{
    api::{Api, PATIENCE, text},
    jobs::{long_book, processing},
    pdf,
};

mod bad;
mod cluster;
mod failover;
mod recovery;

const UPLOADS: &str = "bull:upload-processing";
const LESSONS: &str = "bull:lesson-generation";

async fn start(redis_url: &str) -> Api {
    Api::start(&[("REDIS_URL", redis_url)], None).await
}

/// From a file to its lesson; the lesson.
async fn study(api: &Api) -> Value {
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let lesson = api.lesson(&document_id, Some(&section)).await;
    assert!(lesson["concepts"].is_array(), "{lesson}");
    lesson
}

#[tokio::test]
async fn a_file_becomes_a_lesson_and_redis_shows_both_jobs() {
    let redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    study(&api).await;
    for queue in [UPLOADS, LESSONS] {
        let completed = format!("{queue}:completed");
        wait::until("the job is listed as completed", PATIENCE, async || {
            redis.cli(["ZCARD", &completed]).unwrap() == "1"
        })
        .await
        .unwrap();
    }
    for gone in ["active", "wait", "priority", "delayed"] {
        let key = format!("{LESSONS}:{gone}");
        assert_eq!(redis.cli(["EXISTS", &key]).unwrap(), "0", "{key}");
    }
}

#[tokio::test]
async fn a_cluster_behind_a_plain_url_will_do() {
    let cluster = Cluster::start().unwrap();
    let api = start(&cluster.url()).await;
    study(&api).await;
    let completed = ["ZCARD", "bull:{lesson-generation}:completed"];
    wait::until("the job is listed as completed", PATIENCE, async || {
        cluster.cli(&completed).unwrap() == "1"
    })
    .await
    .unwrap();
}

/// Killed under a running job, and back with what it had; the job is done once.
#[tokio::test]
async fn redis_killed_in_the_middle_of_an_upload_loses_nothing() {
    let mut redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    let course_id = api.course("Long").await;
    let accepted = api.upload(long_book(), &[("course_id", &course_id)]).await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    redis.kill().unwrap();
    // Accepted without Redis, too: its row is committed.
    let second = api
        .upload(pdf::biology(), &[("course_id", &course_id)])
        .await;
    assert_eq!(second.status, StatusCode::OK, "{second:?}");
    redis.start_again().unwrap();
    for accepted in [accepted, second] {
        let job = api.ended(&text(&accepted.body["job_id"])).await;
        assert_eq!(job["status"], "completed", "{job}\n{}", api.server.log());
    }
    let documents = api
        .get(&format!("/api/documents?course_id={course_id}"))
        .await;
    assert_eq!(
        documents.body["documents"].as_array().map(Vec::len),
        Some(2)
    );
}

/// Three wait and one runs when Redis loses all it had.
#[tokio::test]
async fn redis_that_comes_back_empty_is_given_every_job_again() {
    let mut redis = Redis::start().unwrap();
    let settings = [
        ("REDIS_URL", redis.url()),
        ("UPLOAD_QUEUE_CONCURRENCY", "1".to_owned()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let api = Api::start(&settings, None).await;
    let mut jobs = Vec::new();
    for file in [long_book(), pdf::biology(), pdf::biology(), pdf::biology()] {
        let accepted = api.upload(file, &[]).await;
        jobs.push(text(&accepted.body["job_id"]));
    }
    processing(&api, &jobs[0]).await;
    assert_eq!(
        redis.cli(["LLEN", &format!("{UPLOADS}:wait")]).unwrap(),
        "3"
    );
    redis.lose_data().unwrap();
    redis.start_again().unwrap();
    for job_id in jobs {
        let job = api.ended(&job_id).await;
        assert_eq!(job["status"], "completed", "{job}\n{}", api.server.log());
        assert_eq!(job["attempt"], 0, "{job}");
    }
}

/// What another process committed and did not push before it ended.
#[tokio::test]
async fn a_job_that_was_never_pushed_is_found() {
    let mut redis = Redis::start().unwrap();
    let mut api = start(&redis.url()).await;
    redis.kill().unwrap();
    let accepted = api.upload(pdf::biology(), &[]).await;
    api.server.kill().await.unwrap();
    redis.start_again().unwrap();
    api.server.restart().await.unwrap();
    let job = api.ended(&text(&accepted.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
}

#[tokio::test]
async fn what_somebody_else_puts_into_redis_harms_nothing() {
    let redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    api.ended(&job_id).await;
    // A stranger's job, which nothing here knows.
    let strange = json!({"jobId": uuid::Uuid::from_u128(7), "ownerId": "nobody"}).to_string();
    redis
        .cli(["HSET", &format!("{UPLOADS}:1"), "data", &strange])
        .unwrap();
    redis
        .cli(["LPUSH", &format!("{UPLOADS}:wait"), "1"])
        .unwrap();
    let reason = || redis.cli(["HGET", &format!("{UPLOADS}:1"), "failedReason"]);
    wait::until("the stranger's job has failed", PATIENCE, async || {
        reason().unwrap().contains("only lessons")
    })
    .await
    .unwrap();
    assert_eq!(
        redis.cli(["ZCARD", &format!("{UPLOADS}:failed")]).unwrap(),
        "1"
    );
    // One that is done is not done again.
    redis
        .cli(["LPUSH", &format!("{UPLOADS}:wait"), &job_id])
        .unwrap();
    wait::until("the job is forgotten", PATIENCE, async || {
        redis
            .cli(["EXISTS", &format!("{UPLOADS}:{job_id}")])
            .unwrap()
            == "0"
    })
    .await
    .unwrap();
    assert_eq!(api.ended(&job_id).await["status"], "completed");
    let completed = format!("{UPLOADS}:completed");
    assert_eq!(redis.cli(["EXISTS", &completed]).unwrap(), "0");
}

#[tokio::test]
async fn what_cannot_be_used_is_one_clear_line() {
    let evicting = Redis::start_with(&["--maxmemory-policy allkeys-lru"]).unwrap();
    let guarded = Redis::start_with_password("secret").unwrap();
    let wrong = guarded.url().replace("secret", "wrongly");
    let port = ultudy_testkit::ports::free_port().unwrap();
    for (url, reason) in [
        (evicting.url(), "noeviction"),
        (wrong, "lets nobody in"),
        (
            format!("redis://127.0.0.1:{port}"),
            "cannot reach 127.0.0.1",
        ),
        ("http://127.0.0.1".into(), "REDIS_URL"),
        (
            format!("redis://127.0.0.1:{port},rediss://127.0.0.1:{port}"),
            "differ in scheme",
        ),
        (
            format!("redis://:wrongly@127.0.0.1:{port},redis://127.0.0.1:{port}"),
            "differ in user or password",
        ),
        (
            format!("redis://127.0.0.1:{port},127.0.0.1:{}", guarded.port()),
            "none of the nodes can be used",
        ),
    ] {
        let refused = Server::start(env!("CARGO_BIN_EXE_ultudy"), &[("REDIS_URL", &url)]).await;
        let said = refused.unwrap_err().to_string();
        assert!(
            said.contains(reason) && !said.contains("wrongly"),
            "{url}: {said}"
        );
    }
}

/// As the original's producer asks for a lesson.
#[tokio::test]
async fn a_lesson_that_a_bull_producer_asks_for_is_made_if_it_is_its_owners_to_ask() {
    let redis = Redis::start().unwrap();
    let settings = [("REDIS_URL", redis.url()), ("AUTH_MODE", "dev".to_owned())];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let api = Api::start(&settings, Some("alice")).await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section_id = api.sections(&document_id).await.remove(0);
    let ask = |id: &str, job: u128, owner: &str| {
        let data = json!({
            "jobId": uuid::Uuid::from_u128(job), "ownerId": owner, "document_id": document_id,
            "section_id": section_id, "include_check_ins": true,
        });
        let key = format!("{LESSONS}:{id}");
        redis
            .cli(["HSET", &key, "data", &data.to_string()])
            .unwrap();
        redis
            .cli(["LPUSH", &format!("{LESSONS}:wait"), id])
            .unwrap();
    };
    ask("1", 7, "mallory");
    ask("2", 8, "alice");
    let job = wait::for_some("the job has a row", PATIENCE, async || {
        let path = format!("/api/jobs/{}", uuid::Uuid::from_u128(8));
        let answer = api.get(&path).await;
        (answer.body["status"] == "completed").then_some(answer.body)
    });
    job.await.expect("the lesson is made");
    let of_section = format!("/api/jobs/resource/section/{section_id}");
    let jobs = api.get(&of_section).await.body;
    assert_eq!(jobs["jobs"].as_array().map(Vec::len), Some(1));
    let reason = redis.cli(["HGET", &format!("{LESSONS}:1"), "failedReason"]);
    assert_eq!(reason.unwrap(), "its owner has no such document");
}
