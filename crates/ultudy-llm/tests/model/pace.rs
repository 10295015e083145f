//! How often a provider is called.

use std::sync::Mutex;

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
