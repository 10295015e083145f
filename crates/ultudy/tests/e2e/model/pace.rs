//! How often a provider is called by a whole fleet.

use std::time::{Duration, Instant};

use reqwest::Method;
use ultudy_testkit::{
    chaos::{Chaos, Fault},
    llm::Answer,
    wait,
};

use super::*;
use crate::{
    asking::Events,
    fleet::{Ground, port, through},
};

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

/// As long as somebody asks, jobs leave a call to the next one who does.
#[tokio::test]
async fn a_student_who_asks_does_not_wait_behind_lessons() {
    let pace = [
        ("OPENAI_REQUESTS_PER_MINUTE", "10"),
        ("LLM_TIMEOUT_SECONDS", "20"),
    ];
    let class = Class::start(10, &pace).await;
    let ask = async || {
        let said = Answer::Text("A cell is alive [1].".into());
        class.llm.answers_about("What is a cell?", said);
        let body = json!({"document_id": class.document_id, "question": "What is a cell?"});
        let asked = Events::of(&class.api, "/api/ask", body).await;
        asked.done().await.1["by"].clone()
    };
    assert_eq!(ask().await, "model");
    for section in 0..10 {
        class.ask(section).await;
    }
    wait::until("eight are made, the others wait", PATIENCE, async || {
        class.llm.counts().answered == 9 && put_off(&class.api).await > 0
    })
    .await
    .expect("they are");
    assert_eq!(ask().await, "model");
    assert_eq!(class.llm.counts().made, 10);
}

/// Lessons of each of the books that are asked for: more than two minutes' worth.
const LESSONS: usize = 32;
const BOOKS: usize = 4;

/// Most that came within a minute of one of these, each with its weight.
fn most_a_minute(arrivals: &[(Instant, usize)]) -> usize {
    let minute = Duration::from_secs(60);
    let from = |(first, _): &(Instant, usize)| {
        let within = arrivals.iter();
        let within = within.filter(|(at, _)| (*first..*first + minute).contains(at));
        within.map(|(_, weight)| weight).sum()
    };
    arrivals.iter().map(from).max().unwrap_or(0)
}

fn calls_a_minute(arrivals: &[Instant]) -> usize {
    let each: Vec<_> = arrivals.iter().map(|at| (*at, 1)).collect();
    most_a_minute(&each)
}

#[tokio::test]
async fn two_workers_take_no_more_tokens_than_a_provider_allows() {
    const ALLOWED: usize = 24_000;
    let ground = Ground::start();
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    let allowed = ALLOWED.to_string();
    let pace = [
        ("OPENAI_TOKENS_PER_MINUTE", allowed.as_str()),
        ("LLM_TIMEOUT_SECONDS", "20"),
        ("LESSON_QUEUE_CONCURRENCY", "8"),
        ("ENABLE_RATE_LIMITING", "false"),
    ];
    let settings = [&provider(&base_url)[..], &pace].concat();
    let api = ground.process(&["api"], &settings).await;
    let workers = [
        ground.process(&["worker"], &settings).await,
        ground.process(&["worker"], &settings).await,
    ];
    const LESSONS: usize = 16;
    let class = Class::of(llm, api, LESSONS).await;
    for section in 0..LESSONS {
        class.ask(section).await;
    }
    // Those that are left wait for longer than they may: there is no room for another.
    wait::until("all are made or put off", PATIENCE, async || {
        let [one, other] = [put_off(&workers[0]).await, put_off(&workers[1]).await];
        let counts = class.llm.counts();
        counts.answered == counts.made && (one + other) as usize >= LESSONS - counts.answered
    })
    .await
    .expect("they are");
    let spent = class.llm.spent();
    let most = most_a_minute(&spent);
    assert!(most <= ALLOWED, "{most} tokens within a minute");
    // What was expected is more than what was taken, and is set right: or it were two.
    assert!(spent.len() >= 4 && spent.len() < LESSONS, "{spent:?}");
}

/// A fleet of four workers that has enough to ask, and what it is led through.
struct Crowd {
    llm: Llm,
    ways: [Chaos; 2],
    _processes: Vec<Api>,
    _ground: Ground,
}

const ALLOWED: usize = 60;

impl Crowd {
    /// One that asks for more than two minutes; this is wrong with the ways to Redis and to the model.
    async fn start([redis, model]: [Fault; 2]) -> Self {
        let ground = Ground::start();
        let llm = Llm::start().await;
        let ways = [
            Chaos::start(ground.redis.port()).expect("a proxy"),
            Chaos::start(port(llm.base_url())).expect("a proxy"),
        ];
        let base_url = through(llm.base_url(), &ways[1]);
        let redis_url = through(&ground.redis.url(), &ways[0]);
        let pace = [
            ("OPENAI_REQUESTS_PER_MINUTE", "60"),
            ("LLM_TIMEOUT_SECONDS", "900"),
            ("LESSON_QUEUE_CONCURRENCY", "40"),
            ("ENABLE_RATE_LIMITING", "false"),
        ];
        let settings = [&provider(&base_url)[..], &pace].concat();
        let api = ground.process(&["api"], &settings).await;
        let settings = [&settings[..], &[("REDIS_URL", redis_url.as_str())]].concat();
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
        let mut processes = vec![reader];
        while processes.len() < 4 {
            processes.push(ground.process(&["worker"], &settings).await);
        }
        ways[0].set(redis);
        ways[1].set(model);
        for (document_id, section_id) in asked {
            let body = json!({"document_id": document_id, "section_id": section_id});
            let answer = api.post("/api/lessons/generate", body).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
        processes.push(api);
        Self {
            llm,
            ways,
            _processes: processes,
            _ground: ground,
        }
    }

    /// When that many calls have come in.
    async fn arrivals(&self, wanted: usize) -> Vec<Instant> {
        let patience = Duration::from_secs(600);
        wait::until("they are asked for", patience, async || {
            self.llm.counts().made >= wanted
        })
        .await
        .expect("they are");
        self.llm.arrivals()
    }

    /// That no minute has more than are allowed, and nearly as many were made.
    async fn assert_all_used(&self) {
        // Twice as many as are allowed within a minute, and one more.
        let wanted = 2 * ALLOWED + 1;
        let arrivals = self.arrivals(wanted).await;
        let most = calls_a_minute(&arrivals);
        let took = arrivals[wanted - 1] - arrivals[0];
        let used = 2.0 * 60.0 / took.as_secs_f64();
        eprintln!(
            "at most {most} calls within a minute; {:.1} % of what is allowed used",
            100.0 * used
        );
        assert!(most <= ALLOWED, "{most} calls within a minute");
        assert!(used >= 0.95, "{wanted} calls took {took:?}");
    }
}

#[tokio::test]
#[ignore = "takes some minutes: `cargo xtask verify pace` runs it"]
async fn four_workers_use_sixty_calls_a_minute_and_never_more() {
    let crowd = Crowd::start([Fault::None, Fault::None]).await;
    crowd.assert_all_used().await;
}

#[tokio::test]
#[ignore = "takes some minutes: `cargo xtask verify pace` runs it"]
async fn nor_are_there_more_where_redis_is_slow() {
    let slow = Fault::Delay(Duration::from_millis(350));
    let crowd = Crowd::start([slow, Fault::None]).await;
    crowd.assert_all_used().await;
}

#[tokio::test]
#[ignore = "takes some minutes: `cargo xtask verify pace` runs it"]
async fn nor_where_calls_arrive_late_and_those_after_them_do_not() {
    let late = Fault::Delay(Duration::from_millis(2_500));
    let crowd = Crowd::start([Fault::None, late]).await;
    crowd.arrivals(ALLOWED).await;
    crowd.ways[1].set(Fault::None);
    let most = calls_a_minute(&crowd.arrivals(ALLOWED + 20).await);
    assert!(most <= ALLOWED, "{most} calls within a minute");
}
