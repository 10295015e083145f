use super::*;
use ultudy_testkit::{llm::Answer, server::Server};

#[tokio::test]
async fn a_model_that_hangs_is_tried_again_and_then_the_job_says_so() {
    let class = Class::start(1, &[("LLM_IDLE_SECONDS", "1")]).await;
    class.llm.answers(Answer::HeldLesson);
    let job_id = class.ask(0).await;
    let first = class.job(&job_id, "the first try is over", |job| job["attempt"] == 1);
    assert_eq!(first.await["status"], "queued");
    let job = class.api.ended(&job_id).await;
    assert_eq!(job["status"], "failed", "{job}");
    assert_eq!(job["error"], "The language model did not answer in time.");
    let counts = class.llm.counts();
    assert_eq!((counts.made, counts.cancelled, counts.in_flight), (2, 2, 0));
    // Once it answers, its owner may have it tried again.
    class.llm.answers(Answer::Lesson);
    let again = format!("/api/jobs/{job_id}/retry");
    assert_eq!(
        class.api.post(&again, json!({})).await.status,
        StatusCode::OK
    );
    assert_eq!(class.api.ended(&job_id).await["status"], "completed");
    class.assert_key_unsaid();
}

#[tokio::test]
async fn a_model_that_has_too_much_to_do_is_left_alone_as_long_as_it_asks() {
    let class = Class::start(1, &[]).await;
    // Longer than the pause that the job would make by itself, which is 7.5 s at most.
    let wait = std::time::Duration::from_secs(9);
    class.llm.answers_next([Answer::Status(429, Some("9"))]);
    let job_id = class.ask(0).await;
    let called = class.llm.until("it is called", |counts| counts.made == 1);
    called.await.expect("a call");
    let first = class.llm.last().expect("a call").at;
    let job = class.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["attempt"], 0, "it costs no try: {job}");
    let second = class.llm.last().expect("a call").at;
    assert!(second - first >= wait, "{:?}", second - first);
    assert_eq!(class.llm.counts().made, 2);
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_no_lesson_is_asked_for_again() {
    let class = Class::start(3, &[]).await;
    // What was refused before a word was written is asked for again at once.
    let bad = [
        (Answer::CutLesson, 1),
        (Answer::Text("{\"summary\": 1".into()), 1),
        (Answer::Status(500, None), 0),
    ];
    for (section, (answer, attempt)) in bad.into_iter().enumerate() {
        class.llm.answers_next([answer]);
        let job = class.api.ended(&class.ask(section).await).await;
        assert_eq!(job["status"], "completed", "{job}");
        assert_eq!(job["attempt"], attempt, "{job}");
        assert_eq!(
            class.lesson(section).await["summary"],
            "Written by the model."
        );
    }
    assert_eq!(class.llm.counts().made, 6);
}

#[tokio::test]
async fn a_key_that_is_not_taken_fails_the_job_at_once_and_is_never_said() {
    let wrong = "sk-wrong-hunter2";
    let class = Class::start(1, &[("OPENAI_API_KEY", wrong)]).await;
    let job = class.api.ended(&class.ask(0).await).await;
    assert_eq!(
        (&job["status"], &job["code"]),
        (&"failed".into(), &"model_key_refused".into())
    );
    assert!(text(&job["error"]).contains("OPENAI_API_KEY"), "{job}");
    assert_eq!(class.llm.counts().made, 1, "it is not tried again");
    let log = class.api.server.logged("invalid_api_key").await;
    assert!(
        !log.contains("hunter2") && !job.to_string().contains("hunter2"),
        "{log}"
    );
}

#[tokio::test]
async fn a_model_that_is_not_set_up_whole_stops_the_start_with_one_line() {
    for (settings, reason) in [
        (
            &[("LLM_PROVIDER", "chatgpt")][..],
            "LLM_PROVIDER=\"chatgpt\" must be openai",
        ),
        (
            &[("LLM_PROVIDER", "openai"), ("LLM_MODEL", "m")],
            "OPENAI_API_KEY=\"…\" must be set",
        ),
        (
            &[("LLM_PROVIDER", "openai"), ("OPENAI_API_KEY", "k")],
            "LLM_MODEL=\"\" must name a model",
        ),
        (
            &[("LLM_PROVIDER", "gemini"), ("LLM_MODEL", "m")],
            "GEMINI_API_KEY=\"…\" must be set",
        ),
        (
            &[
                ("LLM_PROVIDER", "anthropic"),
                ("LLM_MODEL", "m"),
                ("ANTHROPIC_API_KEY", "k"),
                ("ANTHROPIC_BASE_URL", "api.anthropic.com"),
            ],
            "ANTHROPIC_BASE_URL=\"…\" must be https://",
        ),
        (
            &[("LLM_PROVIDER", "compatible"), ("LLM_MODEL", "m")],
            "COMPATIBLE_BASE_URL=\"…\" must be https://",
        ),
    ] {
        let refused = Server::start(env!("CARGO_BIN_EXE_ultudy"), settings).await;
        let said = refused.expect_err("it does not start").to_string();
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("setting:"))
            .collect();
        assert!(lines.len() == 1 && lines[0].contains(reason), "{said}");
    }
}
