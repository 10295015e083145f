//! Our queue and real Bull 4 on the same keys. `INTEROP_JOBS` says how many jobs (300 if not
//! set), `INTEROP_REPORT` a folder in which each test leaves what it counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use serde_json::{Value, json};
use ultudy_domain::{
    Timestamp,
    job::{Priority, QueueName},
};
use ultudy_engines::{
    queue::{Delivery, End, LEASE, Queue, QueueEntry, RENEW_EVERY, RedisQueue},
    redis::Redis,
};
use ultudy_testkit::{
    bull::{Bull, Request},
    redis::Redis as Server,
    wait,
};
use uuid::Uuid;

mod dead;
mod delayed;
mod unplaced;

const QUEUE: QueueName = QueueName::LessonGeneration;
const P: &str = "bull:lesson-generation";
/// Turns a hang into a failure.
const HANG: Duration = Duration::from_mins(5);
const SLOTS: u128 = 10;

struct Bench {
    server: Arc<Server>,
    queue: Arc<RedisQueue>,
    bull: Arc<Bull>,
}

impl Bench {
    async fn new() -> Self {
        let server = Server::start().unwrap();
        let redis = Redis::connect(&server.url()).await.unwrap();
        Self {
            queue: Arc::new(RedisQueue::new(redis, Uuid::from_u128(1))),
            bull: Arc::new(Bull::new(&server, QUEUE.as_str()).unwrap()),
            server: Arc::new(server),
        }
    }

    fn cli<const N: usize>(&self, words: [&str; N]) -> String {
        let words = words.map(|word| word.replace("P:", &format!("{P}:")));
        self.server.cli(words).unwrap()
    }

    /// A field of a job, empty if it has none.
    fn field(&self, number: u32, name: &str) -> String {
        self.cli(["HGET", &format!("P:{}", id(number)), name])
    }

    /// What blocks, and not the runtime with it.
    async fn with_bull<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Bull) -> T + Send + 'static,
    ) -> T {
        let bull = Arc::clone(&self.bull);
        tokio::task::spawn_blocking(move || work(&bull))
            .await
            .unwrap()
    }

    async fn board(&self, method: &'static str, path: String) -> Value {
        let requests = [Request { method, path }];
        let mut answers = self
            .with_bull(move |bull| bull.board(&requests).unwrap())
            .await;
        let answer = answers.pop().unwrap();
        let status = answer["status"].as_u64().unwrap();
        assert!((200..300).contains(&status), "{answer}");
        answer["body"].clone()
    }

    /// Claims and ends jobs until told to stop; which, in their order.
    async fn run_ours(&self, counted: &Counted) {
        let mut lease = 1_u128 << 64;
        while !counted.is_done() {
            let leases: Vec<_> = (lease..lease + SLOTS).map(Uuid::from_u128).collect();
            lease += SLOTS;
            // An answer that took too long is a worker's to ask for again; what was claimed by it
            // comes back when its lease has lapsed.
            let claimed = self.queue.claim(QUEUE, "worker", &leases, now()).await;
            let claimed = claimed.unwrap_or_default();
            if claimed.is_empty() {
                self.queue.wait(QUEUE, Duration::from_millis(100)).await;
            }
            for delivery in claimed {
                counted.ran("ours", &delivery.job_id.to_string());
                self.queue.finish(&delivery, &End::Completed).await.unwrap();
            }
        }
    }

    async fn claim(&self, lease: u128) -> Option<Delivery> {
        let leases = [Uuid::from_u128(lease)];
        let claimed = self.queue.claim(QUEUE, "worker", &leases, now()).await;
        claimed.unwrap().pop()
    }
}

/// Which jobs ran where.
struct Counted {
    expected: usize,
    began: Instant,
    runs: Mutex<BTreeMap<String, Vec<&'static str>>>,
}

impl Counted {
    fn new(expected: usize) -> Arc<Self> {
        Arc::new(Self {
            expected,
            began: Instant::now(),
            runs: Mutex::default(),
        })
    }

    fn ran(&self, by: &'static str, id: &str) {
        let mut runs = self.runs.lock().unwrap();
        runs.entry(id.to_owned()).or_default().push(by);
    }

    fn has_begun(&self) -> bool {
        !self.runs.lock().unwrap().is_empty()
    }

    fn is_done(&self) -> bool {
        assert!(self.began.elapsed() < HANG, "some jobs never ran");
        self.runs.lock().unwrap().len() >= self.expected
    }

    /// How many ran once at each, none twice.
    fn check(&self, name: &str) -> BTreeMap<&'static str, usize> {
        let runs = self.runs.lock().unwrap();
        let mut counts = BTreeMap::new();
        for (id, by) in &*runs {
            assert_eq!(by.len(), 1, "{id} ran at {by:?}");
            *counts.entry(by[0]).or_default() += 1;
        }
        assert_eq!(runs.len(), self.expected);
        report(
            name,
            &json!({"jobs": self.expected, "run once": runs.len(), "by": counts}),
        );
        counts
    }
}

fn report(name: &str, found: &Value) {
    if let Ok(folder) = std::env::var("INTEROP_REPORT") {
        let path = std::path::Path::new(&folder).join(format!("{name}.json"));
        std::fs::write(path, found.to_string()).unwrap();
    }
}

fn jobs() -> u32 {
    let set = std::env::var("INTEROP_JOBS").ok();
    set.map_or(300, |set| set.parse().unwrap())
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn id(number: u32) -> Uuid {
    Uuid::from_u128(u128::from(number) | 0x1000_0000)
}

fn ours(number: u32) -> QueueEntry {
    QueueEntry {
        job_id: id(number),
        owner_id: "alice".into(),
        queue: QUEUE,
        priority: Priority::from_number(i16::try_from(number % 3).unwrap() + 1),
        run_at: now(),
    }
}

/// A job as the original's producer adds it: of every fourth one no priority.
fn bulls(number: u32) -> Value {
    let data = json!({
        "jobId": id(number), "ownerId": "bob", "document_id": id(1), "include_check_ins": true,
    });
    match number % 4 {
        0 => json!({ "data": data, "opts": {} }),
        priority => json!({ "data": data, "opts": { "priority": priority } }),
    }
}

/// Lets a Bull worker run, and counts what it runs.
fn run_bull(bull: &Bull, counted: &Arc<Counted>) -> ultudy_testkit::bull::Worker {
    let mut worker = bull.work(10).unwrap();
    let (jobs, counted) = (worker.jobs(), Arc::clone(counted));
    std::thread::spawn(move || jobs.for_each(|id| counted.ran("Bull", &id)));
    worker
}

#[tokio::test]
async fn what_bull_adds_runs_here() {
    let bench = Bench::new().await;
    let count = jobs();
    let added: Vec<_> = (0..count).map(bulls).collect();
    bench.with_bull(move |bull| bull.add(&added).unwrap()).await;
    let counted = Counted::new(count as usize);
    bench.run_ours(&counted).await;
    counted.check("bull-adds-ours-runs");
    let counts = bench.with_bull(|bull| bull.counts().unwrap()).await;
    assert_eq!(counts["active"], 0);
    assert_eq!(counts["waiting"], 0);
    assert_eq!(counts["completed"], count.min(1_000));
}

#[tokio::test]
async fn what_is_added_here_runs_in_bull() {
    let bench = Bench::new().await;
    let entries: Vec<_> = (0..jobs()).map(ours).collect();
    bench.queue.push(&entries, now()).await.unwrap();
    let counted = Counted::new(entries.len());
    let worker = run_bull(&bench.bull, &counted);
    wait::until("Bull has run all jobs", HANG, async || counted.is_done())
        .await
        .unwrap();
    wait::until("Bull has ended them", HANG, async || {
        bench.cli(["EXISTS", "P:active"]) == "0"
    })
    .await
    .unwrap();
    worker.kill().unwrap();
    counted.check("ours-adds-bull-runs");
    let completed = bench.cli(["ZCARD", "P:completed"]);
    assert_eq!(completed, entries.len().min(1_000).to_string());
    let by_bull = bench.cli(["HGET", &format!("P:{}", id(jobs() - 1)), "returnvalue"]);
    assert!(
        by_bull.contains("Bull") || entries.len() > 1_000,
        "{by_bull}"
    );
}

/// Both producers and both workers at once.
#[tokio::test]
async fn each_job_runs_once_with_both_kinds_of_worker() {
    let bench = Bench::new().await;
    let count = jobs();
    let counted = Counted::new(count as usize + 1);
    let worker = run_bull(&bench.bull, &counted);
    // Ours would be done before Bull has started.
    bench.queue.push(&[ours(count)], now()).await.unwrap();
    wait::until("Bull works", HANG, async || counted.has_begun())
        .await
        .unwrap();
    let half = count / 2;
    let added: Vec<_> = (0..half).map(bulls).collect();
    let entries: Vec<_> = (half..count).map(ours).collect();
    let bulls_adding = bench.with_bull(move |bull| bull.add(&added).unwrap());
    let ours_adding = async {
        for some in entries.chunks(50) {
            bench.queue.push(some, now()).await.unwrap();
        }
    };
    tokio::join!(bulls_adding, ours_adding, bench.run_ours(&counted));
    wait::until("Bull has ended its jobs", HANG, async || {
        bench.cli(["EXISTS", "P:active"]) == "0"
    })
    .await
    .unwrap();
    worker.kill().unwrap();
    let counts = counted.check("both");
    assert!(
        counts.contains_key("ours") && counts.contains_key("Bull"),
        "{counts:?}"
    );
    for nothing in ["P:wait", "P:active", "P:priority", "P:delayed", "P:failed"] {
        assert_eq!(bench.cli(["EXISTS", nothing]), "0", "{nothing}");
    }
}

#[tokio::test]
async fn bulls_check_for_stalled_jobs_leaves_ours_alone() {
    let bench = Bench::new().await;
    bench.queue.push(&[ours(1)], now()).await.unwrap();
    let held = bench.claim(100).await.unwrap();
    // From here on Bull checks.
    bench.cli(["DEL", "P:stalled-check"]);
    let counted = Counted::new(0);
    let worker = run_bull(&bench.bull, &counted);
    let mut checks = BTreeSet::new();
    let mut renewed = Instant::now();
    let enough = 2 * LEASE;
    wait::until("Bull has checked for two leases", HANG, async || {
        if renewed.elapsed() >= RENEW_EVERY {
            let refused = bench.queue.renew(std::slice::from_ref(&held), now()).await;
            assert!(refused.unwrap().is_empty());
            renewed = Instant::now();
        }
        checks.insert(bench.cli(["GET", "P:stalled-check"]));
        counted.began.elapsed() > enough
    })
    .await
    .unwrap();
    assert!(checks.len() > 4, "{} checks", checks.len());
    assert_eq!(
        bench.cli(["LRANGE", "P:active", "0", "-1"]),
        id(1).to_string()
    );
    bench.queue.finish(&held, &End::Completed).await.unwrap();
    worker.kill().unwrap();
    assert_eq!(bench.cli(["ZCARD", "P:completed"]), "1");
    let stalled = bench.cli(["HEXISTS", &format!("P:{}", id(1)), "stalledCounter"]);
    assert_eq!(stalled, "0");
    counted.check("stalled-check");
    report(
        "stalled-check",
        &json!({"Bull's checks": checks.len(), "taken from us": 0}),
    );
}

#[tokio::test]
async fn bulls_pause_pauses_ours() {
    let bench = Bench::new().await;
    bench.queue.push(&[ours(1)], now()).await.unwrap();
    bench.with_bull(|bull| bull.pause().unwrap()).await;
    assert_eq!(bench.claim(100).await, None);
    bench.queue.push(&[ours(2)], now()).await.unwrap();
    assert_eq!(bench.claim(101).await, None);
    let counts = bench.with_bull(|bull| bull.counts().unwrap()).await;
    assert_eq!(counts["paused"], 2);
    bench.with_bull(|bull| bull.resume().unwrap()).await;
    assert!(bench.claim(102).await.is_some());
    assert!(bench.claim(103).await.is_some());
    report(
        "pause",
        &json!({"claimed while paused": 0, "claimed after": 2}),
    );
}

#[tokio::test]
async fn bull_board_lists_retries_promotes_and_cleans_ours() {
    let bench = Bench::new().await;
    let later = QueueEntry {
        run_at: now() + TimeDelta::hours(1),
        ..ours(2)
    };
    bench
        .queue
        .push(&[ours(1), later, ours(3)], now())
        .await
        .unwrap();
    let leases = [100, 101].map(Uuid::from_u128);
    let claimed = bench
        .queue
        .claim(QUEUE, "worker", &leases, now())
        .await
        .unwrap();
    assert_eq!(claimed.len(), 2);
    let failed = claimed.iter().find(|job| job.job_id == id(1)).unwrap();
    let done = claimed.iter().find(|job| job.job_id == id(3)).unwrap();
    let end = End::Failed("the book is empty".into());
    bench.queue.finish(failed, &end).await.unwrap();
    bench.queue.finish(done, &End::Completed).await.unwrap();

    let listed = async |status: &str| {
        let path = format!(
            "/api/queues?activeQueue={}&status={status}&page=1",
            QUEUE.as_str()
        );
        let body = bench.board("GET", path).await;
        let jobs = body["queues"][0]["jobs"].as_array().unwrap().clone();
        jobs.iter()
            .map(|job| job["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let name = |number| id(number).to_string();
    assert_eq!(listed("failed").await, [name(1)]);
    assert_eq!(listed("delayed").await, [name(2)]);
    assert_eq!(listed("completed").await, [name(3)]);

    let base = format!("/api/queues/{}", QUEUE.as_str());
    let body = bench.board("GET", format!("{base}/{}", name(1))).await;
    assert!(body.to_string().contains("the book is empty"), "{body}");

    bench
        .board("PUT", format!("{base}/{}/retry", name(1)))
        .await;
    let again = bench.claim(102).await.unwrap();
    assert_eq!((again.job_id, again.retried), (id(1), true));
    bench.queue.finish(&again, &end).await.unwrap();

    bench
        .board("PUT", format!("{base}/{}/promote", name(2)))
        .await;
    let promoted = bench.claim(103).await.unwrap();
    assert_eq!((promoted.job_id, promoted.retried), (id(2), false));
    bench
        .queue
        .finish(&promoted, &End::Completed)
        .await
        .unwrap();

    bench
        .board("PUT", format!("{base}/{}/clean", name(1)))
        .await;
    assert_eq!(listed("failed").await, Vec::<String>::new());
    assert_eq!(bench.cli(["EXISTS", &format!("P:{}", name(1))]), "0");
    report(
        "board",
        &json!({"listed": 3, "retried": 1, "promoted": 1, "cleaned": 1}),
    );
}
