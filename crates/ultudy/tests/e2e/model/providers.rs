//! Every provider, and every fault of each: no job is lost, no unsound item is in a lesson, no call is
//! made twice for nothing, and what is asked for goes on.

use std::collections::HashSet;

use reqwest::Method;
use ultudy_testkit::llm::{Answer, Spoil};

use super::*;

/// What happens to the first call for a section, and how many calls its lesson takes; none if the
/// model will not write it.
fn faults() -> Vec<(Answer, Option<usize>)> {
    vec![
        (Answer::Lesson, Some(1)),
        (Answer::SilentLesson, Some(2)),
        (Answer::HalfLesson, Some(2)),
        (Answer::CutLesson, Some(2)),
        (Answer::ErrorInTheMiddle, Some(2)),
        (Answer::Status(429, None), Some(2)),
        (Answer::Status(429, Some("6")), Some(2)),
        (Answer::Status(500, None), Some(2)),
        (Answer::Page(502), Some(2)),
        (Answer::Text("no JSON at all".into()), Some(2)),
        (Answer::Truncated, Some(2)),
        (Answer::Spoilt(Spoil::Schema), Some(2)),
        (Answer::Spoilt(Spoil::Item), Some(1)),
        (Answer::Spoilt(Spoil::Duplicates), Some(2)),
        (Answer::Spoilt(Spoil::TwoRight), Some(2)),
        (Answer::Text(String::new()), Some(2)),
        (Answer::Huge(10 << 20), Some(2)),
        (Answer::Refusal, None),
    ]
}

#[tokio::test]
async fn openai_may_fail_in_any_way() {
    may_fail_in_any_way(Provider::OpenAi).await;
}

#[tokio::test]
async fn gemini_may_fail_in_any_way() {
    may_fail_in_any_way(Provider::Gemini).await;
}

#[tokio::test]
async fn anthropic_may_fail_in_any_way() {
    may_fail_in_any_way(Provider::Anthropic).await;
}

#[tokio::test]
async fn a_compatible_server_may_fail_in_any_way() {
    may_fail_in_any_way(Provider::Compatible).await;
}

async fn may_fail_in_any_way(provider: Provider) {
    let faults = faults();
    let settings = [
        ("LLM_IDLE_SECONDS", "15"),
        ("LESSON_QUEUE_CONCURRENCY", "4"),
        ("LESSON_JOBS_PER_MINUTE", "1000"),
    ];
    let class = Class::by(provider, faults.len(), &settings).await;
    let mut jobs = Vec::new();
    for (section, (answer, _)) in faults.iter().enumerate() {
        let page = section * SECTION + 1;
        let text = format!("A cell of kind {page} is");
        class.llm.answers_about(&text, answer.clone());
        jobs.push(class.ask(section).await);
    }
    for (section, (answer, calls)) in faults.iter().enumerate() {
        let job = class.api.ended(&jobs[section]).await;
        let said = format!("{answer:?}: {job}");
        match calls {
            Some(_) => {
                assert_eq!(job["status"], "completed", "{said}");
                is_sound(&class.lesson(section).await, &said);
            }
            None => assert_eq!(job["code"], "content_refused", "{said}"),
        }
    }
    let counts = class.llm.counts();
    let calls: usize = faults.iter().map(|(_, calls)| calls.unwrap_or(1)).sum();
    assert_eq!((counts.made, counts.in_flight), (calls, 0), "{counts:?}");
    assert!(counts.most <= 4, "no slot has two calls: {counts:?}");
    class.assert_key_unsaid();
}

/// Each question has four options that differ and are explained, one of which is right.
fn is_sound(lesson: &Value, said: &str) {
    let check_ins = lesson["check_ins"].as_array().expect(said);
    assert!(!check_ins.is_empty(), "{said}");
    for check_in in check_ins {
        let options = check_in["options"].as_array().expect(said);
        let texts: HashSet<_> = options.iter().map(|it| text(&it["text"])).collect();
        let right = options.iter().filter(|it| it["correct"] == true);
        assert_eq!((texts.len(), right.count()), (4, 1), "{said}: {check_in}");
        assert!(
            options
                .iter()
                .all(|it| !text(&it["explanation"]).is_empty())
        );
    }
}

#[tokio::test]
async fn another_provider_writes_while_the_first_is_not_well() {
    let other = Llm::start().await;
    let at = other.base_url_of(Format::Anthropic);
    let fallback = format!("anthropic:{MODEL}");
    let class = Class::by(
        Provider::Gemini,
        8,
        &[
            ("LLM_FALLBACK", &fallback),
            ("ANTHROPIC_API_KEY", KEY),
            ("ANTHROPIC_BASE_URL", &at),
            ("LESSON_JOBS_PER_MINUTE", "1000"),
            ("LESSON_QUEUE_CONCURRENCY", "1"),
        ],
    )
    .await;
    // A proxy's page, and not asked for again at once.
    class.llm.answers(Answer::Page(200));
    for section in 0..8 {
        let job = class.api.ended(&class.ask(section).await).await;
        assert_eq!(
            (&job["status"], &job["attempt"]),
            (&json!("completed"), &json!(0)),
            "{job}"
        );
    }
    // After five it was left alone.
    assert_eq!((class.llm.counts().made, other.counts().made), (5, 8));
    let metrics = class.api.request(Method::GET, "/metrics").send().await;
    let metrics = metrics.expect("an answer").text().await.expect("a text");
    for line in [
        format!("ultudy_model_breaker_state{{provider=\"gemini\",model=\"{MODEL}\"}} 1"),
        format!("ultudy_model_fallbacks_total{{provider=\"anthropic\",model=\"{MODEL}\"}} 8"),
        format!(
            "ultudy_model_call_duration_seconds_count{{provider=\"gemini\",model=\"{MODEL}\",outcome=\"foreign\"}} 5"
        ),
    ] {
        assert!(metrics.contains(&line), "{line}\n{metrics}");
    }
    class.assert_key_unsaid();
}

/// Also in what libraries say when everything is logged.
#[tokio::test]
async fn no_provider_s_key_is_ever_logged() {
    for provider in Provider::ALL {
        let class = Class::by(provider, 2, &[("LOG", "trace")]).await;
        let job = class.api.ended(&class.ask(0).await).await;
        assert_eq!(job["status"], "completed", "{provider:?}: {job}");
        class.llm.answers(Answer::Status(401, None));
        let job = class.api.ended(&class.ask(1).await).await;
        assert_eq!(job["code"], "model_key_refused", "{provider:?}: {job}");
        assert!(
            text(&job["error"]).contains(provider.key_setting()),
            "{job}"
        );
        class.assert_key_unsaid();
    }
}
