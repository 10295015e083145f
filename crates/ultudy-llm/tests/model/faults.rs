use ultudy_testkit::{llm::Answer, ports};

use super::*;

/// What does not pass: its code and message.
async fn permanent(config: ModelsConfig) -> (&'static str, String) {
    match ask(config).await {
        Err(GenerateError::Permanent { code, message }) => (code, message),
        other => panic!("it does not pass: {other:?}"),
    }
}

/// What may pass: its message.
async fn transient(config: ModelsConfig) -> String {
    match ask(config).await {
        Err(GenerateError::Transient { message, .. }) => message,
        other => panic!("it passes: {other:?}"),
    }
}

#[tokio::test]
async fn what_will_not_pass_says_who_can_help_and_never_the_key() {
    let key = "sk-wrong-1234567890";
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let wrong = permanent(alone(ModelConfig {
            key: key.into(),
            ..model(provider, &llm)
        }));
        let (code, message) = wrong.await;
        assert_eq!(code, "model_key_refused", "{provider:?}");
        assert!(
            message.contains(provider.key_setting()) && !message.contains(key),
            "{message}"
        );
        let (code, message) = permanent(alone(ModelConfig {
            model: "gpt-0".into(),
            ..model(provider, &llm)
        }))
        .await;
        assert_eq!(code, "model_unknown", "{provider:?}");
        assert!(message.contains(provider.base_url_setting()), "{message}");
        let (code, _) = permanent(alone(ModelConfig {
            base_url: llm.base_url().replace("/v1", "/v2").parse().unwrap(),
            ..model(provider, &llm)
        }))
        .await;
        assert_eq!(code, "model_unknown", "{provider:?}");
    }
}

#[tokio::test]
async fn a_call_that_never_falls_silent_ends_with_the_time_there_is() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        llm.answers(Answer::PacedLesson(LONG));
        let message = transient(ModelsConfig {
            total_timeout: Duration::from_secs(2),
            ..alone(model(provider, &llm))
        });
        let message = message.await;
        assert!(message.contains("in time"), "{provider:?}: {message}");
        llm.until("the call is closed", |counts| counts.cancelled == 1)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_provider_that_is_well_again_after_a_moment_costs_one_call_more_and_no_try() {
    for provider in Provider::ALL {
        for hiccup in [
            Answer::Status(429, None),
            Answer::Status(503, None),
            Answer::Page(502),
        ] {
            let llm = Llm::start().await;
            llm.answers_next([hiccup.clone()]);
            let lesson = ask(alone(model(provider, &llm))).await;
            assert!(lesson.is_ok(), "{provider:?}, {hiccup:?}: {lesson:?}");
            assert_eq!(llm.counts().made, 2, "{provider:?}, {hiccup:?}");
        }
    }
}

#[tokio::test]
async fn who_asked_to_be_left_alone_is_not_called_meanwhile() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let models = Models::new(alone(model(provider, &llm))).unwrap();
        llm.answers_next([Answer::Status(429, Some("60"))]);
        assert!(ask_of(&models).await.is_err());
        let Err(GenerateError::NotAsked {
            message,
            wait,
            is_limited: true,
        }) = ask_of(&models).await
        else {
            panic!("{provider:?} is called");
        };
        assert!(message.contains("too much to do"), "{message}");
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
        assert_eq!(llm.counts().made, 1, "{provider:?}");
    }
}

#[tokio::test]
async fn a_provider_that_is_out_of_order_is_left_alone_as_long_as_it_asks() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let models = Models::new(alone(model(provider, &llm))).unwrap();
        llm.answers_next([Answer::Status(503, Some("60"))]);
        assert!(ask_of(&models).await.is_err());
        let made = ask_of(&models).await;
        assert!(
            matches!(
                made,
                Err(GenerateError::NotAsked {
                    is_limited: false,
                    ..
                })
            ),
            "{provider:?}: {made:?}"
        );
        assert_eq!(llm.counts().made, 1, "{provider:?}");
    }
}

#[tokio::test]
async fn whose_headers_say_that_nothing_more_is_allowed_is_left_alone() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let models = Models::new(alone(model(provider, &llm))).unwrap();
        llm.answers_next([Answer::SpentLesson]);
        assert!(ask_of(&models).await.is_ok(), "{provider:?}");
        let made = ask_of(&models).await;
        match provider {
            // It has no such headers.
            Provider::Gemini => assert!(made.is_ok(), "{made:?}"),
            _ => {
                let Err(GenerateError::NotAsked {
                    wait,
                    is_limited: true,
                    ..
                }) = made
                else {
                    panic!("{provider:?} is called: {made:?}");
                };
                // The answer's date, from which it counts, is of the second.
                let minute = 30..=61;
                assert!(minute.contains(&wait.as_secs()), "{wait:?}");
                assert_eq!(llm.counts().made, 1, "{provider:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_may_be_there_later() {
    let llm = Llm::start().await;
    let port = ports::free_port().unwrap();
    for provider in Provider::ALL {
        let nobody = alone(ModelConfig {
            base_url: format!("http://127.0.0.1:{port}/v1").parse().unwrap(),
            ..model(provider, &llm)
        });
        let message = transient(nobody).await;
        assert!(message.contains("could not be reached"), "{message}");
    }
}

#[tokio::test]
async fn a_text_that_teaches_nothing_is_no_fault_of_the_models() {
    let llm = Llm::start().await;
    let empty = r#"{"summary":"s","what":[],"why":"","outcome":"","explanation":"e",
        "examples":[],"analogies":[],"concepts":[]}"#;
    llm.answers(Answer::Text(empty.into()));
    for provider in Provider::ALL {
        let (code, _) = permanent(alone(model(provider, &llm))).await;
        assert_eq!(code, "section_without_text");
    }
}
