//! How often a provider is called.

use std::{collections::VecDeque, sync::Mutex};

use async_trait::async_trait;
use ultudy_llm::model::Pace;
use ultudy_testkit::llm::Answer;

use super::*;

/// Refuses as often as it is told to, with these waits, and counts what it is asked.
#[derive(Default)]
struct Told {
    refusals: Mutex<Vec<Duration>>,
    asked: Mutex<Vec<Provider>>,
}

#[async_trait]
impl Pace for Told {
    async fn admit(&self, provider: Provider) -> Result<(), Duration> {
        self.asked.lock().unwrap().push(provider);
        match self.refusals.lock().unwrap().pop() {
            Some(wait) => Err(wait),
            None => Ok(()),
        }
    }
}

#[tokio::test]
async fn each_try_counts_as_a_call_of_its_provider() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let pace = Arc::new(Told::default());
        llm.answers_next([Answer::Status(500, None)]);
        let asked = ask(ModelsConfig {
            pace: Arc::clone(&pace) as _,
            ..alone(model(provider, &llm))
        });
        assert!(asked.await.is_ok());
        assert_eq!(*pace.asked.lock().unwrap(), [provider; 2]);
    }
}

#[tokio::test]
async fn a_short_wait_is_waited_for_and_a_long_one_gives_the_place_up() {
    let llm = Llm::start().await;
    let asked = |wait| {
        let pace = Told {
            refusals: Mutex::new(vec![wait]),
            ..Told::default()
        };
        ask(ModelsConfig {
            pace: Arc::new(pace),
            ..alone(model(Provider::OpenAi, &llm))
        })
    };
    assert!(asked(Duration::from_millis(1)).await.is_ok());
    let made = asked(LONG).await;
    assert!(
        matches!(
            &made,
            Err(GenerateError::NotAsked {
                wait: LONG,
                is_limited: true,
                ..
            })
        ),
        "{made:?}"
    );
    assert_eq!(llm.counts().made, 1);
}

/// Lets through and refuses in this order, and then lets through.
struct Script(Mutex<VecDeque<Result<(), Duration>>>);

impl Script {
    fn new(turns: impl IntoIterator<Item = Result<(), Duration>>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(turns.into_iter().collect())))
    }
}

#[async_trait]
impl Pace for Script {
    async fn admit(&self, _: Provider) -> Result<(), Duration> {
        let next = self.0.lock().unwrap().pop_front();
        next.unwrap_or(Ok(()))
    }
}

/// Refuses for ever, each time for a moment.
struct Never;

#[async_trait]
impl Pace for Never {
    async fn admit(&self, _: Provider) -> Result<(), Duration> {
        Err(Duration::from_secs(1))
    }
}

#[tokio::test]
async fn half_of_the_time_is_the_models_however_short_each_wait_for_a_turn_is() {
    let llm = Llm::start().await;
    let asked = ModelsConfig {
        pace: Arc::new(Never),
        ..alone(model(Provider::OpenAi, &llm))
    };
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let made = ask(asked).await;
    assert!(
        matches!(
            made,
            Err(GenerateError::NotAsked {
                is_limited: true,
                ..
            })
        ),
        "{made:?}"
    );
    assert!(begun.elapsed() <= LONG / 2, "{:?}", begun.elapsed());
    assert_eq!(llm.counts().made, 0);
}

#[tokio::test]
async fn a_failure_is_told_though_there_is_no_turn_to_try_again() {
    let llm = Llm::start().await;
    llm.answers(Answer::Status(503, None));
    let asked = ask(ModelsConfig {
        pace: Script::new([Ok(()), Err(LONG)]),
        ..alone(model(Provider::OpenAi, &llm))
    });
    let made = asked.await;
    let Err(GenerateError::Transient { message, .. }) = made else {
        panic!("it was asked, and failed: {made:?}");
    };
    assert!(message.contains("out of order"), "{message}");
    assert_eq!(llm.counts().made, 1);
}

#[tokio::test]
async fn a_breaker_is_closed_by_a_call_and_not_by_one_that_had_no_turn() {
    let llm = Llm::start().await;
    let turns = Script::new([const { Ok(()) }; 5].into_iter().chain([Err(LONG)]));
    let asked = ModelsConfig {
        pace: turns,
        ..alone(model(Provider::OpenAi, &llm))
    };
    let models = Models::new(asked).unwrap();
    llm.answers(Answer::Page(200));
    for _ in 0..5 {
        assert!(ask_of(&models).await.is_err());
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(16)).await;
    tokio::time::resume();
    assert!(ask_of(&models).await.is_err(), "there is no turn");
    // Still the one call that decides, which is not made again.
    llm.answers(Answer::Status(500, None));
    assert!(ask_of(&models).await.is_err());
    assert_eq!(llm.counts().made, 6);
}

#[tokio::test]
async fn who_waited_for_a_turn_looks_again_whether_the_provider_is_well() {
    let llm = Llm::start().await;
    llm.answers(Answer::Status(429, Some("60")));
    let moment = Duration::from_millis(200);
    let asked = ModelsConfig {
        pace: Script::new([Err(moment), Ok(())]),
        ..alone(model(Provider::OpenAi, &llm))
    };
    let models = Arc::new(Models::new(asked).unwrap());
    // The one waits for its turn, the other behind it; what the first is told is for both.
    let (one, other) = tokio::join!(ask_of(&models), ask_of(&models));
    assert!(one.is_err() && other.is_err());
    assert!(ask_of(&models).await.is_err());
    assert!(llm.counts().made <= 2, "{:?}", llm.counts());
}
