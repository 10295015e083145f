//! What calls came to, and who is named for it.

use ultudy_llm::Task;
use ultudy_testkit::llm::{Answer, LARGE_MODEL};

use super::*;

#[tokio::test]
async fn every_call_is_on_the_bill_with_what_its_provider_counted() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        llm.answers_next([Answer::Status(500, None)]);
        let models = Models::new(alone(model(provider, &llm))).unwrap();
        let bill = Bill::default();
        let made = made_of(&models, &bill).await.unwrap();
        assert_eq!(
            (made.provider, made.model.as_str()),
            (provider.name(), MODEL)
        );
        let calls = bill.take();
        let outcomes: Vec<_> = calls.iter().map(|it| it.outcome).collect();
        assert_eq!(outcomes, ["out_of_order", "answered"], "{provider:?}");
        let answered = &calls[1];
        assert_eq!(answered.task, "lesson");
        assert_eq!(answered.provider, provider.name());
        assert!(
            answered.tokens_read > 0 && answered.tokens_written > 0,
            "{answered:?}"
        );
    }
}

#[tokio::test]
async fn a_lesson_bears_the_name_of_the_model_that_wrote_it() {
    let (first, second) = (Llm::start().await, Llm::start().await);
    first.answers(Answer::Truncated);
    let other = ModelConfig {
        model: LARGE_MODEL.into(),
        ..model(Provider::Gemini, &second)
    };
    let models = Models::new(ModelsConfig {
        fallbacks: vec![other],
        ..alone(model(Provider::OpenAi, &first))
    });
    let (models, bill) = (models.unwrap(), Bill::default());
    let made = made_of(&models, &bill).await.unwrap();
    assert_eq!(
        (made.provider, made.model.as_str()),
        ("gemini", LARGE_MODEL)
    );
    assert_eq!(models.identity().provider, "openai", "as it was asked for");
    let calls = bill.take();
    let of: Vec<_> = calls.iter().map(|it| (it.provider, it.outcome)).collect();
    assert_eq!(of, [("openai", "answered"), ("gemini", "answered")]);
    assert!(
        calls[0].tokens_written > 0,
        "what cannot be used is paid for"
    );
}

#[tokio::test]
async fn a_task_has_a_model_of_its_own_where_one_is_named() {
    let llm = Llm::start().await;
    let models = Models::new(ModelsConfig {
        by_task: HashMap::from([(Task::Lesson, LARGE_MODEL.into())]),
        ..alone(model(Provider::OpenAi, &llm))
    });
    let (models, bill) = (models.unwrap(), Bill::default());
    let made = made_of(&models, &bill).await.unwrap();
    assert_eq!(made.model, LARGE_MODEL);
    assert_eq!(models.identity().model, LARGE_MODEL);
    assert_eq!(llm.last().unwrap().body["model"], LARGE_MODEL);
}
