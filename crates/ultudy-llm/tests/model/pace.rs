//! How often a provider is called.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use ultudy_llm::{
    AnswerInput, AnswerKind, Answerer as _, Call, Payer, Planned, Unpaid,
    embeddings::{Embedder as _, Purpose},
    model::{Admission, Embeddings, EmbeddingsConfig, Pace, Urgency},
};
use ultudy_testkit::{
    llm::{Answer, Embedded, EmbeddingModel, LARGE_MODEL},
    wait,
};

use super::*;

fn through(urgency: Urgency) -> Admission {
    Admission { number: 7, urgency }
}

/// Refuses as often as it is told to, with these waits, and counts what it is asked.
#[derive(Default)]
struct Told {
    refusals: Mutex<Vec<Duration>>,
    asked: Mutex<Vec<Provider>>,
}

#[async_trait]
impl Pace for Told {
    async fn admit(
        &self,
        provider: Provider,
        _: u64,
        urgency: Urgency,
    ) -> Result<Admission, Duration> {
        self.asked.lock().unwrap().push(provider);
        match self.refusals.lock().unwrap().pop() {
            Some(wait) => Err(wait),
            None => Ok(through(urgency)),
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
    async fn admit(&self, _: Provider, _: u64, urgency: Urgency) -> Result<Admission, Duration> {
        let next = self.0.lock().unwrap().pop_front();
        next.unwrap_or(Ok(())).map(|()| through(urgency))
    }
}

/// Refuses jobs for ever, each time for a moment, and nobody who waits at the screen.
#[derive(Default)]
struct NoJobs {
    refused: AtomicUsize,
}

#[async_trait]
impl Pace for NoJobs {
    async fn admit(&self, _: Provider, _: u64, urgency: Urgency) -> Result<Admission, Duration> {
        if urgency == Urgency::Interactive {
            return Ok(through(urgency));
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        Err(Duration::from_secs(1))
    }
}

#[tokio::test]
async fn half_of_the_time_is_the_models_however_short_each_wait_for_a_turn_is() {
    let llm = Llm::start().await;
    let asked = ModelsConfig {
        pace: Arc::new(NoJobs::default()),
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
async fn who_waits_at_the_screen_does_not_wait_behind_a_lesson_for_its_turn() {
    let llm = Llm::start().await;
    let pace = Arc::new(NoJobs::default());
    let models = Models::new(ModelsConfig {
        pace: Arc::clone(&pace) as _,
        ..alone(model(Provider::OpenAi, &llm))
    });
    let models = Arc::new(models.unwrap());
    let of_lesson = Arc::clone(&models);
    let lesson = tokio::spawn(async move { ask_of(&of_lesson).await });
    wait::until("the lesson waits for its turn", LONG, async || {
        pace.refused.load(Ordering::Relaxed) > 0
    })
    .await
    .unwrap();
    llm.answers(Answer::Text("A cell is alive [1].".into()));
    let input = AnswerInput {
        kind: AnswerKind::Answer,
        question: "What is a cell?".into(),
        explanation: String::new(),
        language: None,
        sources: Vec::new(),
    };
    let patience = LONG / 4;
    let bill = Bill::default();
    let answer = models.answer(&input, patience, &|_| {}, &bill).await;
    assert_eq!(answer.unwrap(), "A cell is alive [1].");
    assert!(!lesson.is_finished(), "it waits still");
    lesson.abort();
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

/// Notes down what it is told.
#[derive(Default)]
struct Notes(Mutex<Vec<Note>>);

#[derive(Debug, Clone, PartialEq)]
enum Note {
    Admitted(u64),
    Counted(Duration),
    Took(u64),
    LeftAlone(String, Duration),
    GivenBack,
}

impl Notes {
    fn all(&self) -> Vec<Note> {
        self.0.lock().unwrap().clone()
    }

    fn note(&self, note: Note) {
        self.0.lock().unwrap().push(note);
    }

    /// All of them, once there are so many.
    async fn when(&self, count: usize) -> Vec<Note> {
        let reached = wait::until("it is told", LONG, async || self.all().len() >= count);
        reached.await.unwrap();
        self.all()
    }
}

#[async_trait]
impl Pace for Notes {
    async fn admit(
        &self,
        _: Provider,
        tokens: u64,
        urgency: Urgency,
    ) -> Result<Admission, Duration> {
        self.note(Note::Admitted(tokens));
        Ok(through(urgency))
    }

    async fn give_back(&self, _: Provider, call: Admission) {
        assert_eq!(call, through(Urgency::Background));
        self.note(Note::GivenBack);
    }

    async fn counted(&self, _: Provider, call: Admission, ago: Duration) {
        assert_eq!(call, through(Urgency::Background));
        self.note(Note::Counted(ago));
    }

    async fn took(&self, _: Provider, call: Admission, tokens: u64) {
        assert_eq!(call, through(Urgency::Background));
        self.note(Note::Took(tokens));
    }

    async fn leave_alone(&self, _: Provider, model: &str, span: Duration) {
        self.note(Note::LeftAlone(model.to_owned(), span));
    }

    async fn rest(&self, _: Provider, model: &str) -> Option<Duration> {
        (model == LARGE_MODEL).then_some(LONG)
    }
}

#[tokio::test]
async fn a_call_is_told_as_counted_when_its_answer_begins_and_what_it_took_at_its_end() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let pace = Arc::new(Notes::default());
        llm.answers(Answer::HeldLesson);
        let config = ModelsConfig {
            pace: Arc::clone(&pace) as _,
            ..alone(model(provider, &llm))
        };
        let asking = tokio::spawn(ask(config));
        llm.until("it is asked", |counts| counts.in_flight == 1)
            .await
            .unwrap();
        let [Note::Admitted(expected)] = pace.all()[..] else {
            panic!("{:?}", pace.all());
        };
        llm.release();
        assert!(asking.await.unwrap().is_ok());
        let counts = llm.counts();
        let took = (counts.tokens_read + counts.tokens_written) as u64;
        let told = pace.when(3).await;
        assert!(told.contains(&Note::Counted(Duration::ZERO)), "{told:?}");
        assert!(told.contains(&Note::Took(took)), "{told:?}");
        assert!(expected > took, "{expected} were expected, {took} taken");
    }
}

#[tokio::test]
async fn what_a_model_was_told_of_by_others_is_heeded_and_what_it_is_told_is_passed_on() {
    let llm = Llm::start().await;
    let pace = Arc::new(Notes::default());
    let of = |model: ModelConfig| ModelsConfig {
        pace: Arc::clone(&pace) as _,
        ..alone(model)
    };
    let large = ModelConfig {
        model: LARGE_MODEL.into(),
        ..model(Provider::OpenAi, &llm)
    };
    let made = ask(of(large)).await;
    assert!(
        matches!(made, Err(GenerateError::NotAsked { wait, .. }) if wait <= LONG),
        "{made:?}"
    );
    assert!(pace.all().is_empty() && llm.counts().made == 0);
    llm.answers(Answer::Status(503, Some("60")));
    assert!(ask(of(model(Provider::OpenAi, &llm))).await.is_err());
    let minute = Note::LeftAlone(MODEL.to_owned(), Duration::from_secs(60));
    assert!(pace.all().contains(&minute), "{:?}", pace.all());
}

#[tokio::test]
async fn a_limit_of_which_nothing_more_is_said_is_waited_for_by_all_and_longer_each_time() {
    for provider in Provider::ALL {
        for wait in [None, Some("0")] {
            let llm = Llm::start().await;
            llm.answers(Answer::Status(429, wait));
            let pace = Arc::new(Notes::default());
            let pause = Duration::from_millis(10);
            let asked = ask(ModelsConfig {
                pace: Arc::clone(&pace) as _,
                retry_pause: pause,
                ..alone(model(provider, &llm))
            });
            let made = asked.await;
            assert!(
                matches!(made, Err(GenerateError::NotAsked { wait, .. }) if !wait.is_zero()),
                "{made:?}"
            );
            assert_eq!(llm.counts().made, 3, "{provider:?}");
            let told = pace.all();
            let spans = told.iter().filter_map(|note| match note {
                Note::LeftAlone(_, span) => Some(*span),
                _ => None,
            });
            let mut least = pause * 2;
            let spans: Vec<Duration> = spans.collect();
            assert_eq!(spans.len(), 3, "{told:?}");
            for span in spans {
                assert!((least..=least * 2).contains(&span), "{told:?}");
                least *= 2;
            }
            let admitted = told.iter().filter(|it| matches!(it, Note::Admitted(_)));
            assert_eq!(admitted.count(), 3, "each counts");
        }
    }
}

#[tokio::test]
async fn a_provider_that_has_too_much_to_do_is_called_by_nobody_else_meanwhile() {
    let llm = Llm::start().await;
    llm.answers(Answer::Status(429, None));
    // Longer than anybody waits for it at a stretch.
    let models = Models::new(ModelsConfig {
        retry_pause: Duration::from_secs(10),
        ..alone(model(Provider::OpenAi, &llm))
    });
    let models = models.unwrap();
    for _ in 0..4 {
        let made = ask_of(&models).await;
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
        assert_eq!(llm.counts().made, 1);
    }
}

struct Silent;

#[async_trait]
impl Payer for Silent {
    async fn allow(&self, _: Planned<'_>) -> Result<u128, Unpaid> {
        std::future::pending().await
    }

    fn over(&self, _: u128, _: Call) {}

    fn used_again(&self, _: &Call) {}
}

#[tokio::test]
async fn a_call_that_is_given_up_before_it_is_made_takes_no_turn() {
    let llm = Llm::start().await;
    let pace = Arc::new(Notes::default());
    let models = Models::new(ModelsConfig {
        pace: Arc::clone(&pace) as _,
        ..alone(model(Provider::OpenAi, &llm))
    });
    let models = models.unwrap();
    let asking = tokio::spawn(async move {
        let bill = Bill::paid_by(Arc::new(Silent));
        made_of(&models, &bill).await.map(drop)
    });
    assert_eq!(pace.when(1).await.len(), 1);
    asking.abort();
    assert_eq!(pace.when(2).await[1..], [Note::GivenBack]);
    assert_eq!(llm.counts().made, 0);
}

#[tokio::test]
async fn calls_for_vectors_keep_the_same_pace() {
    let model = EmbeddingModel::start().await;
    let embed = async |pace: Arc<dyn Pace>, purpose, patience| {
        let embeddings = Embeddings::new(EmbeddingsConfig {
            pace,
            ..embeddings::config(Provider::OpenAi, &model)
        });
        let bill = Bill::default();
        let texts = vec!["A cell divides.".to_owned()];
        let embeddings = embeddings.unwrap();
        let embedded = embeddings.embed(texts, purpose, patience, &bill).await;
        (embedded, bill.take())
    };
    let notes = Arc::new(Notes::default());
    model.answers_next([Embedded::Status(500, None)]);
    let (embedded, calls) = embed(Arc::clone(&notes) as _, Purpose::Passage, LONG).await;
    assert!(embedded.is_ok());
    // Each try.
    let told = notes.when(5).await;
    let admitted = told.iter().filter(|it| matches!(it, Note::Admitted(5)));
    assert_eq!(admitted.count(), 2, "{told:?}");
    let took = model.tokens_read() as u64;
    assert!(told.contains(&Note::Took(took)), "{told:?}");
    let of: Vec<_> = calls
        .iter()
        .map(|it| (it.task, it.outcome, it.tokens_read))
        .collect();
    assert_eq!(
        of,
        [
            ("embedding", "out_of_order", 0),
            ("embedding", "answered", took)
        ]
    );

    // Who searches does not wait for its turn, however short that is.
    let asked = model.calls();
    let moment = Duration::from_millis(1);
    let refused = || Script::new([Err(moment)]) as Arc<dyn Pace>;
    let (embedded, calls) = embed(refused(), Purpose::Query, LONG).await;
    assert_eq!(embedded.unwrap_err().reason, "resting");
    assert!(calls.is_empty() && model.calls() == asked);
    let (embedded, _) = embed(refused(), Purpose::Passage, LONG).await;
    assert!(embedded.is_ok());
}
