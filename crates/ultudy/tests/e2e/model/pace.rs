//! How often a provider is called by a whole fleet.

use std::time::{Duration, Instant};

use reqwest::Method;
use ultudy_testkit::wait;

use super::*;
use crate::fleet::Ground;

/// Runs of this process that came to nothing since a provider wants to be left alone.
async fn put_off(worker: &Api) -> u64 {
    let metrics = worker.request(Method::GET, "/metrics").send().await;
    let metrics = metrics.expect("an answer").text().await.expect("a text");
    let name = "ultudy_job_duration_seconds_count{queue=\"lesson-generation\",outcome=\"later\"}";
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0, |count| count.trim().parse().expect("a number"))
}

#[tokio::test]
async fn two_workers_call_a_provider_no_more_often_than_it_allows() {
    let ground = Ground::start();
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    // Nobody waits for the minute to be over: that is longer than half of the time there is.
    let pace = [
        ("OPENAI_REQUESTS_PER_MINUTE", "3"),
        ("LLM_TIMEOUT_SECONDS", "20"),
    ];
    let settings = [&provider(&base_url)[..], &pace].concat();
    let api = ground.process(&["api"], &settings).await;
    let workers = [
        ground.process(&["worker"], &settings).await,
        ground.process(&["worker"], &settings).await,
    ];
    let class = Class::of(llm, api, 5).await;
    let mut jobs = Vec::new();
    for section in 0..5 {
        jobs.push(class.ask(section).await);
    }
    wait::until("two are put off", PATIENCE, async || {
        let [one, other] = [put_off(&workers[0]).await, put_off(&workers[1]).await];
        one + other >= 2
    })
    .await
    .expect("they are");
    class
        .until("three are made", |counts| counts.answered == 3)
        .await;
    assert_eq!(class.llm.counts().made, 3);
    // They wait for their turn, and nothing of it is counted.
    let mut waiting = 0;
    for job_id in &jobs {
        let job = class.api.get(&format!("/api/jobs/{job_id}")).await.body;
        assert_eq!(job["attempt"], 0, "{job}");
        waiting += usize::from(job["status"] == "queued");
    }
    assert_eq!(waiting, 2);
}

/// Lessons of each of the books that are asked for: more than two minutes' worth.
const LESSONS: usize = 32;
const BOOKS: usize = 4;

/// Calls that came in within a minute of one, at most.
fn most_a_minute(arrivals: &[Instant]) -> usize {
    let minute = Duration::from_secs(60);
    let from = |first: usize| {
        let within = arrivals[first..].iter();
        within
            .take_while(|at| **at < arrivals[first] + minute)
            .count()
    };
    (0..arrivals.len()).map(from).max().unwrap_or(0)
}

#[tokio::test]
#[ignore = "takes some minutes: `cargo xtask verify pace` runs it"]
async fn four_workers_use_sixty_calls_a_minute_and_never_more() {
    const ALLOWED: usize = 60;
    let ground = Ground::start();
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    let pace = [
        ("OPENAI_REQUESTS_PER_MINUTE", "60"),
        ("LLM_TIMEOUT_SECONDS", "900"),
        ("LESSON_QUEUE_CONCURRENCY", "40"),
        ("ENABLE_RATE_LIMITING", "false"),
    ];
    let settings = [&provider(&base_url)[..], &pace].concat();
    let api = ground.process(&["api"], &settings).await;
    let reader = ground.process(&["worker"], &settings).await;
    let course_id = api.course("Biology").await;
    let mut asked = Vec::new();
    for number in 0..BOOKS {
        let file = book_after(number * LESSONS * SECTION, LESSONS);
        let document_id = api.document(file, &course_id).await;
        let sections = api.sections(&document_id).await;
        assert_eq!(sections.len(), LESSONS);
        asked.extend(sections.into_iter().map(|id| (document_id.clone(), id)));
    }
    let mut workers = vec![reader];
    while workers.len() < 4 {
        workers.push(ground.process(&["worker"], &settings).await);
    }
    for (document_id, section_id) in asked {
        let body = json!({"document_id": document_id, "section_id": section_id});
        let answer = api.post("/api/lessons/generate", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    // Twice as many as are allowed within a minute, and one more.
    let wanted = 2 * ALLOWED + 1;
    wait::until("all are asked for", Duration::from_secs(600), async || {
        llm.counts().made >= wanted
    })
    .await
    .expect("they are");
    let arrivals = llm.arrivals();
    let most = most_a_minute(&arrivals);
    let took = arrivals[wanted - 1] - arrivals[0];
    let used = 2.0 * 60.0 / took.as_secs_f64();
    eprintln!(
        "at most {most} calls within a minute; {:.1} % of what is allowed used",
        100.0 * used
    );
    assert!(most <= ALLOWED, "{most} calls within a minute");
    assert!(used >= 0.95, "{wanted} calls took {took:?}");
}
