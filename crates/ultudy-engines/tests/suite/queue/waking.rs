//! What one process does with a job wakes the waiting workers of another: nothing here looks by
//! itself, so whoever is not told of it waits for an hour.

use std::{pin::pin, time::Duration};

use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::join_all};
use ultudy_domain::job::{Priority, QueueName};
use ultudy_engines::{
    queue::{Delivery, Queue as _, QueueEntry, RedisQueue},
    redis::Redis,
};
use ultudy_testkit::redis::{Cluster, Redis as Server};
use uuid::Uuid;

use super::bull_layout::{QUEUE, job, now};

const LONG: Duration = Duration::from_hours(1);
/// Only turns a hang into a failure.
const HANG: Duration = Duration::from_mins(1);
/// Until a delayed job is due.
const SOON: TimeDelta = TimeDelta::milliseconds(1_500);

/// An API and a worker, each with connections of its own.
struct Processes {
    api: RedisQueue,
    worker: RedisQueue,
}

impl Processes {
    async fn over(url: &str) -> Self {
        let process = async |number| {
            let redis = Redis::connect(url).await.unwrap();
            RedisQueue::new(redis, Uuid::from_u128(number))
        };
        Self {
            api: process(1).await,
            worker: process(2).await,
        }
    }

    /// Until the worker hears what is published: that it does wakes it once, for what it missed.
    async fn hearing(&self) {
        let waits = QueueName::ALL.map(|queue| self.worker.wait(queue, LONG));
        let all = tokio::time::timeout(HANG, join_all(waits)).await;
        assert!(all.is_ok(), "the worker hears nothing");
    }

    /// What the API does ends the worker's wait, which nothing else would, and no wait for the
    /// other queue.
    async fn wakes(&self, what: &str, done: impl Future<Output = ()>) {
        let mut waits = pin!(self.worker.wait(QUEUE, LONG));
        assert!(
            waits.as_mut().now_or_never().is_none(),
            "{what}: nothing has been done yet"
        );
        done.await;
        let woken = tokio::time::timeout(HANG, waits).await;
        assert!(woken.is_ok(), "{what} wakes nobody elsewhere");
        let other = self.worker.wait(QueueName::UploadProcessing, LONG);
        assert!(
            other.now_or_never().is_none(),
            "{what} wakes those who wait for another queue"
        );
    }

    async fn push(&self, entry: QueueEntry) {
        self.api.push(&[entry], now()).await.unwrap();
    }
}

/// With a lease more than there are jobs: whoever could not take all there are would be woken again.
#[allow(
    clippy::disallowed_methods,
    reason = "a lease's name, and nothing depends on which"
)]
async fn claim(queue: &RedisQueue) -> Vec<Delivery> {
    let leases = [Uuid::now_v7(), Uuid::now_v7()];
    let claimed = queue.claim(QUEUE, "worker", &leases, now()).await;
    claimed.unwrap()
}

/// The only job there is.
async fn claim_one(queue: &RedisQueue) -> Delivery {
    let mut claimed = claim(queue).await;
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

async fn what_one_process_does_wakes_another(url: &str, nodes: &[&Server]) {
    let both = Processes::over(url).await;
    both.hearing().await;
    let first = job(1, Priority::Normal);
    both.wakes("a push", both.push(first)).await;
    let held = claim_one(&both.api).await;
    let release = async { both.api.release(&held, now(), now()).await.unwrap() };
    both.wakes("a release", release).await;
    claim_one(&both.worker).await;

    let mut killed = 0;
    for node in nodes {
        let count = node.cli(["CLIENT", "KILL", "TYPE", "pubsub"]).unwrap();
        killed += count.parse::<u32>().unwrap();
    }
    assert_eq!(killed, 2, "each process has one connection to listen on");
    both.hearing().await;
    let second = job(2, Priority::Normal);
    both.wakes("a push, heard on a new connection,", both.push(second))
        .await;
    claim_one(&both.worker).await;

    let later = QueueEntry {
        run_at: now() + SOON,
        ..job(3, Priority::Normal)
    };
    both.wakes("a delayed push", both.push(later.clone())).await;
    // The worker looks when it is due from now on, and waits until then.
    let mut claimed = claim(&both.worker).await;
    while claimed.is_empty() {
        let waits = both.worker.wait(QUEUE, LONG);
        let woken = tokio::time::timeout(HANG, waits).await;
        assert!(woken.is_ok(), "a job that is due wakes nobody");
        claimed = claim(&both.worker).await;
    }
    assert_eq!(claimed[0].job_id, later.job_id);
}

#[tokio::test]
async fn over_one_server() {
    let server = Server::start().unwrap();
    what_one_process_does_wakes_another(&server.url(), &[&server]).await;
}

#[tokio::test]
async fn over_a_cluster() {
    let cluster = Cluster::start().unwrap();
    let nodes: Vec<_> = cluster.nodes().iter().collect();
    what_one_process_does_wakes_another(&cluster.url(), &nodes).await;
}
