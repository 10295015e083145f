//! A provider that is not well, and those that are asked in its place.

use async_trait::async_trait;
use ultudy_llm::{Call, Grader as _, GradingInput, Payer, Planned, Unpaid};
use ultudy_testkit::llm::Answer;

use super::*;

/// The first asks `first`, each fallback its own.
fn chain(first: (Provider, &Llm), fallbacks: &[(Provider, &Llm)]) -> ModelsConfig {
    let fallbacks = fallbacks
        .iter()
        .map(|(provider, llm)| model(*provider, llm));
    ModelsConfig {
        fallbacks: fallbacks.collect(),
        ..alone(model(first.0, first.1))
    }
}

#[tokio::test]
async fn another_provider_writes_what_the_first_cannot() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    for fault in [
        Answer::Status(500, None),
        Answer::Status(429, Some("60")),
        Answer::Status(401, None),
        Answer::Status(404, None),
        Answer::Page(200),
        Answer::CutLesson,
        Answer::Truncated,
    ] {
        first.answers(fault.clone());
        let before = second.counts().made;
        let asked = chain(
            (Provider::OpenAi, &first),
            &[(Provider::Anthropic, &second)],
        );
        let lesson = ask(asked).await;
        assert!(lesson.is_ok(), "{fault:?}: {lesson:?}");
        assert_eq!(second.counts().made, before + 1, "{fault:?}");
        assert_eq!(second.last().unwrap().format, Format::Anthropic);
    }
}

#[tokio::test]
async fn who_is_well_is_asked_alone() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    let asked = chain((Provider::Gemini, &first), &[(Provider::OpenAi, &second)]);
    assert!(ask(asked).await.is_ok());
    assert_eq!((first.counts().made, second.counts().made), (1, 0));
}

#[tokio::test]
async fn what_one_model_will_not_write_no_other_is_asked_for() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    first.answers(Answer::Refusal);
    let asked = chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)]);
    let made = ask(asked).await;
    assert!(
        matches!(
            &made,
            Err(GenerateError::Permanent {
                code: "content_refused",
                ..
            })
        ),
        "{made:?}"
    );
    assert_eq!(second.counts().made, 0);
}

#[tokio::test]
async fn what_another_model_will_not_write_the_first_may_when_it_is_well_again() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    first.answers(Answer::Page(502));
    second.answers(Answer::Refusal);
    let asked = chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)]);
    let made = ask(asked).await;
    assert!(
        matches!(made, Err(GenerateError::Transient { .. })),
        "{made:?}"
    );
}

#[tokio::test]
async fn whose_key_is_refused_is_said_by_the_setting_that_names_the_model() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    first.answers(Answer::Status(404, None));
    second.answers(Answer::Status(404, None));
    let of = async |config| match ask(config).await {
        Err(GenerateError::Permanent { message, .. }) => message,
        other => panic!("it does not pass: {other:?}"),
    };
    let alone = of(chain((Provider::OpenAi, &first), &[])).await;
    assert!(alone.contains("LLM_MODEL"), "{alone}");
    // The first of two that will not pass is the one that is told of; so let that be no model's fault.
    first.answers(Answer::Refusal);
    let both = chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)]);
    assert!(!of(both).await.contains("LLM_MODEL"));
}

#[tokio::test]
async fn the_share_done_does_not_fall_when_another_model_begins_anew() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    first.answers(Answer::CutLesson);
    let asked = chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)]);
    let models = Models::new(asked).unwrap();
    let shares = std::sync::Mutex::new(Vec::new());
    let note = |share: f32| shares.lock().unwrap().push(share);
    let (bill, cancel) = (Bill::default(), CancellationToken::new());
    models
        .lesson(section(), &note, &bill, &cancel)
        .await
        .unwrap();
    let shares = shares.into_inner().unwrap();
    assert!(shares.len() > 2 && shares.is_sorted(), "{shares:?}");
}

#[tokio::test]
async fn where_all_fail_it_is_tried_again_when_the_first_of_them_may_be_asked() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    let asked = || {
        chain(
            (Provider::OpenAi, &first),
            &[(Provider::Anthropic, &second)],
        )
    };
    first.answers(Answer::Status(429, Some("60")));
    second.answers(Answer::Status(429, Some("30")));
    let Err(GenerateError::NotAsked { wait, .. }) = ask(asked()).await else {
        panic!("it passes");
    };
    assert_eq!(wait, Duration::from_secs(30));
    // A key that is refused does not give up what may pass.
    first.answers(Answer::Status(401, None));
    let made = ask(asked()).await;
    assert!(
        matches!(made, Err(GenerateError::NotAsked { .. })),
        "{made:?}"
    );
}

/// Has nothing left for the models of this provider.
struct NothingFor(Provider);

#[async_trait]
impl Payer for NothingFor {
    async fn allow(&self, planned: Planned<'_>) -> Result<u128, Unpaid> {
        match planned.provider == self.0.name() {
            true => Err(Unpaid::Refused {
                code: "budget_spent",
                message: "There is nothing left.".into(),
            }),
            false => Ok(0),
        }
    }

    fn over(&self, _: u128, _: Call) {}

    fn used_again(&self, _: &Call) {}
}

/// A model that costs more than is left does not fail for good what the first one writes later.
#[tokio::test]
async fn where_the_other_model_is_not_paid_for_the_first_is_asked_when_it_is_well_again() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    let asked = chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)]);
    let models = Models::new(asked).unwrap();
    let bill = Bill::paid_by(Arc::new(NothingFor(Provider::Gemini)));
    first.answers(Answer::Page(502));
    let made = made_of(&models, &bill).await;
    assert!(
        matches!(made, Err(GenerateError::Transient { .. })),
        "{made:?}"
    );
    first.answers(Answer::Status(429, Some("60")));
    let made = made_of(&models, &bill).await;
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
    assert_eq!(second.counts().made, 0);
    // Who has nothing for the first is told so, and no other is asked.
    let bill = Bill::paid_by(Arc::new(NothingFor(Provider::OpenAi)));
    let (first, second) = (Llm::start().await, Llm::start().await);
    let asked = chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)]);
    let made = made_of(&Models::new(asked).unwrap(), &bill).await;
    assert!(
        matches!(
            made,
            Err(GenerateError::Permanent {
                code: "budget_spent",
                ..
            })
        ),
        "{made:?}"
    );
    assert_eq!((first.counts().made, second.counts().made), (0, 0));
}

#[tokio::test]
async fn the_time_is_for_all_of_them_together() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    first.answers(Answer::PacedLesson(LONG));
    second.answers(Answer::PacedLesson(LONG));
    let asked = ModelsConfig {
        total_timeout: Duration::from_millis(500),
        ..chain((Provider::OpenAi, &first), &[(Provider::Gemini, &second)])
    };
    assert!(ask(asked).await.is_err());
    for llm in [&first, &second] {
        llm.until("no call is open", |counts| counts.in_flight == 0)
            .await
            .unwrap();
    }
    assert_eq!(second.counts().made, 0, "nobody waits for it any more");
}

#[tokio::test]
async fn a_provider_that_fails_again_and_again_is_left_alone_and_the_other_asked_at_once() {
    for provider in Provider::ALL {
        let (first, second) = (Llm::start().await, Llm::start().await);
        first.answers(Answer::Page(200));
        let asked = chain((provider, &first), &[(Provider::OpenAi, &second)]);
        let models = Models::new(asked).unwrap();
        for _ in 0..8 {
            assert!(ask_of(&models).await.is_ok(), "{provider:?}");
        }
        assert_eq!(first.counts().made, 5, "{provider:?}: it is left alone");
        assert_eq!(second.counts().made, 8, "{provider:?}");
    }
}

#[tokio::test]
async fn without_another_the_job_is_told_when_to_come_again() {
    let llm = Llm::start().await;
    llm.answers(Answer::Page(200));
    let models = Models::new(alone(model(Provider::OpenAi, &llm))).unwrap();
    for _ in 0..5 {
        assert!(ask_of(&models).await.is_err());
    }
    let Err(GenerateError::NotAsked {
        message,
        wait,
        is_limited: false,
    }) = ask_of(&models).await
    else {
        panic!("it is asked");
    };
    assert!(message.contains("out of order"), "{message}");
    assert!(wait <= Duration::from_secs(15), "{wait:?}");
    assert_eq!(llm.counts().made, 5);
}

/// A student waits for less than a lesson may take.
#[tokio::test]
async fn a_model_that_is_too_slow_for_a_student_is_asked_for_lessons_all_the_same() {
    let llm = Llm::start().await;
    let models = Models::new(alone(model(Provider::OpenAi, &llm))).unwrap();
    llm.answers(Answer::HeldLesson);
    let input = GradingInput {
        question: "What is a cell?".into(),
        expected_answer: "The smallest living unit.".into(),
        key_points: vec!["smallest".into()],
        answer: "A small thing.".into(),
        language: None,
    };
    for _ in 0..6 {
        let patience = Duration::from_millis(50);
        let verdict = models.verdict(&input, patience, &Bill::default()).await;
        assert!(verdict.is_err());
    }
    llm.answers(Answer::Lesson);
    assert!(ask_of(&models).await.is_ok());
}

/// What a model writes badly is no fault of the line to it.
#[tokio::test]
async fn bad_lessons_do_not_close_the_way_to_a_provider() {
    let llm = Llm::start().await;
    llm.answers(Answer::Truncated);
    let models = Models::new(alone(model(Provider::Anthropic, &llm))).unwrap();
    for _ in 0..8 {
        assert!(ask_of(&models).await.is_err());
    }
    assert_eq!(llm.counts().made, 8);
}
