//! The runs of this process: whose leases are renewed, and how each is told to stop.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;
use ultudy_engines::queue::Delivery;
use uuid::Uuid;

/// Every delivered job this process is running.
#[derive(Debug, Clone, Default)]
pub struct Runs(Arc<Mutex<HashMap<Uuid, Entry>>>);

#[derive(Debug)]
struct Entry {
    delivery: Delivery,
    cancel: CancellationToken,
    ended: CancellationToken,
}

/// Keeps a run registered until dropped.
#[derive(Debug)]
pub(crate) struct RunGuard {
    runs: Runs,
    lease: Uuid,
    /// Fires when the run must stop, whatever the reason.
    pub(crate) cancel: CancellationToken,
}

impl Runs {
    fn entries(&self) -> MutexGuard<'_, HashMap<Uuid, Entry>> {
        // The map is whole after every statement, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn register(&self, delivery: &Delivery) -> RunGuard {
        let cancel = CancellationToken::new();
        let entry = Entry {
            delivery: delivery.clone(),
            cancel: cancel.clone(),
            ended: CancellationToken::new(),
        };
        self.entries().insert(delivery.lease, entry);
        RunGuard {
            runs: self.clone(),
            lease: delivery.lease,
            cancel,
        }
    }

    /// Stops the runs of a job.
    pub(crate) fn stop(&self, job_id: Uuid) {
        for entry in self
            .entries()
            .values()
            .filter(|entry| entry.delivery.job_id == job_id)
        {
            entry.cancel.cancel();
        }
    }

    /// Stops the run under a lease: no other run of its job.
    pub(super) fn stop_lease(&self, lease: Uuid) {
        if let Some(entry) = self.entries().get(&lease) {
            entry.cancel.cancel();
        }
    }

    /// Returns once no earlier run of the same job is left in this process. Leases are named in the
    /// order of their claims, so that no two runs wait for each other.
    pub(super) async fn earlier_ended(&self, delivery: &Delivery) {
        while let Some(ended) = self.earlier(delivery) {
            ended.cancelled().await;
        }
    }

    fn earlier(&self, delivery: &Delivery) -> Option<CancellationToken> {
        let entries = self.entries();
        let is_earlier = |entry: &&Entry| {
            entry.delivery.job_id == delivery.job_id && entry.delivery.lease < delivery.lease
        };
        let earlier = entries.values().find(is_earlier)?;
        Some(earlier.ended.clone())
    }

    /// Stops every run, to be handed back: the worker drains, or leases may have lapsed.
    pub(super) fn stop_all(&self) {
        for entry in self.entries().values() {
            entry.cancel.cancel();
        }
    }

    pub(super) fn held(&self) -> Vec<Delivery> {
        self.entries()
            .values()
            .map(|entry| entry.delivery.clone())
            .collect()
    }
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        let gone = self.runs.entries().remove(&self.lease);
        if let Some(entry) = gone {
            entry.ended.cancel();
        }
    }
}
