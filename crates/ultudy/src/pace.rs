//! How often providers of models are called and how much they are asked for, by all processes together.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use ultudy_app::clock::{Clock as _, SystemClock};
use ultudy_engines::limiter::{Correction, Counter, Decision, Limit, Limiter, Reservation};
use ultudy_llm::model::{Admission, Pace, Provider};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);
/// How long after it was let through a call may be counted by its provider, as long as nobody knows better.
const LATE_MAX: Duration = Duration::from_secs(15);
/// A call counts until it can no longer count at its provider.
const WINDOW: Duration = MINUTE.saturating_add(LATE_MAX);
/// Longest that processes leave a model alone since one of them was told so: then one asks again.
const REST_MAX: Duration = Duration::from_secs(600);

/// What providers allow.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Most calls within any minute; none for a provider where they are not limited.
    pub requests: HashMap<Provider, u32>,
    /// Most tokens, read and written, within any minute.
    pub tokens: HashMap<Provider, u32>,
}

/// Counts calls in the limiter that the fleet shares.
pub struct SharedPace {
    limiter: Arc<dyn Limiter>,
    allowed: Allowed,
}

impl SharedPace {
    /// Lets so much through to each provider.
    pub fn new(limiter: Arc<dyn Limiter>, allowed: Allowed) -> Self {
        Self { limiter, allowed }
    }

    /// What is counted of a provider.
    fn counts(&self, provider: Provider) -> impl Iterator<Item = (Counter, Limit)> {
        let of = |kind, most: Option<&u32>| {
            let counter = Counter {
                kind,
                whose: provider.name().to_owned(),
            };
            most.map(|most| (counter, limit(*most)))
        };
        let requests = of(REQUESTS, self.allowed.requests.get(&provider));
        let tokens = of(TOKENS, self.allowed.tokens.get(&provider));
        requests.into_iter().chain(tokens)
    }

    async fn correct(&self, counted: &(Counter, Limit), call: Admission, correction: Correction) {
        let (counter, limit) = counted;
        let place = reservation(call).place;
        self.limiter
            .correct(counter, *limit, place, correction)
            .await;
    }
}

const REQUESTS: &str = "model_calls";
const TOKENS: &str = "model_tokens";

fn limit(most: u32) -> Limit {
    Limit {
        most,
        window: WINDOW,
    }
}

fn reservation(Admission(number): Admission) -> Reservation {
    let id = Uuid::from_u128(number);
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

#[async_trait]
impl Pace for SharedPace {
    async fn admit(&self, provider: Provider, tokens: u64) -> Result<Admission, Duration> {
        let call = Admission(SystemClock.new_id().as_u128());
        let mut taken = Vec::new();
        for (counter, limit) in self.counts(provider) {
            let weight = match counter.kind {
                TOKENS => weight(tokens),
                _ => 1,
            };
            let what = reservation(call);
            let asked = self.limiter.reserve_weighing(&counter, limit, what, weight);
            match asked.await {
                Decision::Allowed { .. } => taken.push(counter),
                Decision::Refused { wait } => {
                    for counter in taken {
                        self.limiter.release(&counter, what).await;
                    }
                    return Err(wait);
                }
            }
        }
        Ok(call)
    }

    async fn give_back(&self, provider: Provider, call: Admission) {
        for (counter, _) in self.counts(provider) {
            self.limiter.release(&counter, reservation(call)).await;
        }
    }

    async fn counted(&self, provider: Provider, call: Admission, ago: Duration) {
        // It counts for a minute from then on, and no longer for all that it might have been late.
        let correction = Correction {
            age: Some(ago + LATE_MAX),
            weight: None,
        };
        for counted in self.counts(provider) {
            self.correct(&counted, call, correction).await;
        }
    }

    async fn took(&self, provider: Provider, call: Admission, tokens: u64) {
        let correction = Correction {
            age: None,
            weight: Some(weight(tokens)),
        };
        for counted in self.counts(provider) {
            if counted.0.kind == TOKENS {
                self.correct(&counted, call, correction).await;
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
    use std::sync::{Mutex, PoisonError};
    use std::time::Instant;

    use ultudy_engines::limiter::InProcessLimiter;

    use super::*;

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
            let admitted = self.pace.admit(PROVIDER, tokens).await;
            admitted.map_err(|wait| wait.as_secs())
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
