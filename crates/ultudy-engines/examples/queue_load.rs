//! What `cargo xtask bench queue` asks of our queue. Arguments: Redis' URL, what to do, and the
//! numbers that say how often. Says one number, or several as a list.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "its output is what it is for, and what fails is no measurement"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use tokio::sync::{Semaphore, mpsc};
use ultudy_domain::{
    Timestamp,
    job::{Priority, QueueName},
};
use ultudy_engines::{
    queue::{End, Queue as _, QueueEntry, RedisQueue},
    redis::Redis,
};
use uuid::Uuid;

const QUEUE: QueueName = QueueName::LessonGeneration;
/// Longest wait for a job that is not told of.
const LOOK_EVERY: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    // On the runtime's threads, as requests and workers are.
    tokio::spawn(measure()).await.unwrap();
}

async fn measure() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words.get(at).map_or(0, |word| word.parse().unwrap());
    let (count, at_once) = (number(2), number(3));
    let redis = Redis::connect(&words[0]).await.unwrap();
    let load = Load {
        queue: Arc::new(RedisQueue::new(redis.clone(), Uuid::from_u128(1))),
        redis,
        count,
    };
    // What an API does it with: connections of its own, and nothing that wakes the worker but Redis.
    let elsewhere = async || {
        let redis = Redis::connect(&words[0]).await.unwrap();
        RedisQueue::new(redis, Uuid::from_u128(2))
    };
    let said = match words[1].as_str() {
        "adds" => load.adds(at_once).await,
        "bulk" => load.bulk(at_once, mixed).await,
        "fill" => load.bulk(at_once, |_| Priority::Low).await,
        "fill-mixed" => load.fill_mixed(at_once).await,
        "run" => load.run(at_once).await,
        "idle" => load.idle(&elsewhere().await).await,
        "idle-local" => load.idle(&load.queue).await,
        "high" => load.high().await,
        other => panic!("nothing is called {other}"),
    };
    println!("{}", serde_json::to_string(&said).unwrap());
}

struct Load {
    queue: Arc<RedisQueue>,
    redis: Redis,
    count: u64,
}

impl Load {
    /// So many a second, added one by one by so many callers.
    async fn adds(&self, callers: u64) -> Vec<f64> {
        let next = Arc::new(AtomicU64::new(0));
        let began = Instant::now();
        let callers: Vec<_> = (0..callers)
            .map(|_| {
                let (queue, next, count) = (self.queue.clone(), next.clone(), self.count);
                tokio::spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return;
                        }
                        let job = [job(mixed(number))];
                        queue.push(&job, now()).await.unwrap();
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap();
        }
        self.placed().await;
        self.rate(began)
    }

    /// Until each job that was added has its place.
    async fn placed(&self) {
        let keys = (1..=3).map(|priority| {
            let prefix = self.queue.prefix(QUEUE);
            format!("{prefix}:ultudy:unplaced:{priority}")
        });
        let mut count = redis::cmd("EXISTS");
        count.arg(keys.collect::<Vec<_>>());
        let mut connection = self.redis.connection();
        while count.query_async::<u64>(&mut connection).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// So many a second, added so many a call.
    async fn bulk(&self, at_once: u64, priority: fn(u64) -> Priority) -> Vec<f64> {
        let began = Instant::now();
        let mut next = 0;
        while next < self.count {
            let jobs: Vec<_> = (next..self.count.min(next + at_once))
                .map(|number| job(priority(number)))
                .collect();
            self.queue.push(&jobs, now()).await.unwrap();
            next += at_once;
        }
        self.rate(began)
    }

    /// As many of each priority as [`mixed`] gives; the more urgent first, since each then goes to the
    /// end.
    async fn fill_mixed(&self, at_once: u64) -> Vec<f64> {
        let began = Instant::now();
        let classes: [fn(u64) -> Priority; 3] =
            [|_| Priority::High, |_| Priority::Normal, |_| Priority::Low];
        for priority in classes {
            let third = Self {
                queue: Arc::clone(&self.queue),
                redis: self.redis.clone(),
                count: self.count / 3,
            };
            third.bulk(at_once, priority).await;
        }
        self.rate(began)
    }

    /// So many a second, claimed and acknowledged by so many slots, as the worker does it.
    async fn run(&self, slots: u64) -> Vec<f64> {
        let slots = usize::try_from(slots).unwrap();
        let free = Arc::new(Semaphore::new(slots));
        let mut left = self.count;
        let mut leases = (1_u128..).map(|number| Uuid::from_u128(number << 64));
        let began = Instant::now();
        while left > 0 {
            let mut places = vec![free.clone().acquire_owned().await.unwrap()];
            let mut before = 0;
            // Those that are about to be free, too.
            while before < places.len() {
                before = places.len();
                tokio::task::yield_now().await;
                while let Ok(place) = free.clone().try_acquire_owned() {
                    places.push(place);
                }
            }
            let leases: Vec<_> = leases.by_ref().take(places.len()).collect();
            let claimed = self.queue.claim(QUEUE, "worker", &leases, now()).await;
            let claimed = claimed.unwrap();
            if claimed.is_empty() {
                self.queue.wait(QUEUE, LOOK_EVERY).await;
            }
            for (delivery, place) in claimed.into_iter().zip(places) {
                // Behind more jobs than are to be run the last claim takes some too many.
                left = left.saturating_sub(1);
                let queue = self.queue.clone();
                tokio::spawn(async move {
                    queue.finish(&delivery, &End::Completed).await.unwrap();
                    drop(place);
                });
            }
        }
        let all = free.acquire_many(u32::try_from(slots).unwrap()).await;
        drop(all.unwrap());
        self.rate(began)
    }

    /// From each add by `adds` to its claim by a worker that waits, in ms.
    async fn idle(&self, adds: &RedisQueue) -> Vec<f64> {
        let (tell, mut told) = mpsc::unbounded_channel();
        let queue = self.queue.clone();
        let worker = tokio::spawn(async move {
            for number in 1_u128.. {
                let lease = [Uuid::from_u128(number << 64)];
                let claimed = queue.claim(QUEUE, "worker", &lease, now()).await.unwrap();
                let at = Instant::now();
                if claimed.is_empty() {
                    queue.wait(QUEUE, LOOK_EVERY).await;
                }
                for delivery in claimed {
                    tell.send(at).unwrap();
                    queue.finish(&delivery, &End::Completed).await.unwrap();
                }
            }
        });
        let mut taken = Vec::new();
        for _ in 0..self.count {
            // What was before is over, and the worker waits.
            tokio::time::sleep(Duration::from_millis(5)).await;
            let began = Instant::now();
            let jobs = [job(Priority::High)];
            adds.push(&jobs, now()).await.unwrap();
            taken.push(millis(told.recv().await.unwrap() - began));
        }
        worker.abort();
        // Over, or cut short: the queue is not to go before it.
        let _ = worker.await;
        taken
    }

    /// Each add of a high job, in ms.
    async fn high(&self) -> Vec<f64> {
        let mut taken = Vec::new();
        for _ in 0..self.count {
            let jobs = [job(Priority::High)];
            let began = Instant::now();
            self.queue.push(&jobs, now()).await.unwrap();
            taken.push(millis(began.elapsed()));
        }
        taken
    }

    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    fn rate(&self, began: Instant) -> Vec<f64> {
        vec![self.count as f64 / began.elapsed().as_secs_f64()]
    }
}

fn job(priority: Priority) -> QueueEntry {
    QueueEntry {
        job_id: Uuid::now_v7(),
        owner_id: "alice".into(),
        queue: QUEUE,
        priority,
        run_at: now(),
    }
}

fn mixed(number: u64) -> Priority {
    match number % 3 {
        0 => Priority::High,
        1 => Priority::Normal,
        _ => Priority::Low,
    }
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn millis(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1_000.0
}
