use std::sync::Mutex;

use serde_json::Value;
use ultudy_testkit::llm::Answer;

use super::*;

#[tokio::test]
async fn a_lesson_comes_from_each_providers_model_with_its_pages() {
    let llm = Llm::start().await;
    for provider in Provider::ALL {
        let lesson = ask(alone(model(provider, &llm))).await.unwrap();
        assert_eq!(lesson.topic, "Cells");
        assert_eq!(lesson.summary, "Written by the model.");
        let names: Vec<&str> = lesson.concepts.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names[0], "A cell is the (1)");
        assert_eq!(lesson.concepts[3].pages, [8, 8]);
        for concept in &lesson.concepts {
            assert_eq!(concept.check_ins.len(), 1);
            assert_eq!(concept.check_ins[0].fault(), None);
        }
        let asked = llm.last().unwrap();
        assert_eq!(asked.format, format(provider));
        let body = asked.body;
        let (system, material) = match asked.format {
            Format::OpenAi => (
                &body["messages"][0]["content"],
                &body["messages"][1]["content"],
            ),
            Format::Gemini => (
                &body["systemInstruction"]["parts"][0]["text"],
                &body["contents"][0]["parts"][0]["text"],
            ),
            Format::Anthropic => (&body["system"], &body["messages"][0]["content"]),
        };
        let system = system.as_str().unwrap();
        assert!(!system.contains("smallest unit of life"), "data stays data");
        let material: Value = serde_json::from_str(material.as_str().unwrap()).unwrap();
        assert_eq!(material["pages"][0]["page"], 7);
    }
}

#[tokio::test]
async fn the_share_done_grows_while_the_model_writes() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        llm.answers(Answer::HalfLesson);
        let models = Models::new(alone(model(provider, &llm))).unwrap();
        let shares = Mutex::new(Vec::new());
        let note = |share: f32| {
            shares.lock().unwrap().push(share);
            // Once half of it is here the rest may come.
            llm.release();
        };
        let (input, cancel) = (section(), CancellationToken::new());
        let bill = Bill::default();
        models.lesson(input, &note, &bill, &cancel).await.unwrap();
        let shares = shares.into_inner().unwrap();
        assert!(shares.len() > 1 && shares.is_sorted(), "{shares:?}");
        assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
    }
}

#[tokio::test]
async fn whoever_gives_up_closes_the_call() {
    for provider in Provider::ALL {
        for answer in [Answer::HeldLesson, Answer::SilentLesson, Answer::HalfLesson] {
            let llm = Llm::start().await;
            llm.answers(answer);
            let models = Models::new(alone(model(provider, &llm))).unwrap();
            let cancel = CancellationToken::new();
            let (given, input) = (cancel.clone(), section());
            let asking = tokio::spawn(async move {
                let bill = Bill::default();
                let made = models.lesson(input, &|_| {}, &bill, &given).await;
                (made, bill.take())
            });
            llm.until("the call is open", |counts| counts.in_flight == 1)
                .await
                .unwrap();
            cancel.cancel();
            let (made, calls) = asking.await.unwrap();
            assert!(matches!(made, Err(GenerateError::Cancelled)));
            assert_eq!(calls.len(), 1, "a call that was made is on the bill");
            assert_eq!(calls[0].outcome, "given_up");
            llm.until("the model knows", |counts| counts.cancelled == 1)
                .await
                .unwrap();
            assert_eq!(llm.counts().in_flight, 0);
        }
    }
}

#[tokio::test]
async fn another_model_is_another_identity() {
    let llm = Llm::start().await;
    let of = |provider, name: &str| {
        let named = ModelConfig {
            model: name.into(),
            ..model(provider, &llm)
        };
        Models::new(alone(named)).unwrap().identity()
    };
    let one = of(Provider::OpenAi, MODEL);
    assert_eq!((one.provider, one.model.as_str()), ("openai", MODEL));
    assert_ne!(one, of(Provider::OpenAi, "other"));
    assert_ne!(one, of(Provider::Compatible, MODEL));
}
