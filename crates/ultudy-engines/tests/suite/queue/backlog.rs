//! A long backlog of low jobs, one user's burst, and high ones. `TEST_BACKLOG` says how many low ones
//! (20,000 if not set): what is asserted is order and number, which do not depend on it; how long one
//! call may hold Redis at 400,000 is measured by `cargo xtask bench queue`.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::join_all;
use ultudy_domain::job::{Priority, QueueName};
use ultudy_engines::{
    queue::{Counts, Delivery, End, Queue, QueueEntry, RedisQueue},
    redis::Redis,
};
use ultudy_testkit::redis::Redis as Server;
use uuid::Uuid;

use super::bull_layout::now;

const QUEUE: QueueName = QueueName::LessonGeneration;
/// As the relay pushes them.
const PAGE: usize = 1_000;
/// Added one by one, at the same time.
const BURST: usize = 500;
const HIGH: usize = 50;
/// Of a burst so many keep their class.
const SHARE: usize = 5;
const SLOTS: u128 = 100;
/// Ended jobs that are kept.
const KEPT: u64 = 1_000;

fn backlog() -> usize {
    let set = std::env::var("TEST_BACKLOG").ok();
    set.map_or(20_000, |set| set.parse().unwrap())
}

#[allow(
    clippy::disallowed_methods,
    reason = "ids like the product's, and nothing depends on which"
)]
fn jobs(count: usize, owner: &str, priority: Priority) -> Vec<QueueEntry> {
    let job = |_| QueueEntry {
        job_id: Uuid::now_v7(),
        owner_id: owner.into(),
        queue: QUEUE,
        priority,
        run_at: now(),
    };
    (0..count).map(job).collect()
}

fn ids(jobs: &[QueueEntry]) -> Vec<Uuid> {
    jobs.iter().map(|job| job.job_id).collect()
}

/// Where moving either end aside would hold Redis for too long, each new one is put there by itself, a
/// few a call.
#[tokio::test]
async fn order_holds_in_the_middle_of_a_list_too_long_to_be_moved() {
    const SIDE: usize = 45_000;
    let server = Server::start().unwrap();
    let process = Process::new(&server, 1).await;
    let high = jobs(SIDE, "urgent", Priority::High);
    let low = jobs(SIDE, "many", Priority::Low);
    for page in high.chunks(PAGE).chain(low.chunks(PAGE)) {
        process.queue.push(page, now()).await.unwrap();
    }
    let normal = jobs(60, "some", Priority::Normal);
    let (together, one_by_one) = normal.split_at(40);
    process.queue.push(together, now()).await.unwrap();
    let one_by_one: Vec<_> = one_by_one.iter().map(std::slice::from_ref).collect();
    let pushes = one_by_one.iter().map(|job| process.queue.push(job, now()));
    for pushed in join_all(pushes).await {
        pushed.unwrap();
    }
    let waiting = server.cli(["LRANGE", "bull:lesson-generation:wait", "0", "-1"]);
    let waiting = waiting.unwrap();
    let waiting: Vec<_> = waiting.lines().rev().collect();
    let expected = [ids(&high), ids(&normal), ids(&low)].concat();
    let expected: Vec<_> = expected.iter().map(Uuid::to_string).collect();
    assert!(waiting == expected, "they wait in another order");
}

/// Redis is not held for a thousand at once.
#[tokio::test]
async fn who_has_room_for_very_many_takes_them_by_several_calls() {
    const ROOM: u128 = 1_000;
    let server = Server::start().unwrap();
    let mut process = Process::new(&server, 1).await;
    let all = jobs(ROOM as usize, "many", Priority::Normal);
    process.queue.push(&all, now()).await.unwrap();
    let mut calls = 0;
    while process.served.len() < all.len() {
        let room = ROOM - process.served.len() as u128;
        let claimed = process.claim(room).await;
        assert!((1..=200).contains(&claimed.len()), "{}", claimed.len());
        calls += 1;
    }
    assert_eq!(calls, 5);
    assert!(process.served == ids(&all));
}

/// A process, and what it was given.
struct Process {
    queue: Arc<RedisQueue>,
    next_lease: u128,
    served: Vec<Uuid>,
}

impl Process {
    async fn new(server: &Server, number: u128) -> Self {
        let redis = Redis::connect(&server.url()).await.unwrap();
        Self {
            queue: Arc::new(RedisQueue::new(redis, Uuid::from_u128(number))),
            next_lease: 1 << 64,
            served: Vec::new(),
        }
    }

    /// Each by a caller of its own, at the same time.
    async fn push_one_by_one(&self, jobs: &[QueueEntry]) {
        let calls = jobs.iter().cloned().map(|job| {
            let queue = Arc::clone(&self.queue);
            tokio::spawn(async move { queue.push(&[job], now()).await.unwrap() })
        });
        for call in join_all(calls).await {
            call.unwrap();
        }
    }

    async fn claim(&mut self, slots: u128) -> Vec<Delivery> {
        let leases: Vec<_> = (self.next_lease..self.next_lease + slots)
            .map(Uuid::from_u128)
            .collect();
        self.next_lease += slots;
        let claimed = self.queue.claim(QUEUE, "worker", &leases, now()).await;
        let claimed = claimed.unwrap();
        self.served.extend(claimed.iter().map(|job| job.job_id));
        claimed
    }

    async fn finish(&self, held: &[Delivery]) {
        let ends = held
            .iter()
            .map(|job| self.queue.finish(job, &End::Completed));
        for end in join_all(ends).await {
            end.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_urgent_passes_a_long_backlog_and_nothing_is_lost() {
    let server = Server::start().unwrap();
    let [relay, api] = [
        Process::new(&server, 1).await,
        Process::new(&server, 2).await,
    ];
    let mut worker = Process::new(&server, 3).await;
    let low = jobs(backlog(), "many", Priority::Low);
    let shared = jobs(SHARE, "burst", Priority::Normal);
    let rest = jobs(BURST - SHARE, "burst", Priority::Low);
    let high = jobs(HIGH, "urgent", Priority::High);

    // The high ones come while the backlog grows, the burst behind it.
    let grow = async {
        for page in low.chunks(PAGE) {
            relay.queue.push(page, now()).await.unwrap();
        }
    };
    tokio::join!(grow, api.push_one_by_one(&high));
    api.push_one_by_one(&shared).await;
    api.push_one_by_one(&rest).await;
    let all = low.len() + BURST + HIGH;
    let counts = worker.queue.counts(QUEUE, now()).await.unwrap();
    let waiting = Counts {
        waiting: all as u64,
        ..Counts::default()
    };
    assert_eq!(counts, waiting);

    // One more, behind all of them, is the next.
    let mut held = worker.claim((HIGH + SHARE) as u128).await;
    let latest = jobs(1, "urgent", Priority::High);
    api.push_one_by_one(&latest).await;
    held.extend(worker.claim(1).await);
    worker.finish(&held).await;
    loop {
        let held = worker.claim(SLOTS).await;
        if held.is_empty() {
            break;
        }
        worker.finish(&held).await;
    }

    let set = |ids: &[Uuid]| ids.iter().copied().collect::<BTreeSet<_>>();
    let (first, others) = worker.served.split_at(HIGH);
    assert_eq!(set(first), set(&ids(&high)));
    let (second, others) = others.split_at(SHARE);
    assert_eq!(set(second), set(&ids(&shared)));
    let (third, others) = others.split_at(1);
    assert_eq!(third, ids(&latest));
    // Each once, as they were added.
    let (fourth, last) = others.split_at(low.len());
    assert!(fourth == ids(&low), "the backlog came in another order");
    assert_eq!(last.len(), rest.len());
    assert_eq!(set(last), set(&ids(&rest)));

    let ended = Counts {
        completed: KEPT,
        ..Counts::default()
    };
    let counts = worker.queue.counts(QUEUE, now()).await.unwrap();
    assert_eq!(counts, ended);
    // The kept ones, their list and the number of all; nothing of the others.
    let left: u64 = server.cli(["DBSIZE"]).unwrap().parse().unwrap();
    assert!((KEPT..KEPT + 10).contains(&left), "{left} keys");
}
