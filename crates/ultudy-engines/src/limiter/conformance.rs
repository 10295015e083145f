//! What every limiter must pass: [`all`], run against an engine that has counted nothing.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use uuid::Uuid;

use super::{Counter, Decision, Limit, Limiter, Reservation};

/// How time passes for the engine.
pub trait Time {
    /// Whether nothing passes but what [`Self::pass`] lets pass.
    const IS_EXACT: bool;

    /// Lets at least this much time pass.
    fn pass(&self, span: Duration) -> impl Future<Output = ()>;
}

/// The window of cases that wait for nothing.
const MINUTE: Duration = Duration::from_secs(60);

/// Runs every case, each against an engine that has counted nothing; those that let time pass
/// with windows of this length.
///
/// # Panics
/// When the engine breaks a promise.
pub async fn all<L: Limiter + 'static>(
    fresh: impl AsyncFn() -> L,
    time: &impl Time,
    window: Duration,
) {
    exactly_so_many_of_many_at_once(fresh().await).await;
    what_was_released_counts_no_more(&fresh().await, MINUTE).await;
    the_same_place_counts_once(&fresh().await, MINUTE).await;
    a_place_counts_until_its_last_holder_has_released_it(&fresh().await, MINUTE).await;
    what_is_forgotten_counts_no_more(&fresh().await, MINUTE).await;
    counters_are_independent(&fresh().await, MINUTE).await;
    whoever_waits_as_told_is_allowed(&fresh().await, time, window).await;
    the_window_slides(&fresh().await, time, window).await;
    what_was_refused_does_not_count(&fresh().await, time, window).await;
    a_lowered_limit_holds_at_once(&fresh().await, time, window).await;
}

/// As many at once as several engines that share what they count let pass together.
///
/// # Panics
/// When they let more or fewer pass than the limit.
pub async fn share<L: Limiter + 'static>(engines: Vec<L>) {
    let engines: Vec<Arc<L>> = engines.into_iter().map(Arc::new).collect();
    let asked = (0..50).map(|number| {
        let limiter = engines[number as usize % engines.len()].clone();
        tokio::spawn(async move { reserve(&*limiter, 10, MINUTE, number).await })
    });
    let mut left: Vec<u32> = Vec::new();
    for decision in join_all(asked).await {
        let decision = decision.unwrap_or_else(|error| panic!("{error}"));
        left.extend(remaining(decision));
    }
    left.sort_unstable();
    assert_eq!(left, (0..10).collect::<Vec<_>>());
}

fn counter(whose: &str) -> Counter {
    Counter {
        kind: "tests",
        whose: whose.to_owned(),
    }
}

/// The place of this number, held by the holder of this number.
fn held_by(number: u32, holder: u32) -> Reservation {
    Reservation {
        place: Uuid::from_u128(u128::from(number)),
        holder: Uuid::from_u128(u128::from(holder)),
    }
}

fn id(number: u32) -> Reservation {
    held_by(number, 0)
}

async fn reserve(limiter: &impl Limiter, most: u32, window: Duration, number: u32) -> Decision {
    let limit = Limit { most, window };
    limiter.reserve(&counter("ada"), limit, id(number)).await
}

fn remaining(decision: Decision) -> Option<u32> {
    match decision {
        Decision::Allowed { remaining, .. } => Some(remaining),
        Decision::Refused { .. } => None,
    }
}

fn wait(decision: Decision) -> Duration {
    match decision {
        Decision::Refused { wait } => wait,
        Decision::Allowed { .. } => panic!("allowed, where it was to be refused"),
    }
}

async fn exactly_so_many_of_many_at_once(limiter: impl Limiter + 'static) {
    share(vec![limiter]).await;
}

async fn whoever_waits_as_told_is_allowed(
    limiter: &impl Limiter,
    time: &impl Time,
    window: Duration,
) {
    let first = reserve(limiter, 2, window, 0).await;
    let Decision::Allowed { reset, .. } = first else {
        panic!("the first is refused");
    };
    assert!(reset <= window);
    time.pass(window / 4).await;
    assert_eq!(remaining(reserve(limiter, 2, window, 1).await), Some(0));
    let told = wait(reserve(limiter, 2, window, 2).await);
    // The first one's place, not the second's.
    assert!(told <= window - window / 4, "{told:?}");
    if exact(time) {
        assert_eq!(told, window - window / 4);
        time.pass(told - Duration::from_millis(1)).await;
        let rest = wait(reserve(limiter, 2, window, 3).await);
        assert_eq!(rest, Duration::from_millis(1));
        time.pass(rest).await;
    } else {
        time.pass(told).await;
    }
    let allowed = reserve(limiter, 2, window, 4).await;
    assert!(remaining(allowed).is_some(), "waited as told and refused");
}

/// No burst at the border of two fixed windows.
async fn the_window_slides(limiter: &impl Limiter, time: &impl Time, window: Duration) {
    if !exact(time) {
        return;
    }
    let mut allowed = Vec::new();
    for step in 0..40_u32 {
        let decision = reserve(limiter, 3, window, step).await;
        if remaining(decision).is_some() {
            allowed.push(step);
        }
        time.pass(window / 10).await;
    }
    for step in 0..30 {
        let within = allowed.iter().filter(|at| (step..step + 10).contains(*at));
        assert!(within.count() <= 3, "{allowed:?}");
    }
    assert_eq!(allowed.len(), 12, "and all that is due: {allowed:?}");
}

async fn what_was_released_counts_no_more(limiter: &impl Limiter, window: Duration) {
    for number in 0..3 {
        assert!(remaining(reserve(limiter, 3, window, number).await).is_some());
    }
    limiter.release(&counter("ada"), id(99)).await;
    limiter.release(&counter("eve"), id(1)).await;
    wait(reserve(limiter, 3, window, 3).await);
    limiter.release(&counter("ada"), id(1)).await;
    assert_eq!(remaining(reserve(limiter, 3, window, 4).await), Some(0));
    // Twice is once.
    limiter.release(&counter("ada"), id(1)).await;
    wait(reserve(limiter, 3, window, 5).await);
}

async fn the_same_place_counts_once(limiter: &impl Limiter, window: Duration) {
    assert_eq!(remaining(reserve(limiter, 2, window, 0).await), Some(1));
    assert_eq!(remaining(reserve(limiter, 2, window, 0).await), Some(1));
    assert_eq!(remaining(reserve(limiter, 2, window, 1).await), Some(0));
    // Also where there is no room for another.
    assert_eq!(remaining(reserve(limiter, 2, window, 0).await), Some(0));
    wait(reserve(limiter, 2, window, 2).await);
    limiter.release(&counter("ada"), id(0)).await;
    assert_eq!(remaining(reserve(limiter, 2, window, 2).await), Some(0));
}

async fn a_place_counts_until_its_last_holder_has_released_it(
    limiter: &impl Limiter,
    window: Duration,
) {
    let limit = Limit { most: 1, window };
    let ada = counter("ada");
    let others = async || limiter.reserve(&ada, limit, held_by(9, 9)).await;
    for holder in [1, 2, 3] {
        let decision = limiter.reserve(&ada, limit, held_by(1, holder)).await;
        assert_eq!(remaining(decision), Some(0));
    }
    // Twice is once, and who does not hold it releases nothing.
    for holder in [1, 1, 7, 2] {
        limiter.release(&ada, held_by(1, holder)).await;
        wait(others().await);
    }
    limiter.release(&ada, held_by(1, 3)).await;
    assert_eq!(remaining(others().await), Some(0));
}

async fn what_is_forgotten_counts_no_more(limiter: &impl Limiter, window: Duration) {
    let limit = Limit { most: 2, window };
    for whose in ["ada", "eve"] {
        for number in 0..2 {
            let decision = limiter.reserve(&counter(whose), limit, id(number)).await;
            assert!(remaining(decision).is_some());
        }
    }
    limiter.forget(&counter("ada")).await;
    limiter.forget(&counter("bob")).await;
    let anew = limiter.reserve(&counter("ada"), limit, id(1)).await;
    assert_eq!(remaining(anew), Some(1));
    wait(limiter.reserve(&counter("eve"), limit, id(2)).await);
}

async fn what_was_refused_does_not_count(
    limiter: &impl Limiter,
    time: &impl Time,
    window: Duration,
) {
    assert!(remaining(reserve(limiter, 1, window, 0).await).is_some());
    time.pass(window / 2).await;
    let mut told = wait(reserve(limiter, 1, window, 1).await);
    for number in 2..10 {
        let again = wait(reserve(limiter, 1, window, number).await);
        assert!(again <= told, "asking again makes it no longer");
        told = again;
    }
    time.pass(told).await;
    assert!(remaining(reserve(limiter, 1, window, 10).await).is_some());
}

async fn counters_are_independent(limiter: &impl Limiter, window: Duration) {
    let limit = Limit { most: 1, window };
    let other_kind = Counter {
        kind: "others",
        whose: "ada".into(),
    };
    for counter in [counter("ada"), counter("ada:x"), counter(""), other_kind] {
        let decision = limiter.reserve(&counter, limit, id(0)).await;
        assert_eq!(remaining(decision), Some(0), "{counter:?}");
    }
}

async fn a_lowered_limit_holds_at_once(limiter: &impl Limiter, time: &impl Time, window: Duration) {
    for number in 0..4 {
        assert!(remaining(reserve(limiter, 4, window, number).await).is_some());
        time.pass(window / 8).await;
    }
    let told = wait(reserve(limiter, 2, window, 4).await);
    if exact(time) {
        // Until three of the four have gone.
        assert_eq!(told, window - window / 8 * 2);
    }
}

fn exact<T: Time>(_: &T) -> bool {
    T::IS_EXACT
}
