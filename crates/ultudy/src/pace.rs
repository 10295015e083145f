//! How often providers of models are called and how much they are asked for, by all processes together.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::oneshot;
use ultudy_app::clock::{Clock as _, SystemClock};
use ultudy_engines::limiter::{Correction, Counter, Decision, Limit, Limiter, Reservation};
use ultudy_llm::model::{Admission, Pace, Provider, Urgency};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);
/// How long after it was let through a call may be counted by its provider, as long as nobody knows better.
const LATE_MAX: Duration = Duration::from_secs(15);
/// A call counts until it can no longer count at its provider.
const WINDOW: Duration = MINUTE.saturating_add(LATE_MAX);
/// Longest that processes leave a model alone since one of them was told so: then one asks again.
const REST_MAX: Duration = Duration::from_secs(600);
/// Of what is allowed, one of so many parts is kept for the calls of either urgency.
const PARTS: u32 = 5;
/// For how long after somebody who waits at the screen asked it is kept for whoever asks next, and for how
/// long after a job was refused for jobs.
const KEPT_FOR_INTERACTIVE: Duration = Duration::from_secs(600);
const KEPT_FOR_BACKGROUND: Duration = WINDOW;

/// What providers allow.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Most calls within any minute; none for a provider where they are not limited.
    pub requests: HashMap<Provider, u32>,
    /// Most tokens, read and written, within any minute.
    pub tokens: HashMap<Provider, u32>,
}

/// Counts calls in the limiter that the fleet shares.
#[derive(Clone)]
pub struct SharedPace {
    limiter: Arc<dyn Limiter>,
    allowed: Arc<Allowed>,
}

/// What is counted of a call, and how much of it is allowed.
struct Count {
    counter: Counter,
    is_of_tokens: bool,
    /// Whether only calls of its own urgency count.
    is_of_one: bool,
    most: u32,
}

impl Count {
    /// How much is allowed where a part may be kept for calls of the other urgency: neither takes all.
    fn limit(&self, is_kept: bool) -> Limit {
        let part = match self.most {
            0..3 => 0,
            most => (most / PARTS).max(1),
        };
        limit(match self.is_of_one && is_kept {
            true => self.most - part,
            false => self.most,
        })
    }
}

impl SharedPace {
    /// Lets so much through to each provider.
    pub fn new(limiter: Arc<dyn Limiter>, allowed: Allowed) -> Self {
        Self {
            limiter,
            allowed: Arc::new(allowed),
        }
    }

    /// What is counted of a call: with all others, and with those of its urgency.
    fn counts(&self, provider: Provider, urgency: Urgency) -> Vec<Count> {
        let of_one = match urgency {
            Urgency::Interactive => ["model_calls_interactive", "model_tokens_interactive"],
            Urgency::Background => ["model_calls_background", "model_tokens_background"],
        };
        let mut counts = Vec::new();
        for ([requests, tokens], is_of_one) in
            [(["model_calls", "model_tokens"], false), (of_one, true)]
        {
            for (kind, is_of_tokens, allowed) in [
                (requests, false, &self.allowed.requests),
                (tokens, true, &self.allowed.tokens),
            ] {
                let counter = Counter {
                    kind,
                    whose: provider.name().to_owned(),
                };
                counts.extend(allowed.get(&provider).map(|most| Count {
                    counter,
                    is_of_tokens,
                    is_of_one,
                    most: *most,
                }));
            }
        }
        counts
    }

    async fn correct(&self, count: &Count, call: Admission, correction: Correction) {
        let place = reservation(call).place;
        self.limiter
            .correct(&count.counter, limit(count.most), place, correction)
            .await;
    }

    /// Has a part kept for calls of this urgency from now on.
    async fn keep_for(&self, provider: Provider, urgency: Urgency) {
        let span = match urgency {
            Urgency::Interactive => KEPT_FOR_INTERACTIVE,
            Urgency::Background => KEPT_FOR_BACKGROUND,
        };
        let counter = kept_for(provider, urgency);
        self.limiter.close(&counter, span).await;
    }

    /// Takes a place for a call in each of these.
    async fn take(
        &self,
        provider: Provider,
        counts: &[Count],
        (call, tokens): (Admission, u64),
    ) -> Result<(), Duration> {
        let urgency = call.urgency;
        let other = match urgency {
            Urgency::Interactive => Urgency::Background,
            Urgency::Background => Urgency::Interactive,
        };
        // Also if it is refused: the next place is theirs.
        if urgency == Urgency::Interactive {
            self.keep_for(provider, urgency).await;
        }
        let is_kept = self.limiter.closed(&kept_for(provider, other)).await;
        let what = reservation(call);
        let mut taken = Vec::new();
        for count in counts {
            let weight = match count.is_of_tokens {
                true => weight(tokens),
                false => 1,
            };
            let limit = count.limit(is_kept.is_some());
            let asked = self
                .limiter
                .reserve_weighing(&count.counter, limit, what, weight);
            match asked.await {
                Decision::Allowed { .. } => taken.push(&count.counter),
                Decision::Refused { wait } => {
                    for counter in taken {
                        self.limiter.release(counter, what).await;
                    }
                    if urgency == Urgency::Background {
                        self.keep_for(provider, urgency).await;
                    }
                    return Err(wait);
                }
            }
        }
        Ok(())
    }
}

fn limit(most: u32) -> Limit {
    Limit {
        most,
        window: WINDOW,
    }
}

fn reservation(call: Admission) -> Reservation {
    let id = Uuid::from_u128(call.number);
    Reservation {
        place: id,
        holder: id,
    }
}

fn weight(tokens: u64) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

fn model_of(provider: Provider, model: &str) -> Counter {
    Counter {
        kind: "model",
        whose: format!("{}:{model}", provider.name()),
    }
}

/// What is closed as long as a part is kept for calls of this urgency.
fn kept_for(provider: Provider, urgency: Urgency) -> Counter {
    Counter {
        kind: match urgency {
            Urgency::Interactive => "model_kept_for_interactive",
            Urgency::Background => "model_kept_for_background",
        },
        whose: provider.name().to_owned(),
    }
}

#[async_trait]
impl Pace for SharedPace {
    /// In a task of its own: what it has taken when nobody waits for it any more is given back.
    async fn admit(
        &self,
        provider: Provider,
        tokens: u64,
        urgency: Urgency,
    ) -> Result<Admission, Duration> {
        let call = Admission {
            number: SystemClock.new_id().as_u128(),
            urgency,
        };
        let counts = self.counts(provider, urgency);
        if counts.is_empty() {
            return Ok(call);
        }
        let (sender, receiver) = oneshot::channel();
        let pace = self.clone();
        tokio::spawn(async move {
            let taken = pace.take(provider, &counts, (call, tokens)).await;
            if let Err(Ok(())) = sender.send(taken) {
                pace.give_back(provider, call).await;
            }
        });
        // It ends without an answer only where all ends.
        let taken = receiver.await.unwrap_or(Err(LATE_MAX));
        taken.map(|()| call)
    }

    async fn give_back(&self, provider: Provider, call: Admission) {
        for count in self.counts(provider, call.urgency) {
            self.limiter
                .release(&count.counter, reservation(call))
                .await;
        }
    }

    async fn counted(&self, provider: Provider, call: Admission, ago: Duration) {
        // It counts for a minute from then on, and no longer for all that it might have been late.
        let correction = Correction {
            age: Some(ago + LATE_MAX),
            weight: None,
        };
        for count in self.counts(provider, call.urgency) {
            self.correct(&count, call, correction).await;
        }
    }

    async fn took(&self, provider: Provider, call: Admission, tokens: u64) {
        let correction = Correction {
            age: None,
            weight: Some(weight(tokens)),
        };
        for count in self.counts(provider, call.urgency) {
            if count.is_of_tokens {
                self.correct(&count, call, correction).await;
            }
        }
    }

    async fn leave_alone(&self, provider: Provider, model: &str, span: Duration) {
        let span = span.min(REST_MAX);
        self.limiter.close(&model_of(provider, model), span).await;
    }

    async fn rest(&self, provider: Provider, model: &str) -> Option<Duration> {
        self.limiter.closed(&model_of(provider, model)).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, PoisonError},
        task::{Context, Waker},
        time::Instant,
    };

    use ultudy_engines::limiter::InProcessLimiter;

    use super::{
        Urgency::{Background, Interactive},
        *,
    };

    const PROVIDER: Provider = Provider::OpenAi;

    /// A pace whose clock stands still until it is moved.
    struct Stopped {
        pace: SharedPace,
        passed: Arc<Mutex<Duration>>,
    }

    impl Stopped {
        fn of(requests: u32, tokens: u32) -> Self {
            let passed: Arc<Mutex<Duration>> = Arc::default();
            let (begun, clock) = (Instant::now(), Arc::clone(&passed));
            let now = move || begun + *clock.lock().unwrap_or_else(PoisonError::into_inner);
            let allowed = Allowed {
                requests: HashMap::from([(PROVIDER, requests)]),
                tokens: HashMap::from([(PROVIDER, tokens)]),
            };
            let limiter = Arc::new(InProcessLimiter::by(now));
            Self {
                pace: SharedPace::new(limiter, allowed),
                passed,
            }
        }

        fn at(&self, seconds: u64) {
            *self.passed.lock().unwrap() = Duration::from_secs(seconds);
        }

        async fn admit(&self, tokens: u64) -> Result<Admission, u64> {
            self.admit_as(Background, tokens).await
        }

        async fn admit_as(&self, urgency: Urgency, tokens: u64) -> Result<Admission, u64> {
            let admitted = self.pace.admit(PROVIDER, tokens, urgency).await;
            admitted.map_err(|wait| wait.as_secs())
        }

        /// How many calls are let through, one after the other, and how long the next is to wait.
        async fn all(&self, urgency: Urgency) -> (usize, u64) {
            let mut through = 0;
            loop {
                match self.admit_as(urgency, 100).await {
                    Ok(_) => through += 1,
                    Err(wait) => return (through, wait),
                }
            }
        }
    }

    #[tokio::test]
    async fn a_call_counts_for_a_minute_from_when_it_can_have_arrived() {
        // How long after it was let through its answer began, how long ago it had arrived at the latest, and
        // when there is room again.
        for (begun, ago, ends) in [
            (0, 0, 60),
            (5, 0, 65),
            (10, 7, 63),
            (40, 37, 63),
            (70, 0, 130),
        ] {
            let stopped = Stopped::of(1, 1_000);
            let call = stopped.admit(10).await.unwrap();
            stopped.at(begun);
            let ago = Duration::from_secs(ago);
            stopped.pace.counted(PROVIDER, call, ago).await;
            stopped.at(ends - 1);
            assert_eq!(stopped.admit(10).await, Err(1), "{begun}, {ago:?}");
            stopped.at(ends);
            assert!(stopped.admit(10).await.is_ok(), "{begun}, {ago:?}");
        }
        // Of which nothing is known it may have been as late as any.
        let stopped = Stopped::of(1, 1_000);
        assert!(stopped.admit(10).await.is_ok());
        assert_eq!(stopped.admit(10).await, Err(75));
    }

    #[tokio::test]
    async fn tokens_count_as_expected_and_then_as_told() {
        let stopped = Stopped::of(4, 1_000);
        let call = stopped.admit(600).await.unwrap();
        // It takes no call either that it is not let through.
        for _ in 0..9 {
            assert_eq!(stopped.admit(600).await, Err(75));
        }
        stopped.pace.took(PROVIDER, call, 300).await;
        let other = stopped.admit(700).await.unwrap();
        assert_eq!(stopped.admit(1).await, Err(75));
        stopped.pace.give_back(PROVIDER, other).await;
        for _ in 0..3 {
            assert!(stopped.admit(1).await.is_ok());
        }
        assert_eq!(stopped.admit(1).await, Err(75), "four calls are made");
        // One that is larger than all that is allowed goes alone.
        stopped.at(75);
        assert!(stopped.admit(9_000).await.is_ok());
        assert_eq!(stopped.admit(1).await, Err(75));
    }

    /// Of calls, and of tokens.
    const BOTH: [(u32, u32); 2] = [(10, 100_000), (1_000, 1_000)];

    #[tokio::test]
    async fn whoever_waits_at_the_screen_has_the_next_place_and_then_finds_one() {
        for (requests, tokens) in BOTH {
            let stopped = Stopped::of(requests, tokens);
            // As long as nobody does, jobs take all there is.
            assert_eq!(stopped.all(Background).await, (10, 75));
            assert_eq!(stopped.admit_as(Interactive, 100).await, Err(75));
            stopped.at(75);
            assert_eq!(stopped.all(Background).await, (8, 75));
            assert_eq!(stopped.all(Interactive).await, (2, 75));
            // For ten minutes from when somebody last asked.
            stopped.at(674);
            assert_eq!(stopped.all(Background).await.0, 8);
            stopped.at(75 + 674);
            assert_eq!(stopped.all(Background).await.0, 10);
        }
    }

    #[tokio::test]
    async fn students_leave_a_part_to_jobs_that_wait() {
        for (requests, tokens) in BOTH {
            let stopped = Stopped::of(requests, tokens);
            // As long as no job does, they take all there is.
            assert_eq!(stopped.all(Interactive).await, (10, 75));
            stopped.at(70);
            assert_eq!(stopped.admit(100).await, Err(5));
            stopped.at(75);
            assert_eq!(stopped.all(Interactive).await, (8, 75));
            assert_eq!(stopped.all(Background).await, (2, 75));
            assert_eq!(stopped.all(Interactive).await.0, 0);
        }
    }

    #[tokio::test]
    async fn what_is_too_little_to_be_parted_goes_to_whoever_is_first() {
        for most in [1, 2] {
            let stopped = Stopped::of(most, 100_000);
            assert_eq!(stopped.all(Interactive).await.0, most as usize);
            assert_eq!(stopped.admit(100).await, Err(75));
            stopped.at(75);
            assert_eq!(stopped.all(Background).await.0, most as usize);
            assert_eq!(stopped.all(Interactive).await.0, 0);
            stopped.at(150);
            assert_eq!(stopped.all(Interactive).await.0, most as usize);
        }
    }

    #[tokio::test]
    async fn who_gives_up_while_it_is_let_through_takes_no_place() {
        let stopped = Stopped::of(1, 100);
        let mut admitting = Box::pin(stopped.admit(1));
        let mut context = Context::from_waker(Waker::noop());
        assert!(admitting.as_mut().poll(&mut context).is_pending());
        drop(admitting);
        assert!(stopped.admit(1).await.is_ok());
    }

    #[tokio::test]
    async fn what_a_student_asked_is_set_right_and_given_back_like_a_job() {
        let stopped = Stopped::of(10, 1_000);
        assert!(stopped.admit(1).await.is_ok());
        stopped.at(1);
        assert_eq!(stopped.admit(2_000).await, Err(74), "jobs wait");
        let call = stopped.admit_as(Interactive, 600).await.unwrap();
        assert_eq!(stopped.admit_as(Interactive, 300).await, Err(75));
        stopped.pace.took(PROVIDER, call, 100).await;
        let other = stopped.admit_as(Interactive, 500).await.unwrap();
        stopped.pace.give_back(PROVIDER, other).await;
        stopped.pace.counted(PROVIDER, call, Duration::ZERO).await;
        stopped.at(61);
        assert!(stopped.admit_as(Interactive, 750).await.is_ok());
    }

    #[tokio::test]
    async fn a_model_is_left_alone_and_no_other_and_not_for_ever() {
        let stopped = Stopped::of(1, 1);
        let day = Duration::from_secs(86_400);
        stopped.pace.leave_alone(PROVIDER, "m", day).await;
        assert_eq!(stopped.pace.rest(PROVIDER, "m").await, Some(REST_MAX));
        assert_eq!(stopped.pace.rest(PROVIDER, "n").await, None);
        assert_eq!(stopped.pace.rest(Provider::Gemini, "m").await, None);
        stopped.at(600);
        assert_eq!(stopped.pace.rest(PROVIDER, "m").await, None);
    }
}
