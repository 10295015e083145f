//! Every fault by every provider.

use ultudy_testkit::llm::{Answer, Spoil};

use super::*;

/// What comes of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// A lesson of so many concepts.
    Lesson(usize),
    /// It may work later; these words, and the wait that was asked for.
    Later(&'static str, Option<u64>),
    /// Nothing was begun, and the provider has too much to do: after so many seconds, uncounted.
    Limited(u64),
    /// It never will; by this code.
    Never(&'static str),
}

use Comes::{Later, Lesson, Limited, Never};

/// What happens, what comes of it, and how many calls it takes.
fn faults() -> Vec<(Answer, Comes, usize)> {
    let unusable = Later("could not be used", None);
    let silent = Later("did not answer in time", None);
    vec![
        (Answer::Lesson, Lesson(4), 1),
        (Answer::WholeLesson, Lesson(4), 1),
        (Answer::HeldLesson, silent, 1),
        (Answer::SilentLesson, silent, 1),
        (Answer::HalfLesson, silent, 1),
        (Answer::CutLesson, Later("could not be reached", None), 1),
        (Answer::ErrorInTheMiddle, unusable, 1),
        // What was not begun is asked for again at once, unless the wait is long.
        (Answer::Status(429, None), Limited(10), 3),
        (Answer::Status(429, Some("0")), Limited(10), 3),
        (Answer::Status(429, Some("7")), Limited(7), 1),
        (Answer::Status(500, None), Later("out of order", None), 3),
        (
            Answer::Status(503, Some("9")),
            Later("out of order", Some(9)),
            1,
        ),
        (Answer::Page(502), Later("out of order", None), 3),
        (Answer::Page(200), unusable, 1),
        (Answer::Text("no JSON at all".into()), unusable, 1),
        (Answer::Text(String::new()), unusable, 1),
        (Answer::Truncated, unusable, 1),
        (Answer::TooLong, unusable, 1),
        (Answer::Huge(10 << 20), unusable, 1),
        (Answer::Spoilt(Spoil::Schema), unusable, 1),
        (Answer::Spoilt(Spoil::Duplicates), unusable, 1),
        (Answer::Spoilt(Spoil::TwoRight), unusable, 1),
        (Answer::Spoilt(Spoil::Item), Lesson(3), 1),
        (Answer::Refusal, Never("content_refused"), 1),
        (Answer::Status(401, None), Never("model_key_refused"), 1),
        (Answer::Status(403, None), Never("model_key_refused"), 1),
        (Answer::Status(404, None), Never("model_unknown"), 1),
        (Answer::Status(400, None), Never("model_request_refused"), 1),
        (Answer::Status(302, None), Never("model_request_refused"), 1),
    ]
}

#[tokio::test]
async fn every_fault_of_every_provider_comes_to_what_it_should_and_costs_no_more() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        for (answer, comes, calls) in faults() {
            let what = format!("{provider:?}, {answer:?}");
            // Who is to hang does so at once; nobody else is to be taken for that.
            let idle_timeout = match comes {
                Later("did not answer in time", _) => Duration::from_millis(500),
                _ => LONG,
            };
            llm.answers(answer);
            let before = llm.counts();
            let asked = ask(ModelsConfig {
                idle_timeout,
                ..alone(model(provider, &llm))
            });
            let made = asked.await;
            check(&what, made, comes);
            // No call is left open, none was made in vain.
            llm.until(&what, |counts| counts.in_flight == 0)
                .await
                .unwrap();
            assert_eq!(llm.counts().made - before.made, calls, "{what}");
        }
    }
}

fn check(what: &str, made: Result<LessonContent, GenerateError>, comes: Comes) {
    match (made, comes) {
        (Ok(lesson), Lesson(concepts)) => {
            assert_eq!(lesson.concepts.len(), concepts, "{what}");
            let check_ins = lesson.concepts.iter().flat_map(|it| &it.check_ins);
            for check_in in check_ins {
                assert_eq!(check_in.fault(), None, "{what}");
            }
        }
        (
            Err(GenerateError::Transient {
                message,
                retry_after,
            }),
            Later(says, wait),
        ) => {
            assert!(message.contains(says), "{what}: {message}");
            assert_eq!(retry_after.map(|it| it.as_secs()), wait, "{what}");
        }
        (
            Err(GenerateError::NotAsked {
                message,
                wait,
                is_limited: true,
            }),
            Limited(seconds),
        ) => {
            assert!(message.contains("too much to do"), "{what}: {message}");
            assert_eq!(wait.as_secs(), seconds, "{what}");
        }
        (Err(GenerateError::Permanent { code, message }), Never(wanted)) => {
            assert_eq!(code, wanted, "{what}: {message}");
        }
        (made, _) => panic!("{what}: {made:?}, not {comes:?}"),
    }
}
