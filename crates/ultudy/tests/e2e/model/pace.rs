//! How often a provider is called by a whole fleet.

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
