//! Who waits for jobs in this process, and what wakes them: what this process pushes, what
//! others publish as Bull does, and the time at which a delayed job is due.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, task::JoinHandle, time::Instant};

use crate::redis::{Heard, Redis};

/// The waiting workers of one queue.
#[derive(Debug, Default)]
pub(super) struct Waker {
    /// A wake that nobody waits for is kept for the next who does, so none is lost between a
    /// claim and a wait.
    notify: Notify,
    /// When the next delayed job is due, as the last claim saw it.
    next_due: Mutex<Option<Instant>>,
}

impl Waker {
    pub(super) fn wake(&self) {
        self.notify.notify_one();
    }

    /// None: nothing is delayed.
    pub(super) fn set_next_due(&self, due_in: Option<Duration>) {
        let due = due_in.map(|due_in| Instant::now() + due_in);
        *self.next_due.lock().unwrap_or_else(PoisonError::into_inner) = due;
    }

    /// Until woken, a delayed job is due, or the time is over.
    pub(super) async fn wait(&self, at_most: Duration) {
        let next_due = *self.next_due.lock().unwrap_or_else(PoisonError::into_inner);
        let mut until = Instant::now() + at_most;
        if let Some(due) = next_due {
            until = until.min(due);
        }
        // Running out of time is one of the ways to be done.
        let _ = tokio::time::timeout_at(until, self.notify.notified()).await;
    }
}

/// Wakes by what is published, until it is dropped.
#[derive(Debug)]
pub(super) struct Ears(JoinHandle<()>);

impl Ears {
    /// Listens to queues by their prefixes.
    pub(super) fn open(redis: &Redis, wakers: Vec<(String, Arc<Waker>)>) -> Self {
        let delayed = wakers.iter().map(|(prefix, _)| format!("{prefix}:delayed"));
        let waiting = wakers
            .iter()
            .map(|(prefix, _)| format!("{}:waiting@*", literal(prefix)));
        let mut listener = redis.listen(delayed.collect(), waiting.collect());
        Self(tokio::spawn(async move {
            while let Some(heard) = listener.next().await {
                for (prefix, waker) in &wakers {
                    match &heard {
                        // Whatever was said before is missed.
                        Heard::Connected => waker.wake(),
                        Heard::Message { channel, .. } if of(prefix, channel) => waker.wake(),
                        Heard::Message { .. } => {}
                    }
                }
            }
        }))
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn of(prefix: &str, channel: &str) -> bool {
    channel
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.starts_with(':'))
}

/// A prefix as a pattern that matches nothing else.
fn literal(prefix: &str) -> String {
    let special = |c: char| matches!(c, '*' | '?' | '[' | ']' | '\\' | '^');
    let mut pattern = String::with_capacity(prefix.len());
    for c in prefix.chars() {
        if special(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
