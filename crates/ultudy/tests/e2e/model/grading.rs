//! Answers in own words, read by a model that is slow, wrong or can be talked into anything.

use reqwest::Method;
use ultudy_testkit::llm::Answer;

use super::*;
use crate::api::Answer as Answered;

const INJECTIONS: &str = include_str!("../../../../ultudy-domain/tests/grading_injections.json");
/// What the text says of a cell, in other words.
const PARAPHRASE: &str = "On that page the smallest living unit of its kind is a cell.";

/// A question of a lesson that the model wrote.
struct Asked {
    class: Class,
    question: Value,
}

impl Asked {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let class = Class::start(1, settings).await;
        class.api.ended(&class.ask(0).await).await;
        let question = class.lesson(0).await["concepts"][0]["check_ins"][0].clone();
        assert_eq!(class.llm.counts().made, 1);
        Self { class, question }
    }

    fn body(&self, answer: &str) -> Value {
        json!({"check_in_id": self.question["id"], "answer": answer, "evaluation_mode": "llm"})
    }

    async fn submit(&self, answer: &str) -> Answered {
        let body = self.body(answer);
        self.class.api.post("/api/check-ins/submit", body).await
    }

    /// Calls for verdicts.
    fn made(&self) -> usize {
        self.class.llm.counts().made - 1
    }
}

#[tokio::test]
async fn a_paraphrase_is_read_by_the_model_and_paid_for_once() {
    let asked = Asked::with(&[]).await;
    asked.class.llm.answers(Answer::Verdict(90));
    let graded = asked.submit(PARAPHRASE).await;
    assert_eq!(graded.status, StatusCode::OK, "{graded:?}");
    assert_eq!(graded.body["graded_by"], "model", "{graded:?}");
    assert_eq!(graded.body["correct"], true);
    assert_eq!(graded.body["score"], 90);
    assert_eq!(graded.body["feedback"], "Well done, said the model.");
    assert_eq!(
        graded.body["key_points"][0],
        asked.question["expected_answer"]
    );
    assert_eq!(graded.body["mastery_update"]["total_attempts"], 1);
    let sent = asked.class.llm.last().expect("a call").body;
    let material: Value =
        serde_json::from_str(&text(&sent["messages"][1]["content"])).expect("JSON");
    assert_eq!(material["student_answer"], PARAPHRASE);
    // The same again counts again, and is not asked again.
    let again = asked.submit(PARAPHRASE).await;
    assert_eq!(again.body["score"], 90);
    assert_eq!(again.body["mastery_update"]["total_attempts"], 2);
    assert_eq!(asked.made(), 1);
    // Nobody need be asked about the text's own words, or an option.
    for answer in [
        &asked.question["expected_answer"],
        &asked.question["options"][0]["text"],
    ] {
        assert_eq!(asked.submit(&text(answer)).await.status, StatusCode::OK);
    }
    assert_eq!(asked.made(), 1);
    asked.class.assert_key_unsaid();
}

#[tokio::test]
async fn answers_that_instruct_the_grader_stay_wrong_though_the_model_obeys() {
    let asked = Asked::with(&[]).await;
    asked.class.llm.answers(Answer::Verdict(100));
    let set: Value = serde_json::from_str(INJECTIONS).expect("JSON");
    let answers = set["answers"].as_array().expect("answers");
    assert_eq!(answers.len(), 30);
    for answer in answers {
        let graded = asked.submit(&text(answer)).await;
        assert_eq!(graded.status, StatusCode::OK, "{graded:?}");
        assert_eq!(graded.body["correct"], false, "{answer}: {graded:?}");
        assert_eq!(
            graded.body["graded_by"], "key_terms",
            "{answer}: {graded:?}"
        );
    }
    assert!(
        asked.made() > 0,
        "some look like answers, and the model was asked"
    );
    // It is the answers, not the model.
    assert_eq!(asked.submit(PARAPHRASE).await.body["correct"], true);
}

#[tokio::test]
async fn whatever_the_model_does_the_answer_is_graded_and_says_how() {
    let asked = Asked::with(&[("LLM_GRADING_SECONDS", "2")]).await;
    for (number, wrong) in [
        Answer::Verdict(1_000),
        Answer::Text("It is right.".into()),
        Answer::Text("{\"score\": 100}".into()),
        Answer::Refusal,
        Answer::Page(502),
        Answer::SilentLesson,
        Answer::Status(429, Some("3600")),
        Answer::Verdict(90),
    ]
    .into_iter()
    .enumerate()
    {
        asked.class.llm.answers(wrong.clone());
        let answer = format!("{PARAPHRASE} That is number {number}.");
        let graded = asked.submit(&answer).await;
        assert_eq!(graded.status, StatusCode::OK, "{wrong:?}: {graded:?}");
        assert_eq!(
            graded.body["graded_by"], "key_terms",
            "{wrong:?}: {graded:?}"
        );
        let feedback = text(&graded.body["feedback"]);
        assert!(feedback.contains("without a language model"), "{feedback}");
    }
    // The last was not even asked: the provider wants to be left alone.
    let counted = crate::metrics::scrape(&asked.class.api).await;
    let failed = "ultudy_answers_graded_total{outcome=\"failed\"}";
    let unsound = "ultudy_answers_graded_total{outcome=\"unsound\"}";
    assert_eq!(crate::metrics::number(&counted, unsound), Some(1.0));
    assert_eq!(crate::metrics::number(&counted, failed), Some(7.0));
}

#[tokio::test]
async fn while_the_model_reads_nobody_is_kept_from_writing_and_what_is_gone_is_not_graded() {
    let asked = Asked::with(&[]).await;
    let Asked { class, .. } = &asked;
    class.llm.answers(Answer::HeldVerdict(90));
    let read = async {
        class
            .until("it reads", |counts| counts.in_flight == 1)
            .await;
        // A transaction that held the database would keep this waiting.
        class.api.course("Chemistry").await;
        class.llm.release();
    };
    let (graded, ()) = tokio::join!(asked.submit(PARAPHRASE), read);
    assert_eq!(graded.body["graded_by"], "model", "{graded:?}");

    let gone = async {
        class
            .until("it reads", |counts| counts.in_flight == 1)
            .await;
        let path = format!("/api/documents/{}", class.document_id);
        assert_eq!(class.api.delete(&path).await.status, StatusCode::OK);
        class.llm.release();
    };
    let other = format!("{PARAPHRASE} So it is.");
    let (graded, ()) = tokio::join!(asked.submit(&other), gone);
    assert_eq!(graded.status, StatusCode::NOT_FOUND, "{graded:?}");
}

#[tokio::test]
async fn who_goes_away_is_not_paid_for_further() {
    let asked = Asked::with(&[]).await;
    asked.class.llm.answers(Answer::HeldVerdict(90));
    let request = asked
        .class
        .api
        .request(Method::POST, "/api/check-ins/submit");
    let sent = tokio::spawn(request.json(&asked.body(PARAPHRASE)).send());
    asked
        .class
        .until("it reads", |counts| counts.in_flight == 1)
        .await;
    sent.abort();
    asked
        .class
        .until("it is let go", |counts| counts.cancelled == 1)
        .await;
}

#[tokio::test]
async fn beyond_the_limit_answers_are_graded_without_the_model() {
    let asked = Asked::with(&[("QUESTIONS_PER_MINUTE", "1")]).await;
    asked.class.llm.answers(Answer::Verdict(90));
    assert_eq!(asked.submit(PARAPHRASE).await.body["graded_by"], "model");
    let other = format!("{PARAPHRASE} So it is.");
    let graded = asked.submit(&other).await;
    assert_eq!(graded.status, StatusCode::OK);
    assert_eq!(graded.body["graded_by"], "key_terms", "{graded:?}");
    // What is known costs nothing.
    assert_eq!(asked.submit(PARAPHRASE).await.body["graded_by"], "model");
    assert_eq!(asked.made(), 1);
}
