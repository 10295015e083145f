//! What every limiter must pass: [`all`], run against an engine that has counted nothing.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use uuid::Uuid;

use super::{Correction, Counter, Decision, Limit, Limiter, Reservation};

/// How time passes for the engine.
pub trait Time {
    /// Longer than what may pass by itself while a case asks for something.
    const MOMENT: Duration;

    /// The engine's time, since whenever.
    fn now(&self) -> impl Future<Output = Duration>;

    /// Lets this much time pass, besides what passes by itself.
    fn pass(&self, span: Duration) -> impl Future<Output = ()>;
}

/// The window of all cases: so long that what passes by itself is little of it.
const WINDOW: Duration = Duration::from_mins(15);

/// Runs every case, each against an engine that has counted nothing.
///
/// # Panics
/// When the engine breaks a promise.
pub async fn all<L: Limiter + 'static>(fresh: impl AsyncFn() -> L, time: &impl Time) {
    exactly_so_many_of_many_at_once(fresh().await).await;
    what_was_released_counts_no_more(&fresh().await).await;
    the_same_place_counts_once(&fresh().await).await;
    a_place_counts_until_its_last_holder_has_released_it(&fresh().await).await;
    what_is_forgotten_counts_no_more(&fresh().await).await;
    counters_are_independent(&fresh().await).await;
    whoever_waits_as_told_is_allowed_and_nobody_sooner(&fresh().await, time).await;
    the_window_slides(&fresh().await, time).await;
    what_was_refused_does_not_count(&fresh().await, time).await;
    a_lowered_limit_holds_at_once(&fresh().await, time).await;
    as_much_as_weighs_the_most(&fresh().await, time).await;
    what_is_corrected_counts_as_it_was_corrected(&fresh().await, time).await;
    what_is_closed_says_so_for_the_longest_that_was_said(&fresh().await, time).await;
}

/// As many at once as several engines that share what they count let pass together.
///
/// # Panics
/// When they let more or fewer pass than the limit.
pub async fn share<L: Limiter + 'static>(engines: Vec<L>) {
    let engines: Vec<Arc<L>> = engines.into_iter().map(Arc::new).collect();
    let asked = (0..50).map(|number| {
        let limiter = engines[number as usize % engines.len()].clone();
        tokio::spawn(async move { reserve(&*limiter, 10, number).await })
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

fn at_most(most: u32) -> Limit {
    Limit {
        most,
        window: WINDOW,
    }
}

async fn reserve(limiter: &impl Limiter, most: u32, number: u32) -> Decision {
    let limit = at_most(most);
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

/// What an engine said, and within which times it was asked.
struct Told {
    decision: Decision,
    asked: Duration,
    answered: Duration,
}

impl Told {
    async fn by(limiter: &impl Limiter, time: &impl Time, most: u32, number: u32) -> Self {
        let asked = time.now().await;
        let decision = reserve(limiter, most, number).await;
        Self {
            decision,
            asked,
            answered: time.now().await,
        }
    }

    fn is_allowed(&self) -> bool {
        remaining(self.decision).is_some()
    }

    /// That it says to wait until that which was `taken` ends, to the microsecond where no time passed
    /// by itself.
    fn wait_for(&self, taken: &Self) -> Duration {
        let told = wait(self.decision);
        let (least, most) = (
            taken.asked + WINDOW - self.answered,
            taken.answered + WINDOW - self.asked,
        );
        assert!(
            (least..=most).contains(&told),
            "told to wait {told:?}, where it is {least:?} to {most:?}"
        );
        told
    }
}

async fn whoever_waits_as_told_is_allowed_and_nobody_sooner<T: Time>(
    limiter: &impl Limiter,
    time: &T,
) {
    let first = Told::by(limiter, time, 2, 0).await;
    let Decision::Allowed { reset, .. } = first.decision else {
        panic!("the first is refused");
    };
    assert_eq!(reset, WINDOW);
    time.pass(WINDOW / 4).await;
    let second = Told::by(limiter, time, 2, 1).await;
    assert_eq!(remaining(second.decision), Some(0));
    // The first one's place, not the second's.
    let told = Told::by(limiter, time, 2, 2).await.wait_for(&first);
    time.pass(told - T::MOMENT).await;
    let rest = Told::by(limiter, time, 2, 3).await.wait_for(&first);
    time.pass(rest).await;
    let third = Told::by(limiter, time, 2, 4).await;
    assert!(third.is_allowed(), "waited as told and refused");
    // Nor is there room for more than the one that ended.
    Told::by(limiter, time, 2, 5).await.wait_for(&second);
}

/// No burst at the border of two fixed windows, wherever they begin: with the hour, or with the first
/// that counts.
async fn the_window_slides(limiter: &impl Limiter, time: &impl Time) {
    let mut allowed = Vec::new();
    for step in 0..40_u32 {
        let is_quiet = (1..8).contains(&step);
        if !is_quiet && remaining(reserve(limiter, 3, step).await).is_some() {
            allowed.push(step);
        }
        time.pass(WINDOW / 10).await;
    }
    // Each as soon as the one three before it ends, ten steps after it was taken.
    assert_eq!(allowed, [0, 8, 9, 10, 18, 19, 20, 28, 29, 30, 38, 39]);
}

async fn what_was_released_counts_no_more(limiter: &impl Limiter) {
    for number in 0..3 {
        assert!(remaining(reserve(limiter, 3, number).await).is_some());
    }
    limiter.release(&counter("ada"), id(99)).await;
    limiter.release(&counter("eve"), id(1)).await;
    wait(reserve(limiter, 3, 3).await);
    limiter.release(&counter("ada"), id(1)).await;
    assert_eq!(remaining(reserve(limiter, 3, 4).await), Some(0));
    // Twice is once.
    limiter.release(&counter("ada"), id(1)).await;
    wait(reserve(limiter, 3, 5).await);
}

async fn the_same_place_counts_once(limiter: &impl Limiter) {
    assert_eq!(remaining(reserve(limiter, 2, 0).await), Some(1));
    assert_eq!(remaining(reserve(limiter, 2, 0).await), Some(1));
    assert_eq!(remaining(reserve(limiter, 2, 1).await), Some(0));
    // Also where there is no room for another.
    assert_eq!(remaining(reserve(limiter, 2, 0).await), Some(0));
    wait(reserve(limiter, 2, 2).await);
    limiter.release(&counter("ada"), id(0)).await;
    assert_eq!(remaining(reserve(limiter, 2, 2).await), Some(0));
}

async fn a_place_counts_until_its_last_holder_has_released_it(limiter: &impl Limiter) {
    let limit = at_most(1);
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

async fn what_is_forgotten_counts_no_more(limiter: &impl Limiter) {
    let limit = at_most(2);
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

async fn what_was_refused_does_not_count(limiter: &impl Limiter, time: &impl Time) {
    let first = Told::by(limiter, time, 1, 0).await;
    assert!(first.is_allowed());
    time.pass(WINDOW / 2).await;
    let mut told = Duration::MAX;
    for number in 1..10 {
        let again = Told::by(limiter, time, 1, number).await.wait_for(&first);
        assert!(again <= told, "asking again makes it no longer");
        told = again;
    }
    time.pass(told).await;
    assert!(remaining(reserve(limiter, 1, 10).await).is_some());
}

async fn counters_are_independent(limiter: &impl Limiter) {
    let limit = at_most(1);
    let other_kind = Counter {
        kind: "others",
        whose: "ada".into(),
    };
    for counter in [counter("ada"), counter("ada:x"), counter(""), other_kind] {
        let decision = limiter.reserve(&counter, limit, id(0)).await;
        assert_eq!(remaining(decision), Some(0), "{counter:?}");
    }
}

async fn a_lowered_limit_holds_at_once(limiter: &impl Limiter, time: &impl Time) {
    let mut taken = Vec::new();
    for number in 0..4 {
        taken.push(Told::by(limiter, time, 4, number).await);
        time.pass(WINDOW / 8).await;
    }
    assert!(taken.iter().all(Told::is_allowed));
    // Until three of the four have gone.
    let told = Told::by(limiter, time, 2, 4).await;
    told.wait_for(&taken[2]);
}

async fn weighing(limiter: &impl Limiter, most: u32, number: u32, weight: u32) -> Decision {
    let limit = at_most(most);
    limiter
        .reserve_weighing(&counter("ada"), limit, id(number), weight)
        .await
}

async fn as_much_as_weighs_the_most<T: Time>(limiter: &impl Limiter, time: &T) {
    assert_eq!(remaining(weighing(limiter, 10, 0, 4).await), Some(6));
    time.pass(WINDOW / 4).await;
    assert_eq!(remaining(weighing(limiter, 10, 1, 3).await), Some(3));
    assert_eq!(
        remaining(weighing(limiter, 10, 1, 9).await),
        Some(3),
        "it is there"
    );
    assert_eq!(remaining(reserve(limiter, 10, 2).await), Some(2));
    // For three the first has to end, for seven the second too.
    let until_first = wait(weighing(limiter, 10, 3, 3).await);
    let until_second = wait(weighing(limiter, 10, 3, 7).await);
    assert!(until_first <= WINDOW * 3 / 4, "{until_first:?}");
    assert!(until_second > until_first, "{until_second:?}");
    assert_eq!(remaining(weighing(limiter, 10, 3, 2).await), Some(0));
    limiter.release(&counter("ada"), id(3)).await;
    time.pass(until_first).await;
    assert_eq!(remaining(weighing(limiter, 10, 4, 6).await), Some(0));
    // More than is ever allowed is allowed alone.
    let until_all = wait(weighing(limiter, 10, 5, 1_000).await);
    time.pass(until_all).await;
    assert_eq!(remaining(weighing(limiter, 10, 5, 1_000).await), Some(0));
    wait(reserve(limiter, 10, 6).await);
    time.pass(WINDOW + T::MOMENT).await;
    assert_eq!(remaining(reserve(limiter, 10, 7).await), Some(9));
}

async fn what_is_corrected_counts_as_it_was_corrected<T: Time>(limiter: &impl Limiter, time: &T) {
    let correct = async |number: u32, age: Option<Duration>, weight: Option<u32>| {
        let place = id(number).place;
        let correction = Correction { age, weight };
        limiter
            .correct(&counter("ada"), at_most(10), place, correction)
            .await;
    };
    assert_eq!(remaining(weighing(limiter, 10, 0, 8).await), Some(2));
    correct(0, None, Some(2)).await;
    assert_eq!(remaining(weighing(limiter, 10, 1, 4).await), Some(4));
    correct(1, None, Some(1)).await;
    assert_eq!(remaining(reserve(limiter, 10, 2).await), Some(6));
    // More than was expected, and than is left.
    correct(2, None, Some(20)).await;
    wait(reserve(limiter, 10, 3).await);
    // What is not there is not made.
    correct(9, Some(Duration::ZERO), Some(5)).await;
    correct(2, None, Some(7)).await;
    wait(reserve(limiter, 10, 3).await);

    // Older it ends sooner, and younger later.
    time.pass(WINDOW / 4).await;
    correct(0, Some(WINDOW / 2), None).await;
    let told = wait(reserve(limiter, 10, 3).await);
    assert!(told <= WINDOW / 2, "{told:?}");
    time.pass(told).await;
    assert_eq!(remaining(reserve(limiter, 10, 3).await), Some(1));
    for number in [1, 2] {
        correct(number, Some(Duration::ZERO), None).await;
    }
    time.pass(WINDOW * 3 / 4).await;
    assert_eq!(remaining(reserve(limiter, 10, 4).await), Some(0));
    let told = wait(reserve(limiter, 10, 5).await);
    assert!(told <= WINDOW / 4, "{told:?}");
    time.pass(WINDOW / 4 + T::MOMENT).await;
    assert_eq!(remaining(reserve(limiter, 10, 6).await), Some(8));
}

async fn what_is_closed_says_so_for_the_longest_that_was_said<T: Time>(
    limiter: &impl Limiter,
    time: &T,
) {
    let ada = counter("ada");
    assert_eq!(limiter.closed(&ada).await, None);
    limiter.close(&ada, WINDOW).await;
    limiter.close(&ada, WINDOW / 2).await;
    time.pass(WINDOW / 2).await;
    let left = limiter.closed(&ada).await.unwrap_or_default();
    let expected = WINDOW / 2 - T::MOMENT..=WINDOW / 2;
    assert!(expected.contains(&left), "{left:?}");
    assert_eq!(limiter.closed(&counter("eve")).await, None);
    // Whoever counts by it asks; what counts does not depend on it.
    limiter.forget(&ada).await;
    assert!(limiter.closed(&ada).await.is_some());
    assert_eq!(remaining(reserve(limiter, 1, 0).await), Some(0));
    time.pass(WINDOW / 2 + T::MOMENT).await;
    assert_eq!(limiter.closed(&ada).await, None);
}
