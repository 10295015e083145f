//! What `cargo xtask bench limits` asks of our limits. Arguments: Redis' URL, whether to ask the
//! limiter (`limiter`) or to count with two plain commands (`plain`), how many decisions, how many
//! connections, how many callers on each, and how many users they are for. Says decisions a
//! second, the middle one and the 99th hundredth of the times in ms, and how many were allowed.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "its output is what it is for, and what fails is no measurement"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use ultudy_engines::{
    limiter::{Counter, Decision, Limit, Limiter as _, RedisLimiter, Reservation},
    redis::{Connection, Redis},
};
use uuid::Uuid;

/// Of each user, so that some are refused.
const LIMIT: Limit = Limit {
    most: 60,
    window: Duration::from_mins(1),
};

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [count, connections, callers, users] =
        [2, 3, 4, 5].map(|at| words[at].parse::<u32>().unwrap());
    let next = Arc::new(AtomicU32::new(0));
    let mut subjects = Vec::new();
    for _ in 0..connections {
        // As a process has it.
        let redis = Redis::connect(&words[0]).await.unwrap();
        subjects.push(match words[1].as_str() {
            "limiter" => Subject::Limiter(Arc::new(RedisLimiter::new(redis))),
            "plain" => Subject::Plain(redis.connection()),
            other => panic!("nothing is called {other}"),
        });
    }
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections * callers)
        .map(|caller| {
            let mut subject = subjects[(caller % connections) as usize].clone();
            let next = Arc::clone(&next);
            tokio::spawn(async move {
                let (mut taken, mut allowed) = (Vec::new(), 0_u32);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return (taken, allowed);
                    }
                    let began = Instant::now();
                    let is_allowed = subject.decide(number % users).await;
                    taken.push(began.elapsed());
                    allowed += u32::from(is_allowed);
                }
            })
        })
        .collect();
    let (mut taken, mut allowed) = (Vec::new(), 0);
    for task in tasks {
        let (its, its_allowed) = task.await.unwrap();
        taken.extend(its);
        allowed += its_allowed;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at = |hundredth: usize| taken[taken.len() * hundredth / 100].as_secs_f64() * 1_000.0;
    let said = [rate, at(50), at(99), f64::from(allowed)];
    println!("{}", serde_json::to_string(&said).unwrap());
}

#[derive(Clone)]
enum Subject {
    Limiter(Arc<RedisLimiter>),
    Plain(Connection),
}

impl Subject {
    /// Whether a user may do it once more.
    async fn decide(&mut self, user: u32) -> bool {
        match self {
            Self::Limiter(limiter) => {
                let counter = Counter {
                    kind: "lesson_jobs",
                    whose: format!("user-{user}"),
                };
                let what = Reservation {
                    place: Uuid::now_v7(),
                    holder: Uuid::now_v7(),
                };
                let decision = limiter.reserve(&counter, LIMIT, what).await;
                matches!(decision, Decision::Allowed { .. })
            }
            Self::Plain(connection) => {
                let key = format!("plain:{user}");
                let mut both = redis::pipe();
                both.incr(&key, 1).pexpire(&key, 60_000).ignore();
                let (count,): (u32,) = both.query_async(connection).await.unwrap();
                count <= LIMIT.most
            }
        }
    }
}
