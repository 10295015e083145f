//! The suite says what time it is, but this queue goes by its server's clock. So what the server
//! holds is moved instead: a lock of ours goes when the suite's time is past its lease, and a
//! delayed job becomes due when the suite's time is past its `run_at`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;
use ultudy_domain::{Timestamp, job::QueueName};
use ultudy_engines::{
    queue::{Counts, Delivery, End, LEASE, Queue, QueueEntry, QueueError, RedisQueue, conformance},
    redis::Redis,
};
use uuid::Uuid;

/// Not within a test.
const LATER: TimeDelta = TimeDelta::days(30);

#[derive(Clone)]
pub struct Travelling(Arc<Inner>);

struct Inner {
    redis: Redis,
    queue: RedisQueue,
    /// By queue and job: when its lease lapses.
    leases: Times,
    /// By queue and job: when it is due.
    delayed: Times,
}

impl Travelling {
    pub fn new(redis: Redis) -> Self {
        Self(Arc::new(Inner {
            queue: RedisQueue::new(redis.clone(), Uuid::from_u128(1)),
            redis,
            leases: Mutex::default(),
            delayed: Mutex::default(),
        }))
    }
}

impl Inner {
    fn name(&self, queue: QueueName, job_id: Uuid) -> (String, Uuid) {
        (self.queue.prefix(queue).to_owned(), job_id)
    }

    async fn travel(&self, now: Timestamp) {
        for ((prefix, id), _) in past(&self.leases, now) {
            let mut del = redis::cmd("DEL");
            del.arg(format!("{prefix}:{id}:lock"));
            self.send(&del).await;
        }
        // The suite's times are past on any server, so each keeps its place.
        for ((prefix, id), run_at) in past(&self.delayed, now) {
            let mut due = redis::cmd("ZADD");
            due.arg(format!("{prefix}:delayed"))
                .arg("XX")
                .arg(run_at.timestamp_millis() * 4096);
            self.send(due.arg(id.to_string())).await;
        }
    }

    async fn send(&self, cmd: &redis::Cmd) -> i64 {
        let mut connection = self.redis.connection();
        cmd.query_async(&mut connection).await.unwrap()
    }

    /// The lease holds for as long as promised on the server's clock, from here on as long as
    /// the suite says.
    async fn hold(&self, delivery: &Delivery, now: Timestamp) {
        let (prefix, id) = self.name(delivery.queue, delivery.job_id);
        let lock = format!("{prefix}:{id}:lock");
        let left = self.send(redis::cmd("PTTL").arg(&lock)).await;
        let lease = i64::try_from(LEASE.as_millis()).unwrap();
        assert!(
            (lease - 2_000..=lease).contains(&left),
            "{left} ms are left"
        );
        self.send(redis::cmd("PERSIST").arg(&lock)).await;
        self.leases
            .lock()
            .unwrap()
            .insert((prefix, id), now + LEASE);
    }

    fn delay(&self, queue: QueueName, job_id: Uuid, run_at: Timestamp) {
        let name = self.name(queue, job_id);
        self.delayed.lock().unwrap().insert(name, run_at);
    }
}

type Times = Mutex<BTreeMap<(String, Uuid), Timestamp>>;

/// Takes out what is over.
fn past(of: &Times, now: Timestamp) -> BTreeMap<(String, Uuid), Timestamp> {
    let mut of = of.lock().unwrap();
    let (past, rest) = std::mem::take(&mut *of)
        .into_iter()
        .partition(|(_, at)| *at <= now);
    *of = rest;
    past
}

#[async_trait]
impl Queue for Inner {
    async fn push(&self, entries: &[QueueEntry], now: Timestamp) -> Result<(), QueueError> {
        self.travel(now).await;
        let mut moved = entries.to_vec();
        for entry in &mut moved {
            if entry.run_at > now {
                self.delay(entry.queue, entry.job_id, entry.run_at);
                entry.run_at += LATER;
            }
        }
        self.queue.push(&moved, now).await
    }

    async fn claim(
        &self,
        queue: QueueName,
        worker_id: &str,
        lease_ids: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Delivery>, QueueError> {
        self.travel(now).await;
        let claimed = self.queue.claim(queue, worker_id, lease_ids, now).await?;
        for delivery in &claimed {
            self.hold(delivery, now).await;
        }
        Ok(claimed)
    }

    async fn renew(&self, held: &[Delivery], now: Timestamp) -> Result<Vec<Uuid>, QueueError> {
        self.travel(now).await;
        let refused = self.queue.renew(held, now).await?;
        for delivery in held.iter().filter(|held| !refused.contains(&held.lease)) {
            self.hold(delivery, now).await;
        }
        Ok(refused)
    }

    async fn finish(&self, delivery: &Delivery, end: &End) -> Result<(), QueueError> {
        self.queue.finish(delivery, end).await
    }

    async fn release(
        &self,
        delivery: &Delivery,
        run_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        self.travel(now).await;
        if run_at <= now {
            return self.queue.release(delivery, run_at, now).await;
        }
        self.delay(delivery.queue, delivery.job_id, run_at);
        self.queue.release(delivery, run_at + LATER, now).await
    }

    async fn remove(&self, job_id: Uuid) -> Result<(), QueueError> {
        self.queue.remove(job_id).await
    }

    async fn counts(&self, queue: QueueName, now: Timestamp) -> Result<Counts, QueueError> {
        self.travel(now).await;
        self.queue.counts(queue, now).await
    }

    async fn wait(&self, queue: QueueName, at_most: Duration) {
        self.queue.wait(queue, at_most).await;
    }
}

#[async_trait]
impl conformance::Subject for Travelling {
    fn queue(&self) -> Arc<dyn Queue> {
        self.0.clone()
    }

    async fn prepare(&self, _: &[QueueEntry]) {}

    async fn settle(&self, _: &QueueEntry) {}
}
