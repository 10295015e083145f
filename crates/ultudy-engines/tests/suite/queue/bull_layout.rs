//! What stands in Redis is what Bull 4 would have put there.

use chrono::TimeDelta;
use ultudy_domain::{
    Timestamp,
    job::{Priority, QueueName},
};
use ultudy_engines::{
    queue::{Delivery, Due, End, Missing, Queue, QueueEntry, RedisQueue},
    redis::Redis,
};
use ultudy_testkit::redis::Redis as Server;
use uuid::Uuid;

pub(super) const QUEUE: QueueName = QueueName::LessonGeneration;
pub(super) const P: &str = "bull:lesson-generation";

pub(super) struct Bench {
    pub(super) server: Server,
    pub(super) queue: RedisQueue,
}

impl Bench {
    pub(super) async fn new() -> Self {
        let server = Server::start().unwrap();
        let redis = Redis::connect(&server.url()).await.unwrap();
        let queue = RedisQueue::new(redis, Uuid::from_u128(1));
        Self { server, queue }
    }

    pub(super) async fn push(&self, entries: &[QueueEntry]) {
        self.queue.push(entries, now()).await.unwrap();
    }

    pub(super) async fn claim(&self, lease: u128) -> Option<Delivery> {
        let leases = [Uuid::from_u128(lease)];
        let claimed = self.queue.claim(QUEUE, "worker", &leases, now()).await;
        claimed.unwrap().pop()
    }

    pub(super) fn cli<const N: usize>(&self, words: [&str; N]) -> String {
        let words = words.map(|word| word.replace("P:", &format!("{P}:")));
        self.server.cli(words).unwrap()
    }

    /// As the last two digits of the ids.
    fn list(&self, key: &str) -> Vec<String> {
        let ids = self.cli(["LRANGE", key, "0", "-1"]);
        ids.lines()
            .map(|id| id[id.len() - 2..].to_owned())
            .collect()
    }
}

pub(super) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
}

pub(super) fn job(number: u32, priority: Priority) -> QueueEntry {
    QueueEntry {
        job_id: Uuid::from_u128(u128::from(number) | 0x1000_0000),
        owner_id: "alice".into(),
        queue: QUEUE,
        priority,
        run_at: now(),
    }
}

/// 1 is 01 and so on, in hexadecimal.
fn name(number: u32) -> String {
    format!("{number:02x}")
}

#[tokio::test]
async fn jobs_of_all_priorities_wait_in_one_list_and_are_its_length() {
    let bench = Bench::new().await;
    for (number, priority) in [
        (1, Priority::Low),
        (2, Priority::Normal),
        (3, Priority::High),
        (4, Priority::Normal),
    ] {
        bench.push(&[job(number, priority)]).await;
    }
    bench.cli(["LPUSH", "P:wait", "of-bull-without-priority-05"]);
    assert_eq!(bench.list("P:wait"), ["05", "01", "04", "02", "03"]);
    bench
        .push(&[job(6, Priority::Low), job(7, Priority::High)])
        .await;
    assert_eq!(
        bench.list("P:wait"),
        ["05", "06", "01", "04", "02", "07", "03"]
    );
    assert_eq!(bench.cli(["LLEN", "P:wait"]), "7");
    assert_eq!(bench.cli(["ZCARD", "P:priority"]), "6");
}

#[tokio::test]
async fn a_job_is_stored_as_bull_stores_it() {
    let bench = Bench::new().await;
    let entry = job(1, Priority::Normal);
    let id = entry.job_id.to_string();
    bench.push(std::slice::from_ref(&entry)).await;
    let key = format!("P:{id}");
    let field = |name| bench.cli(["HGET", &key, name]);
    assert_eq!(field("name"), "__default__");
    assert_eq!(field("priority"), "2");
    let data: serde_json::Value = serde_json::from_str(&field("data")).unwrap();
    assert_eq!(data["jobId"], id);
    assert_eq!(data["ownerId"], "alice");
    let options: serde_json::Value = serde_json::from_str(&field("opts")).unwrap();
    assert_eq!(options["attempts"], 2);
    assert_eq!(options["timestamp"].to_string(), field("timestamp"));
    assert_eq!(bench.cli(["GET", "P:id"]), "1");

    let delivery = bench.claim(100).await.unwrap();
    assert_eq!(bench.list("P:active"), [name(1)]);
    assert_eq!(bench.cli(["ZCARD", "P:priority"]), "0");
    let lock = format!("{key}:lock");
    assert_eq!(bench.cli(["GET", &lock]), delivery.lease.to_string());

    bench
        .queue
        .finish(&delivery, &End::Completed)
        .await
        .unwrap();
    assert_eq!(
        bench.cli(["ZSCORE", "P:completed", &id]),
        field("finishedOn")
    );
    assert_eq!(bench.cli(["EXISTS", "P:active", &lock]), "0");
}

#[tokio::test]
async fn what_runs_elsewhere_is_left_alone_and_what_was_lost_there_comes_back() {
    let bench = Bench::new().await;
    let entry = job(1, Priority::Normal);
    bench.push(std::slice::from_ref(&entry)).await;
    let lock = format!("P:{}:lock", entry.job_id);
    // As a Bull worker takes it.
    bench.cli(["RPOPLPUSH", "P:wait", "P:active"]);
    assert_eq!(bench.claim(100).await, None, "not yet locked there");
    bench.cli(["SET", &lock, "of Bull"]);
    assert_eq!(bench.claim(101).await, None);
    bench.queue.remove(entry.job_id).await.unwrap();
    bench.push(std::slice::from_ref(&entry)).await;
    assert_eq!(bench.list("P:active"), [name(1)]);

    bench.cli(["DEL", &lock, "P:stalled-check"]);
    assert!(bench.claim(102).await.is_some(), "not at the second check");
}

/// Bull's check puts a job back that has lost its lock here, and a Bull worker takes it: before that worker
/// has locked it, nothing but what the check counted tells it from one whose lease just lapsed.
#[tokio::test]
async fn what_bulls_check_put_back_is_left_to_the_worker_that_takes_it() {
    let bench = Bench::new().await;
    let entry = job(1, Priority::Normal);
    let id = entry.job_id.to_string();
    bench.push(&[entry]).await;
    let (key, lock) = (format!("P:{id}"), format!("P:{id}:lock"));
    bench.claim(100).await.unwrap();
    bench.cli(["DEL", &lock]);
    let check = || {
        assert_eq!(bench.cli(["LREM", "P:active", "1", &id]), "1");
        bench.cli(["HINCRBY", &key, "stalledCounter", "1"]);
        bench.cli(["RPUSH", "P:wait", &id]);
    };
    check();
    // As a Bull worker takes it.
    bench.cli(["RPOPLPUSH", "P:wait", "P:active"]);
    assert_eq!(bench.claim(101).await, None, "not yet locked there");
    assert_eq!(bench.list("P:active"), [name(1)]);

    // Lost there, too: its own check is what brings it back. Then it is ours, and so is what becomes of it.
    check();
    let back = bench.claim(102).await.unwrap();
    assert!(matches!(back.due, Due::ByRow(_)));
    assert_eq!(bench.claim(103).await, None);
    bench.cli(["DEL", &lock]);
    assert!(bench.claim(104).await.is_some(), "its lease has lapsed");
}

#[tokio::test]
async fn a_paused_queue_gives_nothing_and_takes_everything() {
    let bench = Bench::new().await;
    bench.push(&[job(1, Priority::Normal)]).await;
    bench.cli(["RENAME", "P:wait", "P:paused"]);
    bench.cli(["SET", "P:meta-paused", "1"]);
    bench.push(&[job(2, Priority::High)]).await;
    assert_eq!(bench.claim(100).await, None);
    assert_eq!(bench.list("P:paused"), [name(1), name(2)]);
    bench.cli(["DEL", "P:meta-paused"]);
    bench.cli(["RENAME", "P:paused", "P:wait"]);
    assert_eq!(
        bench.claim(100).await.unwrap().job_id,
        job(2, Priority::High).job_id
    );
}

#[tokio::test]
async fn a_low_job_that_has_waited_long_is_a_normal_one() {
    let bench = Bench::new().await;
    bench
        .push(&[job(1, Priority::Low), job(2, Priority::Low)])
        .await;
    let [first, second] = [1, 2].map(|n| job(n, Priority::Low).job_id.to_string());
    bench.cli(["HSET", &format!("P:{first}"), "timestamp", "1"]);
    bench.push(&[job(3, Priority::Normal)]).await;
    // Looks at what waits.
    assert_eq!(
        bench
            .queue
            .claim(QUEUE, "worker", &[], now())
            .await
            .unwrap(),
        []
    );
    assert_eq!(bench.cli(["ZSCORE", "P:priority", &first]), "2");
    assert_eq!(bench.cli(["ZSCORE", "P:priority", &second]), "3");
    bench.push(&[job(4, Priority::Normal)]).await;
    assert_eq!(bench.list("P:wait"), [2, 4, 1, 3].map(name));
}

/// However long the list is and however many come at once: by moving either end aside, and by
/// walking to the middle.
#[tokio::test]
async fn order_holds_in_a_long_list() {
    let bench = Bench::new().await;
    let mut expected: [Vec<String>; 3] = Default::default();
    let mut next = 0;
    for (count, priority) in [
        (1_500, Priority::Low),
        (1_500, Priority::High),
        (2, Priority::Normal),
        (450, Priority::Normal),
        (1, Priority::High),
        (1, Priority::Low),
        (30, Priority::Low),
        (450, Priority::High),
        (1, Priority::Normal),
    ] {
        let jobs: Vec<_> = (next..next + count)
            .map(|number| job(number, priority))
            .collect();
        next += count;
        bench.push(&jobs).await;
        let class = usize::try_from(priority.number() - 1).unwrap();
        expected[class].extend(jobs.iter().map(|job| job.job_id.to_string()));
    }
    let waiting = bench.cli(["LRANGE", "P:wait", "0", "-1"]);
    let served: Vec<_> = waiting.lines().rev().collect();
    assert_eq!(served, expected.concat());
}

#[tokio::test]
async fn that_a_dashboard_retried_a_job_is_told_once() {
    let bench = Bench::new().await;
    let entry = job(1, Priority::Normal);
    let id = entry.job_id.to_string();
    bench.push(&[entry]).await;
    let first = bench.claim(100).await.unwrap();
    let end = End::Failed("busy".into());
    bench.queue.finish(&first, &end).await.unwrap();
    // As Bull retries it.
    bench.cli(["ZREM", "P:failed", &id]);
    bench.cli(["HDEL", &format!("P:{id}"), "finishedOn"]);
    bench.cli(["LPUSH", "P:wait", &id]);
    let again = bench.claim(101).await.unwrap();
    assert!(again.retried);
    // The worker could not do it yet.
    bench.queue.release(&again, now(), now()).await.unwrap();
    let again = bench.claim(102).await.unwrap();
    assert!(again.retried);
    // It has done it, and runs the job, which fails for now.
    let done = Delivery {
        retried: false,
        ..again
    };
    bench.queue.release(&done, now(), now()).await.unwrap();
    assert!(!bench.claim(103).await.unwrap().retried);
    // Nor is it once that run is lost.
    bench.cli(["DEL", &format!("P:{id}:lock")]);
    let back = bench.claim(104).await.unwrap();
    assert!(!back.retried);
    assert!(matches!(back.due, Due::ByRow(_)));
}

#[tokio::test]
async fn an_ended_job_runs_again_when_it_is_pushed_or_retried() {
    let bench = Bench::new().await;
    let entry = job(1, Priority::Normal);
    bench.push(std::slice::from_ref(&entry)).await;
    let first = bench.claim(100).await.unwrap();
    let end = End::Failed("busy".into());
    bench.queue.finish(&first, &end).await.unwrap();
    // As Bull retries it.
    bench.cli(["ZREM", "P:failed", &entry.job_id.to_string()]);
    bench.cli(["HDEL", &format!("P:{}", entry.job_id), "finishedOn"]);
    bench.cli(["LPUSH", "P:wait", &entry.job_id.to_string()]);
    let second = bench.claim(101).await.unwrap();
    assert_eq!((first.retried, second.retried), (false, true));

    bench.queue.finish(&second, &End::Completed).await.unwrap();
    bench.push(&[entry]).await;
    let third = bench.claim(102).await.unwrap();
    assert!(!third.retried);
    assert_eq!(bench.cli(["ZCARD", "P:completed"]), "0");
}

#[tokio::test]
async fn an_empty_redis_lacks_everything_until_told_otherwise() {
    let bench = Bench::new().await;
    let missing = async || {
        bench.cli(["DEL", "P:ultudy:reconciling"]);
        bench.queue.missing(QUEUE).await.unwrap()
    };
    assert!(matches!(missing().await, Missing::Everything(_)));
    assert_eq!(bench.queue.missing(QUEUE).await.unwrap(), Missing::Nothing);
    bench.queue.complete(QUEUE).await.unwrap();
    // At once, though half a minute was set aside for pushing: what was committed meanwhile must
    // not wait for the rest of it.
    let next = bench.queue.missing(QUEUE).await.unwrap();
    assert!(matches!(next, Missing::Recent(_)), "{next:?}");
    assert!(matches!(missing().await, Missing::Recent(_)));
    bench.cli(["FLUSHALL"]);
    assert!(matches!(missing().await, Missing::Everything(_)));
}
