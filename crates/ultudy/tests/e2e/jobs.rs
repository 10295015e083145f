//! Jobs as students and operators meet them: progress, cancel, retry, kill -9, drain.

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::{
    api::{Api, text},
    pdf::{self, Pdf},
};

/// A book long enough to be caught in the middle.
pub fn long_book() -> Vec<u8> {
    book().bytes()
}

/// The same with a picture.
pub fn long_illustrated_book() -> Vec<u8> {
    book().with_picture(120, "Figure 1: A plant cell").bytes()
}

fn book() -> Pdf {
    let line =
        "A cell is the smallest unit of life, and a tissue is a group of cells of one kind.\n";
    let page = line.repeat(40);
    // Long enough to be caught in the middle, also by a fast machine; read twice by some tests.
    Pdf::with_pages(&vec![page.as_str(); 600])
}

/// Waits until a job is being worked on.
pub async fn processing(api: &Api, job_id: &str) -> Value {
    let job = ultudy_testkit::wait::for_some(
        "the job is being worked on",
        crate::api::PATIENCE,
        async || {
            let job = api.get(&format!("/api/jobs/{job_id}")).await.body;
            (job["status"] == "processing").then_some(job)
        },
    );
    job.await.expect("a worker takes the job")
}

#[tokio::test]
async fn a_browser_is_told_of_every_step_and_the_stream_ends_with_the_job() {
    let api = Api::local().await;
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    let request = api.request(Method::GET, &format!("/api/jobs/{job_id}/events"));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let stream = response.text().await.expect("the stream ends");
    let data: Vec<Value> = stream
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| serde_json::from_str(data.trim()).expect("a job"))
        .collect();
    let last = data.last().expect("an event");
    assert_eq!(
        (&last["status"], &last["progress"]),
        (&"completed".into(), &100.into())
    );
    let progress: Vec<i64> = data
        .iter()
        .filter_map(|job| job["progress"].as_i64())
        .collect();
    assert!(progress.is_sorted(), "{progress:?}");
    assert!(stream.contains("event: completed") || stream.contains("event:completed"));
}

#[tokio::test]
async fn all_jobs_of_a_user_come_on_one_stream() {
    let api = Api::local().await;
    let response = api
        .request(Method::GET, "/api/events")
        .send()
        .await
        .expect("an answer");
    let mut stream = response.bytes_stream();
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    let mut seen = String::new();
    let told = async {
        while let Some(chunk) = stream.next().await {
            seen.push_str(&String::from_utf8_lossy(&chunk.expect("a chunk")));
            if seen.contains("completed") && seen.contains(&job_id) {
                return;
            }
        }
    };
    tokio::time::timeout(crate::api::PATIENCE, told)
        .await
        .expect("the end is told");
}

/// Ids are what a browser shows when it comes back; a line now and then keeps what is in between awake.
#[tokio::test]
async fn an_events_id_is_the_rows_version_and_a_stream_without_events_is_kept_awake() {
    let api = Api::local().await;
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    let job = api.ended(&job_id).await;
    let request = api.request(Method::GET, &format!("/api/jobs/{job_id}/events"));
    let alone = request.send().await.expect("an answer").text().await;
    let alone = alone.expect("the stream ends");
    let version = alone.lines().find_map(|line| line.strip_prefix("id:"));
    let version: i64 = version.expect("an id").trim().parse().expect("a version");
    assert!(version > 1, "{alone}");
    let request = api
        .request(Method::GET, "/api/events")
        .header("Last-Event-ID", format!("{job_id}:1"));
    let mut stream = request.send().await.expect("an answer").bytes_stream();
    let mut seen = String::new();
    let awake = async {
        while !seen.lines().any(|line| line.starts_with(':')) {
            let chunk = stream.next().await.expect("it goes on").expect("a chunk");
            seen.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(crate::api::PATIENCE, awake)
        .await
        .expect("a heartbeat");
    let told = |name: &str| {
        let line = seen.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {seen}")).trim()
    };
    assert_eq!(told("id:"), format!("{job_id}:{version}"));
    assert_eq!(told("event:"), "completed");
    let data: Value = serde_json::from_str(told("data:")).expect("a job");
    assert_eq!(data["id"], job["id"]);
}

#[tokio::test]
async fn a_cancelled_upload_stops_and_leaves_nothing() {
    let api = Api::local().await;
    let accepted = api.upload(long_book(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    let cancelled = api
        .post(&format!("/api/jobs/{job_id}/cancel"), json!({}))
        .await;
    assert_eq!(
        (&cancelled.body["status"], &cancelled.body["code"]),
        (&"failed".into(), &"cancelled".into())
    );
    api.server.wait_for_no_objects().await;
    api.server.wait_for_no_children().await;
    assert_eq!(api.get("/api/documents").await.body["documents"], json!([]));
    let again = api
        .post(&format!("/api/jobs/{job_id}/cancel"), json!({}))
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let retried = api
        .post(&format!("/api/jobs/{job_id}/retry"), json!({}))
        .await;
    assert_eq!(retried.status, StatusCode::CONFLICT, "its file is gone");
}

#[tokio::test]
async fn kill_9_in_the_middle_of_an_upload_costs_time_and_nothing_else() {
    let mut api = Api::local().await;
    let course_id = api.course("Long").await;
    let accepted = api.upload(long_book(), &[("course_id", &course_id)]).await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    api.server.kill().await.expect("it dies");
    api.server.restart().await.expect("it comes back");
    let job = api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    let documents = api
        .get(&format!("/api/documents?course_id={course_id}"))
        .await
        .body;
    assert_eq!(documents["documents"].as_array().map(Vec::len), Some(1));
    let sections = api.sections(&text(&accepted.body["document_id"])).await;
    assert_eq!(sections.len(), 50, "600 pages in parts of 12, stored once");
}

/// A job's row in the database of a server that has ended: status, lost, attempt.
async fn row(api: &Api, job_id: &str) -> (String, i64, i64) {
    let id: uuid::Uuid = job_id.parse().expect("an id");
    if let Some(database) = api.server.database() {
        let row = format!("SELECT status, lost, attempt FROM jobs WHERE id = '{id}'");
        let row = database.sql(&row).expect("the row");
        let mut fields = row.split('|').map(str::to_owned);
        let mut next = || fields.next().expect("a field");
        let number = |field: String| field.parse().expect("a number");
        return (next(), number(next()), number(next()));
    }
    let file = api.server.data_dir().join("ultudy.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .expect("the database");
    sqlx::query_as("SELECT status, lost, attempt FROM jobs WHERE id = $1")
        .bind(id)
        .fetch_one(&mut connection)
        .await
        .expect("the row")
}

#[tokio::test]
async fn an_order_to_stop_lets_the_running_job_finish() {
    let mut api = Api::local().await;
    let accepted = api
        .upload(
            Pdf::with_pages(&["A cell is a unit of life."; 200]).bytes(),
            &[],
        )
        .await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    api.server
        .terminate()
        .await
        .expect("it drains and ends well");
    assert_eq!(row(&api, &job_id).await, ("completed".to_owned(), 0, 0));
}

#[tokio::test]
async fn a_job_that_cannot_finish_in_time_is_handed_back_uncounted() {
    let mut api = Api::start(&[("SAMPLE_COURSE", "false"), ("DRAIN_SECONDS", "0")], None).await;
    let accepted = api.upload(long_book(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    api.server.terminate().await.expect("it ends well");
    assert_eq!(row(&api, &job_id).await, ("queued".to_owned(), 0, 0));
    api.server.restart().await.expect("it comes back");
    let job = api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
}

/// Moves all files of one folder into another.
fn move_files(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        std::fs::rename(entry.path(), to.join(entry.file_name())).expect("it moves");
    }
}

#[tokio::test]
async fn an_upload_that_failed_for_no_fault_of_its_file_is_kept_and_can_be_tried_again() {
    let mut api = Api::start(&[("SAMPLE_COURSE", "false"), ("DRAIN_SECONDS", "0")], None).await;
    let accepted = api.upload(long_book(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    processing(&api, &job_id).await;
    api.server.terminate().await.expect("it ends well");
    let objects = api.server.data_dir().join("objects/blobs");
    let away = api.server.data_dir().join("away");
    move_files(&objects, &away);
    api.server.restart().await.expect("it comes back");
    let failed = api.ended(&job_id).await;
    assert_eq!(
        (&failed["status"], &failed["attempt"]),
        (&"failed".into(), &3.into()),
        "{failed}"
    );
    assert!(
        failed["error"]
            .as_str()
            .is_some_and(|error| !error.is_empty())
    );

    move_files(&away, &objects);
    let retried = api
        .post(&format!("/api/jobs/{job_id}/retry"), json!({}))
        .await;
    assert_eq!(retried.body["status"], "queued", "{:?}", retried.body);
    let job = api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
}

#[tokio::test]
async fn a_lesson_asked_for_again_is_the_same_job() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let ask = || {
        api.post(
            "/api/lessons/generate",
            json!({"document_id": document_id, "section_id": section}),
        )
    };
    let answers = futures_util::future::join_all((0..20).map(|_| ask())).await;
    let mut jobs: Vec<String> = answers
        .iter()
        .filter_map(|answer| answer.body["job_id"].as_str().map(str::to_owned))
        .collect();
    assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
    jobs.sort();
    jobs.dedup();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    api.ended(&jobs[0]).await;
    let of_section = api
        .get(&format!("/api/jobs/resource/section/{section}"))
        .await
        .body;
    assert_eq!(of_section["jobs"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn several_jobs_are_polled_at_once() {
    let api = Api::local().await;
    let ids: Vec<String> = [
        api.upload(pdf::biology(), &[]).await,
        api.upload(
            Pdf::with_pages(&["A tissue is a group of cells."]).bytes(),
            &[],
        )
        .await,
    ]
    .iter()
    .map(|accepted| text(&accepted.body["job_id"]))
    .collect();
    let polled = api
        .post("/api/jobs/poll", json!({"job_ids": ids}))
        .await
        .body;
    assert_eq!(polled["jobs"].as_array().map(Vec::len), Some(2));
}
