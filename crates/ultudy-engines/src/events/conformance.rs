//! What every events engine must pass: [`all`], run against an engine without history.

#![allow(
    clippy::unwrap_used,
    reason = "the suite is run by tests, where a call that fails is a failure"
)]

use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use uuid::Uuid;

use super::{Events, JobChanged, Notice};

/// More events than any engine keeps for a subscriber that does not look.
const MANY: i64 = 20_000;
/// Only turns a hang into a failure.
const HANG: Duration = Duration::from_mins(1);

/// Runs every case, each against a fresh engine.
///
/// # Panics
/// When the engine breaks a promise.
pub async fn all<E: Events>(fresh: impl AsyncFn() -> E) {
    events_come_in_order(&fresh().await).await;
    nobody_sees_anothers_events(&fresh().await).await;
    nothing_from_before_the_subscription_comes(&fresh().await).await;
    who_falls_behind_is_told(&fresh().await).await;
    a_subscriber_that_left_hinders_nobody(&fresh().await).await;
}

fn event(owner_id: &str, version: i64) -> JobChanged {
    JobChanged {
        owner_id: owner_id.into(),
        job_id: Uuid::from_u128(7),
        version,
    }
}

async fn next(stream: &mut BoxStream<'static, Notice>) -> Notice {
    let next = tokio::time::timeout(HANG, stream.next()).await;
    next.unwrap().unwrap()
}

async fn events_come_in_order(events: &impl Events) {
    let mut alice = events.subscribe("alice").await;
    for version in 1..=10 {
        events.publish(event("alice", version)).await;
    }
    for version in 1..=10 {
        assert_eq!(
            next(&mut alice).await,
            Notice::Changed(event("alice", version))
        );
    }
}

async fn nobody_sees_anothers_events(events: &impl Events) {
    let mut alice = events.subscribe("alice").await;
    let mut bob = events.subscribe("bob").await;
    for owner_id in ["bob", "alice ", "Alice", "", "alice"] {
        events.publish(event(owner_id, 1)).await;
    }
    assert_eq!(next(&mut alice).await, Notice::Changed(event("alice", 1)));
    assert_eq!(next(&mut bob).await, Notice::Changed(event("bob", 1)));
}

async fn nothing_from_before_the_subscription_comes(events: &impl Events) {
    events.publish(event("alice", 1)).await;
    let mut alice = events.subscribe("alice").await;
    events.publish(event("alice", 2)).await;
    assert_eq!(next(&mut alice).await, Notice::Changed(event("alice", 2)));
}

/// It sees everything, or it is told that it did not; and in any case the end, in order.
async fn who_falls_behind_is_told(events: &impl Events) {
    let mut alice = events.subscribe("alice").await;
    for version in 1..=MANY {
        events.publish(event("alice", version)).await;
    }
    let (mut last, mut seen, mut told) = (0, 0, false);
    while last < MANY {
        match next(&mut alice).await {
            Notice::Missed => told = true,
            Notice::Changed(event) => {
                assert!(event.version > last, "out of order");
                last = event.version;
                seen += 1;
            }
        }
    }
    assert!(told || seen == MANY, "lost some without a word");
}

async fn a_subscriber_that_left_hinders_nobody(events: &impl Events) {
    drop(events.subscribe("alice").await);
    let mut alice = events.subscribe("alice").await;
    events.publish(event("alice", 1)).await;
    assert_eq!(next(&mut alice).await, Notice::Changed(event("alice", 1)));
}
