//! Jobs added one after the other behind a long list are put in their places together. Whoever adds
//! them may stop before that.

use std::{thread, time::Duration};

use futures_util::future::join_all;
use ultudy_domain::job::Priority;
use ultudy_engines::{
    queue::{Queue, QueueEntry, RedisQueue},
    redis::Redis,
};
use ultudy_testkit::wait;
use uuid::Uuid;

use super::bull_layout::{Bench, QUEUE, job, now};

const PATIENCE: Duration = Duration::from_secs(30);
const CALLERS: u32 = 64;
/// Jobs that each caller adds, one after the other: some are left unplaced after the last.
const EACH: u32 = 10;
pub(super) const BURST: u32 = CALLERS * EACH;
/// Jobs of one priority in the list before.
pub(super) const LONG: u32 = 2_000;
const UNPLACED: [&str; 3] = [
    "P:ultudy:unplaced:1",
    "P:ultudy:unplaced:2",
    "P:ultudy:unplaced:3",
];

/// High and low ones, so that the middle is far from both ends.
pub(super) async fn long_list(bench: &Bench) -> [Vec<QueueEntry>; 2] {
    let of = |first: u32, priority| {
        let numbers = first..first + LONG;
        numbers.map(|number| job(number, priority)).collect()
    };
    let both: [Vec<_>; 2] = [of(10_000, Priority::High), of(20_000, Priority::Low)];
    for jobs in &both {
        bench.push(jobs).await;
    }
    both
}

/// Numbered from here on.
pub(super) fn burst(first: u32) -> Vec<QueueEntry> {
    let priorities = [Priority::High, Priority::Normal, Priority::Low];
    let jobs = (first..first + BURST).map(|number| job(number, priorities[number as usize % 3]));
    jobs.collect()
}

/// Each caller adds its next as soon as it is told of the one before: all first ones, all second ones.
pub(super) async fn add(queue: &RedisQueue, jobs: &[QueueEntry]) {
    let callers = (0..CALLERS as usize).map(async |caller| {
        for at in (caller..jobs.len()).step_by(CALLERS as usize) {
            queue.push(&jobs[at..=at], now()).await.unwrap();
        }
    });
    join_all(callers).await;
}

/// By a process that is gone as soon as the last is told.
pub(super) async fn add_and_be_gone(bench: &Bench, jobs: Vec<QueueEntry>) {
    let url = bench.server.url();
    let process = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(async {
            let redis = Redis::connect(&url).await.unwrap();
            add(&RedisQueue::new(redis, Uuid::from_u128(2)), &jobs).await;
        });
    });
    process.join().unwrap();
}

pub(super) fn unplaced(bench: &Bench) -> u32 {
    let count = |key| bench.cli(["LLEN", key]).parse::<u32>().unwrap();
    UNPLACED.into_iter().map(count).sum()
}

fn of(jobs: &[QueueEntry], priority: Priority) -> Vec<Uuid> {
    let these = jobs.iter().filter(|job| job.priority == priority);
    these.map(|job| job.job_id).collect()
}

/// What is to be served, in its order.
fn expected([high, low]: &[Vec<QueueEntry>; 2], burst: &[QueueEntry]) -> Vec<Uuid> {
    [
        of(high, Priority::High),
        of(burst, Priority::High),
        of(burst, Priority::Normal),
        of(low, Priority::Low),
        of(burst, Priority::Low),
    ]
    .concat()
}

fn waiting(bench: &Bench) -> Vec<Uuid> {
    let ids = bench.cli(["LRANGE", "P:wait", "0", "-1"]);
    ids.lines().rev().map(|id| id.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_burst_behind_a_long_list_waits_in_order_as_soon_as_it_is_over() {
    let bench = Bench::new().await;
    let before = long_list(&bench).await;
    let jobs = burst(0);
    add(&bench.queue, &jobs).await;
    // All can be seen at once.
    assert_eq!(waiting(&bench).len(), (2 * LONG + BURST) as usize);
    assert!(unplaced(&bench) > 0, "each was put in its place by itself");
    wait::until("all are in their places", PATIENCE, async || {
        unplaced(&bench) == 0
    })
    .await
    .unwrap();
    assert!(waiting(&bench) == expected(&before, &jobs));
    let prioritized = bench.cli(["ZCARD", "P:priority"]);
    assert_eq!(prioritized, (2 * LONG + BURST).to_string());
}

#[tokio::test]
async fn what_a_process_left_unplaced_is_served_in_order() {
    let bench = Bench::new().await;
    let before = long_list(&bench).await;
    let jobs = burst(0);
    add_and_be_gone(&bench, jobs.clone()).await;
    assert!(unplaced(&bench) > 0);
    let mut served = Vec::new();
    let mut leases = (1_u128..).map(Uuid::from_u128);
    loop {
        let leases: Vec<_> = leases.by_ref().take(50).collect();
        let claimed = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
        let claimed = claimed.unwrap();
        if claimed.is_empty() {
            break;
        }
        served.extend(claimed.iter().map(|job| job.job_id));
    }
    assert!(served == expected(&before, &jobs));
    assert_eq!(bench.cli(["EXISTS", "P:wait", "P:priority"]), "0");
    assert_eq!(unplaced(&bench), 0);
}

/// Jobs without a priority come between, some are taken out by hand, one by whoever asked for it.
#[tokio::test]
async fn who_adds_next_puts_in_their_places_those_that_are_left() {
    let bench = Bench::new().await;
    let before = long_list(&bench).await;
    let mut jobs = burst(0);
    add_and_be_gone(&bench, jobs.clone()).await;
    assert!(unplaced(&bench) > 0);
    let without_priority = [1, 2].map(|number| job(50_000 + number, Priority::Low).job_id);
    for id in without_priority {
        bench.cli(["LPUSH", "P:wait", &id.to_string()]);
    }
    // The last ones, of all priorities.
    let gone = jobs.split_off(jobs.len() - 6);
    let (by_hand, asked) = gone.split_at(3);
    for job in by_hand {
        let id = job.job_id.to_string();
        assert_eq!(bench.cli(["LREM", "P:wait", "0", &id]), "1");
        bench.cli(["DEL", &format!("P:{id}")]);
    }
    let left = unplaced(&bench);
    for job in asked {
        bench.queue.remove(job.job_id).await.unwrap();
    }
    assert_eq!(unplaced(&bench), left - 3);

    let next = job(60_000, Priority::High);
    bench.push(std::slice::from_ref(&next)).await;
    assert_eq!(unplaced(&bench), 0);
    jobs.push(next);
    let mut expected = expected(&before, &jobs);
    expected.extend(without_priority);
    assert!(waiting(&bench) == expected);
    let prioritized = bench.cli(["ZCARD", "P:priority"]);
    assert_eq!(prioritized, (expected.len() - 2).to_string());
}

/// A worker of Bull knows nothing of places: what it takes runs once.
#[tokio::test]
async fn what_bull_takes_before_it_has_its_place_is_given_to_nobody_else() {
    let bench = Bench::new().await;
    let before = long_list(&bench).await;
    let jobs = burst(0);
    add_and_be_gone(&bench, jobs.clone()).await;
    let taken = (2 * LONG + BURST - 10).to_string();
    let take = "for _ = 1, ARGV[1] do redis.call('RPOPLPUSH', KEYS[1], KEYS[2]) end";
    bench.cli(["EVAL", take, "2", "P:wait", "P:active", &taken]);
    assert!(unplaced(&bench) > 10);
    bench.push(&[job(60_000, Priority::High)]).await;
    assert_eq!(unplaced(&bench), 0);
    assert_eq!(waiting(&bench).len(), 11);
    let active = bench.cli(["LRANGE", "P:active", "0", "-1"]);
    let mut all: Vec<Uuid> = active.lines().map(|id| id.parse().unwrap()).collect();
    all.extend(waiting(&bench));
    all.sort_unstable();
    let mut once = expected(&before, &jobs);
    once.push(job(60_000, Priority::High).job_id);
    once.sort_unstable();
    assert!(all == once);
}
