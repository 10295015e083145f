//! Within a process: to each subscriber what concerns its owner, and to nobody else even a wake-up.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// What a subscriber may fall behind before it is told that it missed some.
const BACKLOG: usize = 64;
/// Owners that may be known before those without subscribers are first looked for.
const SWEPT_FROM: usize = 1_024;

/// A channel for each owner who has a subscriber.
pub(super) struct Fanout<T>(Mutex<Owners<T>>);

struct Owners<T> {
    senders: HashMap<Arc<str>, broadcast::Sender<T>>,
    /// How many there may be before the next sweep.
    sweep_at: usize,
}

impl<T> Default for Fanout<T> {
    fn default() -> Self {
        Self(Mutex::new(Owners {
            senders: HashMap::new(),
            sweep_at: SWEPT_FROM,
        }))
    }
}

impl<T: Clone + Send + 'static> Fanout<T> {
    /// Tells the owner's subscribers.
    pub(super) fn tell(&self, owner_id: &str, told: T) {
        let mut owners = self.lock();
        let sender = owners.senders.get(owner_id);
        // An error says that the last one has gone.
        if sender.is_some_and(|sender| sender.send(told).is_err()) {
            owners.senders.remove(owner_id);
        }
    }

    /// Tells everybody.
    pub(super) fn tell_all(&self, told: &T) {
        let mut owners = self.lock();
        let told =
            |_: &Arc<str>, sender: &mut broadcast::Sender<T>| sender.send(told.clone()).is_ok();
        owners.senders.retain(told);
    }

    /// What the owner is told from now on; an error where some was missed.
    pub(super) fn subscribe(&self, owner_id: &str) -> BroadcastStream<T> {
        let mut owners = self.lock();
        if owners.senders.len() >= owners.sweep_at {
            owners
                .senders
                .retain(|_, sender| sender.receiver_count() > 0);
            owners.sweep_at = SWEPT_FROM.max(2 * owners.senders.len());
        }
        let sender = owners
            .senders
            .entry(owner_id.into())
            .or_insert_with(|| broadcast::Sender::new(BACKLOG));
        BroadcastStream::new(sender.subscribe())
    }

    fn lock(&self) -> MutexGuard<'_, Owners<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_gone_is_forgotten() {
        let fanout = Fanout::default();
        drop(fanout.subscribe("ada"));
        fanout.tell("ada", 1);
        assert!(fanout.lock().senders.is_empty());
        for number in 0..3 * SWEPT_FROM {
            drop(fanout.subscribe(&number.to_string()));
        }
        assert!(fanout.lock().senders.len() <= SWEPT_FROM);
        let _eve = fanout.subscribe("eve");
        fanout.tell_all(&2);
        assert_eq!(fanout.lock().senders.len(), 1);
    }
}
