//! The program on a network that fails: what it needs is there, and cannot be heard.

use std::time::Duration;

use reqwest::StatusCode;
use ultudy_testkit::{
    chaos::{Chaos, Fault},
    llm::{Answer, Llm},
    redis::Redis,
};

use crate::model::Class;

/// Longest that a request may take while something that it can do without is silent.
const IN_TIME: Duration = Duration::from_secs(10);

/// A Redis, and the network between it and the program.
fn redis() -> (Redis, Chaos, String) {
    let redis = Redis::start().expect("Redis starts");
    let chaos = Chaos::start(redis.port()).expect("a proxy");
    let url = format!("redis://127.0.0.1:{}", chaos.port());
    (redis, chaos, url)
}

#[tokio::test]
async fn while_redis_is_silent_lessons_are_asked_for_and_once_it_is_back_they_are_made() {
    let (_redis, chaos, url) = redis();
    let class = Class::start(3, &[("REDIS_URL", &url)]).await;
    chaos.set(Fault::HalfOpen);
    let mut jobs = Vec::new();
    for section in 0..3 {
        let asked = tokio::time::timeout(IN_TIME, class.ask(section)).await;
        jobs.push(asked.expect("it is answered in time"));
    }
    let read = tokio::time::timeout(IN_TIME, class.api.get("/api/courses")).await;
    assert_eq!(read.expect("in time").status, StatusCode::OK);
    assert_eq!(class.llm.counts().made, 0, "nothing is delivered meanwhile");
    chaos.set(Fault::None);
    for job_id in &jobs {
        let job = class.api.ended(job_id).await;
        assert_eq!(
            job["status"],
            "completed",
            "{job}\n{}",
            class.api.server.log()
        );
        assert_eq!(job["attempt"], 0, "{job}");
    }
    assert_eq!(class.llm.counts().made, 3);
}

/// A lease that cannot be renewed lapses: the run ends before that, by itself.
#[tokio::test]
async fn a_lesson_under_way_when_redis_falls_silent_is_made_once_more() {
    let (_redis, chaos, url) = redis();
    let class = Class::start(1, &[("REDIS_URL", &url)]).await;
    class.llm.answers(Answer::HeldLesson);
    let job_id = class.ask(0).await;
    class
        .until("the call is open", |counts| counts.in_flight == 1)
        .await;
    chaos.set(Fault::HalfOpen);
    class
        .until("the run has ended", |counts| counts.cancelled == 1)
        .await;
    chaos.set(Fault::None);
    class
        .until("it is made again", |counts| counts.in_flight == 1)
        .await;
    class.llm.release();
    let job = class.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["attempt"], 0, "nobody failed: {job}");
    assert_eq!(class.llm.counts().made, 2);
}

#[tokio::test]
async fn a_redis_far_away_or_behind_a_thin_line_will_do() {
    let (_redis, chaos, url) = redis();
    let class = Class::start(2, &[("REDIS_URL", &url)]).await;
    let faults = [
        Fault::Delay(Duration::from_millis(40)),
        Fault::Throttle(20_000),
    ];
    for (section, fault) in faults.into_iter().enumerate() {
        chaos.set(fault);
        let job = class.api.ended(&class.ask(section).await).await;
        assert_eq!(job["status"], "completed", "{fault:?}: {job}");
        assert_eq!(job["attempt"], 0, "{fault:?}: {job}");
    }
}

#[tokio::test]
async fn connections_to_redis_that_break_again_and_again_lose_no_job() {
    let (_redis, chaos, url) = redis();
    let class = Class::start(5, &[("REDIS_URL", &url)]).await;
    let mut jobs = Vec::new();
    for section in 0..5 {
        chaos.cut();
        jobs.push(class.ask(section).await);
    }
    for job_id in &jobs {
        chaos.cut();
        let job = class.api.ended(job_id).await;
        assert_eq!(
            job["status"],
            "completed",
            "{job}\n{}",
            class.api.server.log()
        );
    }
    for section in 0..5 {
        assert_eq!(
            class.lesson(section).await["summary"],
            "Written by the model."
        );
    }
}

/// The line to the model goes dead, then breaks, while it writes.
#[tokio::test]
async fn a_call_whose_line_goes_dead_is_left_and_made_again() {
    let llm = Llm::start().await;
    let port = llm
        .base_url()
        .parse::<url::Url>()
        .expect("an address")
        .port();
    let chaos = Chaos::start(port.expect("a port")).expect("a proxy");
    let base_url = format!("http://127.0.0.1:{}/v1", chaos.port());
    let class = Class::at(llm, &base_url, 2, &[("LLM_IDLE_SECONDS", "2")]).await;
    let dead = |chaos: &Chaos| chaos.set(Fault::HalfOpen);
    let breaks = |chaos: &Chaos| chaos.cut();
    let ends: [&dyn Fn(&Chaos); 2] = [&dead, &breaks];
    for (section, end) in ends.into_iter().enumerate() {
        class.llm.answers_next([Answer::HalfLesson]);
        let job_id = class.ask(section).await;
        class
            .job(&job_id, "half of it has come", |job| {
                job["progress"]
                    .as_i64()
                    .is_some_and(|progress| progress > 5)
            })
            .await;
        end(&chaos);
        let left = class.job(&job_id, "the call is left", |job| job["attempt"] == 1);
        let left = left.await;
        assert_eq!(left["status"], "queued", "{left}");
        chaos.set(Fault::None);
        let job = class.api.ended(&job_id).await;
        assert_eq!(job["status"], "completed", "{job}");
    }
    assert_eq!(class.llm.counts().made, 4);
}
