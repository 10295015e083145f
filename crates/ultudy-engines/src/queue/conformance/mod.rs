//! What every queue engine must pass: [`all`], run against an engine's [`Subject`].
//!
//! Time is an argument of the queue, so leases lapse here without waiting.

#![allow(
    clippy::unwrap_used,
    reason = "the suite is run by tests, where a call that fails is a failure"
)]

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use ultudy_domain::{
    Timestamp,
    job::{Priority, QueueName},
};
use uuid::Uuid;

use super::{Delivery, End, LEASE, Queue, QueueEntry};

mod counts;
mod delivery;
mod lease;
mod wait;

/// An engine with nothing in it, and what surrounds it.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The engine.
    fn queue(&self) -> Arc<dyn Queue>;

    /// Makes what the engine needs of these jobs beside their entries: where the queue is
    /// the `jobs` table, their rows. Called before they are pushed.
    async fn prepare(&self, entries: &[QueueEntry]);

    /// Makes the job's row final. Called before it is finished or removed.
    async fn settle(&self, entry: &QueueEntry);
}

/// Runs every case, each against a fresh subject.
///
/// # Panics
/// When the engine breaks a promise.
pub async fn all<S: Subject>(fresh: impl AsyncFn() -> S) {
    macro_rules! run {
        ($($module:ident::$case:ident),+ $(,)?) => {$(
            // Shown when a test fails: says which case it was.
            eprintln!("case {}::{}", stringify!($module), stringify!($case));
            $module::$case(&Bench::new(fresh().await)).await;
        )+};
    }
    run!(
        delivery::the_more_urgent_comes_first_then_the_older,
        delivery::nothing_comes_before_it_is_due,
        delivery::at_most_as_many_come_as_there_are_leases,
        delivery::queues_are_apart,
        delivery::pushing_again_changes_nothing,
        delivery::what_is_finished_never_comes_again,
        delivery::what_is_removed_never_comes_again,
        delivery::claims_at_the_same_time_never_overlap,
        counts::a_job_is_counted_where_it_stands,
        lease::a_held_job_is_nobody_elses,
        lease::a_renewed_lease_lasts_longer,
        lease::a_lapsed_lease_cannot_be_renewed,
        lease::a_lapsed_job_comes_again_and_the_old_lease_changes_nothing,
        lease::a_removed_job_cannot_be_renewed,
        lease::a_released_job_comes_again_when_it_is_due,
        wait::a_push_ends_a_wait,
        wait::a_push_before_the_wait_ends_it_too,
        wait::a_release_ends_a_wait,
        wait::a_wait_ends_without_a_push,
    );
}

/// The beginning of time.
fn start() -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// Seconds after [`start`].
fn at(seconds: i64) -> Timestamp {
    start() + TimeDelta::seconds(seconds)
}

/// When a lease taken or renewed at `from` lapses.
fn lapse(from: Timestamp) -> Timestamp {
    from + LEASE
}

fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

/// A job of normal priority that is due at once.
fn entry(number: u32) -> QueueEntry {
    QueueEntry {
        job_id: id(number),
        owner_id: format!("owner-{}", number % 3),
        queue: QueueName::UploadProcessing,
        priority: Priority::Normal,
        run_at: start(),
    }
}

/// The subject, with what most cases do to it.
struct Bench<S> {
    subject: S,
    queue: Arc<dyn Queue>,
}

impl<S: Subject> Bench<S> {
    fn new(subject: S) -> Self {
        let queue = subject.queue();
        Self { subject, queue }
    }

    async fn push(&self, entries: &[QueueEntry]) {
        self.subject.prepare(entries).await;
        self.queue.push(entries, start()).await.unwrap();
    }

    /// Claims one upload under the `lease`-th lease.
    async fn claim_one(&self, lease: u32, now: Timestamp) -> Option<Delivery> {
        let mut claimed = self.claim(&[id(lease)], now).await;
        assert!(claimed.len() <= 1, "one lease, one job: {claimed:?}");
        claimed.pop()
    }

    async fn claim(&self, leases: &[Uuid], now: Timestamp) -> Vec<Delivery> {
        let claim = self
            .queue
            .claim(QueueName::UploadProcessing, "worker", leases, now);
        claim.await.unwrap()
    }

    /// Whether the lease was renewed.
    async fn renew(&self, delivery: &Delivery, now: Timestamp) -> bool {
        let held = std::slice::from_ref(delivery);
        let refused = self.queue.renew(held, now).await.unwrap();
        assert!(refused.is_empty() || refused == [delivery.lease]);
        refused.is_empty()
    }
}
