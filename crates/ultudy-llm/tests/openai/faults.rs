use ultudy_testkit::{llm::Answer, ports};

use super::*;

/// What may pass: its message, and the wait that was asked for.
async fn transient(config: OpenAiConfig) -> (String, Option<u64>) {
    match ask(config).await {
        Err(GenerateError::Transient {
            message,
            retry_after,
        }) => (message, retry_after.map(|wait| wait.as_secs())),
        other => panic!("it passes: {other:?}"),
    }
}

/// What does not pass: its code and message.
async fn permanent(config: OpenAiConfig) -> (&'static str, String) {
    match ask(config).await {
        Err(GenerateError::Permanent { code, message }) => (code, message),
        other => panic!("it does not pass: {other:?}"),
    }
}

#[tokio::test]
async fn what_the_provider_cannot_do_now_may_be_tried_again() {
    let llm = Llm::start().await;
    for (answer, says, wait) in [
        (Answer::Status(429, Some("7")), "too much to do", Some(7)),
        (Answer::Status(429, None), "too much to do", None),
        (Answer::Status(500, None), "out of order", None),
        (Answer::Status(503, Some("2")), "out of order", Some(2)),
        (Answer::CutLesson, "could not be reached", None),
        (Answer::Page(200), "could not be used", None),
        (Answer::TooLong, "could not be used", None),
        (
            Answer::Text("{\"summary\": ".into()),
            "could not be used",
            None,
        ),
        (Answer::Text(String::new()), "could not be used", None),
    ] {
        llm.answers(answer.clone());
        let (message, waits) = transient(config(&llm)).await;
        assert!(message.contains(says), "{answer:?}: {message}");
        assert_eq!(waits, wait, "{answer:?}");
        llm.answers(Answer::Lesson);
        assert!(ask(config(&llm)).await.is_ok(), "after {answer:?}");
    }
}

#[tokio::test]
async fn what_will_not_pass_says_who_can_help_and_never_the_key() {
    let llm = Llm::start().await;
    let key = "sk-wrong-1234567890";
    let wrong = permanent(OpenAiConfig {
        key: key.into(),
        ..config(&llm)
    });
    let (code, message) = wrong.await;
    assert_eq!(code, "model_key_refused");
    assert!(
        message.contains("OPENAI_API_KEY") && !message.contains(key),
        "{message}"
    );
    let openai = OpenAi::new(config(&llm)).unwrap();
    assert!(!format!("{openai:?}").contains(KEY));
    let unknown = permanent(OpenAiConfig {
        model: "gpt-0".into(),
        ..config(&llm)
    });
    assert_eq!(unknown.await.0, "model_unknown");
    let elsewhere = permanent(OpenAiConfig {
        base_url: llm.base_url().replace("/v1", "/v2").parse().unwrap(),
        ..config(&llm)
    });
    assert_eq!(elsewhere.await.0, "model_unknown");
    for (answer, wanted) in [
        (Answer::Status(400, None), "model_request_refused"),
        (Answer::Refusal, "content_refused"),
        (Answer::Status(302, None), "model_request_refused"),
    ] {
        llm.answers(answer.clone());
        assert_eq!(permanent(config(&llm)).await.0, wanted, "{answer:?}");
    }
}

#[tokio::test]
async fn a_model_that_hangs_is_left_before_it_says_anything_and_in_the_middle() {
    let llm = Llm::start().await;
    let idle = |llm: &Llm| OpenAiConfig {
        idle_timeout: Duration::from_millis(300),
        ..config(llm)
    };
    for (calls, answer) in [(1, Answer::HeldLesson), (2, Answer::HalfLesson)] {
        llm.answers(answer.clone());
        let (message, _) = transient(idle(&llm)).await;
        assert!(message.contains("in time"), "{answer:?}: {message}");
        llm.until("the call is closed", |counts| counts.cancelled == calls)
            .await
            .unwrap();
    }
    // The time in all ends a call that never falls silent for long, too.
    let (message, _) = transient(OpenAiConfig {
        total_timeout: Duration::from_millis(300),
        ..config(&llm)
    })
    .await;
    assert!(message.contains("in time"), "{message}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_may_be_there_later() {
    let llm = Llm::start().await;
    let port = ports::free_port().unwrap();
    let nobody = OpenAiConfig {
        base_url: format!("http://127.0.0.1:{port}/v1").parse().unwrap(),
        ..config(&llm)
    };
    let (message, _) = transient(nobody).await;
    assert!(message.contains("could not be reached"), "{message}");
}

#[tokio::test]
async fn a_text_that_teaches_nothing_is_no_fault_of_the_models() {
    let llm = Llm::start().await;
    let empty = r#"{"summary":"s","what":[],"why":"","outcome":"","explanation":"e",
        "examples":[],"analogies":[],"concepts":[]}"#;
    llm.answers(Answer::Text(empty.into()));
    let (code, _) = permanent(config(&llm)).await;
    assert_eq!(code, "section_without_text");
}
