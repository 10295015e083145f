//! What models cost: as they count it, and no more than it may.

use std::process::{Command, Output};

use ultudy_testkit::llm::Answer;

use super::*;
use crate::asking::Events;

/// Two micro-dollars a token read, eight a token written, whoever provides it.
const PRICES: (&str, &str) = (
    "LLM_PRICES",
    "openai:test-model=2/8,anthropic:test-model=2/8",
);

impl Class {
    async fn usage(&self) -> Value {
        let answer = self.api.get("/api/me/usage").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// Asks for the lesson of a section of this document; its job, once it has ended.
    async fn ended(&self, document_id: &str, section_id: &str) -> Value {
        let body = json!({"document_id": document_id, "section_id": section_id});
        let answer = self.api.post("/api/lessons/generate", body).await;
        self.api.ended(&text(&answer.body["job_id"])).await
    }

    /// The usage once calls are recorded: a cancelled one is after its job has ended.
    pub(super) async fn usage_of(&self, calls: usize) -> Value {
        let found = wait::for_some("the calls are recorded", PATIENCE, async || {
            let usage = self.usage().await;
            (usage["month"]["calls"] == calls).then_some(usage)
        });
        found.await.expect("they are")
    }

    /// What `ultudy usage` prints.
    fn told(&self, by: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ultudy"));
        command.args(["usage", "--by", by]);
        command.env("DATA_DIR", self.api.server.data_dir());
        command.envs(self.api.server.settings().iter().cloned());
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{said}");
        String::from_utf8(stdout).expect("UTF-8")
    }
}

/// Micro-dollars of what the model says it has counted.
fn cost(class: &Class) -> usize {
    let counts = class.llm.counts();
    2 * counts.tokens_read + 8 * counts.tokens_written
}

#[tokio::test]
async fn what_is_shown_is_what_the_model_counted() {
    let llm = Llm::start().await;
    let at_another = llm.base_url_of(Format::Anthropic);
    let base_url = llm.base_url().to_owned();
    let settings = [
        PRICES,
        ("LLM_FALLBACK", "anthropic:test-model"),
        ("ANTHROPIC_API_KEY", KEY),
        ("ANTHROPIC_BASE_URL", &at_another),
    ];
    let class = Class::at(llm, &base_url, 4, &settings).await;
    // One that is tried again, one that another model writes, since the first one's is unusable and
    // paid for, and one as it should be.
    for (section, answers) in [
        vec![Answer::Status(500, None), Answer::Lesson],
        vec![Answer::Text("no JSON at all".into()), Answer::Lesson],
        vec![],
    ]
    .into_iter()
    .enumerate()
    {
        class.llm.answers_next(answers);
        let job = class.api.ended(&class.ask(section).await).await;
        assert_eq!(job["status"], "completed", "{job}");
    }
    let counts = class.llm.counts();
    assert_eq!(counts.made, 5);
    let usage = class.usage().await;
    let month = &usage["month"];
    assert_eq!(month["calls"], 5, "{usage}");
    assert_eq!(month["tokens_read"], counts.tokens_read, "{usage}");
    assert_eq!(month["tokens_written"], counts.tokens_written, "{usage}");
    assert_eq!(month["cost_micros"], cost(&class), "{usage}");
    assert_eq!(month["unpriced_calls"], 0, "{usage}");
    assert_eq!(month["reused"], 0, "{usage}");
    let sum = |list: &str| {
        let all = usage[list].as_array().expect("a list").iter();
        all.map(|one| one["cost_micros"].as_u64().expect("a number"))
            .sum::<u64>() as usize
    };
    for list in ["days", "models", "courses", "lessons"] {
        assert_eq!(sum(list), cost(&class), "{list}: {usage}");
    }
    assert_eq!(usage["models"].as_array().map(Vec::len), Some(2), "{usage}");
    assert_eq!(
        usage["lessons"].as_array().map(Vec::len),
        Some(3),
        "{usage}"
    );
    assert_eq!(usage["courses"][0]["name"], "Biology", "{usage}");

    // The same file again: what it would have cost is saved, and nothing asked.
    let course_id = class.api.course("Once more").await;
    let document_id = class.api.document(book(4), &course_id).await;
    let sections = class.api.sections(&document_id).await;
    let job = class.ended(&document_id, &sections[2]).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(class.llm.counts(), counts);
    let usage = class.usage().await;
    let of_third = usage["lessons"].as_array().expect("lessons").iter();
    let mut of_third = of_third
        .filter(|lesson| lesson["section_id"] == class.sections[2].as_str())
        .map(|lesson| lesson["cost_micros"].clone());
    assert_eq!(usage["month"]["reused"], 1, "{usage}");
    assert_eq!(
        Some(usage["month"]["saved_micros"].clone()),
        of_third.next_back(),
        "{usage}"
    );
    assert_eq!(usage["month"]["cost_micros"], cost(&class), "{usage}");

    // The operator sees the same, and so does the page.
    for by in ["model", "user", "course", "lesson"] {
        let told = class.told(by);
        let calls = told.lines().skip(1).map(|line| {
            let mut columns = line.split('\t').rev();
            columns
                .nth(7)
                .expect("calls")
                .parse::<usize>()
                .expect("a number")
        });
        assert_eq!(calls.sum::<usize>(), 5, "{told}");
    }
    let page = class
        .api
        .request(reqwest::Method::GET, "/usage")
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("a text");
    assert!(
        page.contains(&format!(
            "{} tokens",
            counts.tokens_read + counts.tokens_written
        )),
        "{page}"
    );
    assert!(
        page.contains("test-model") && page.contains("Biology"),
        "{page}"
    );
}

impl Class {
    /// Has the lesson of the same book's first section made once more, elsewhere: without a call, and what that
    /// saves is what the first came to.
    pub(super) async fn assert_all_is_saved(&self, sections: usize) {
        let before = (self.llm.counts(), self.llm.batch_counts());
        let course_id = self.api.course("Once more").await;
        let document_id = self.api.document(book(sections), &course_id).await;
        let first = self.api.sections(&document_id).await.swap_remove(0);
        let job = self.ended(&document_id, &first).await;
        assert_eq!(job["status"], "completed", "{job}");
        assert_eq!((self.llm.counts(), self.llm.batch_counts()), before);
        let usage = self.usage().await;
        let month = &usage["month"];
        assert_eq!(month["reused"], 1, "{usage}");
        assert_eq!(month["saved_micros"], month["cost_micros"], "{usage}");
        let tokens = |name: &str| month[name].as_u64().expect("a number");
        assert_eq!(
            tokens("saved_tokens"),
            tokens("tokens_read") + tokens("tokens_written"),
            "{usage}"
        );
    }
}

/// What was written on the others when one fails is part of what the lesson took, though it is asked for once.
#[tokio::test]
async fn a_lesson_in_parts_saves_the_next_student_what_all_of_them_took() {
    let class = Class::start(1, &[PRICES, ("LLM_CONTEXT_TOKENS", "4096")]).await;
    let ill = Answer::Status(503, Some("6"));
    class.llm.answers_about("A cell of kind 12 ", ill);
    let job = class.api.ended(&class.ask(0).await).await;
    assert_eq!(
        (&job["status"], &job["attempt"]),
        (&"completed".into(), &1.into()),
        "{job}"
    );
    let counts = class.llm.counts();
    // Two parts, one of them again, and the whole.
    assert_eq!(counts.made, 4, "{counts:?}");
    assert_eq!(
        class.usage_of(4).await["month"]["cost_micros"],
        cost(&class)
    );
    class.assert_all_is_saved(1).await;
}

#[tokio::test]
async fn a_call_of_unknown_cost_is_never_free() {
    // No price, and one that is given up before the model has told anything.
    let class = Class::start(2, &[]).await;
    class.api.ended(&class.ask(0).await).await;
    class.llm.answers(Answer::HalfLesson);
    let job_id = class.ask(1).await;
    class
        .until("the call is open", |counts| counts.in_flight == 1)
        .await;
    let cancel = format!("/api/jobs/{job_id}/cancel");
    class.api.post(&cancel, json!({})).await;
    let usage = class.usage_of(2).await;
    let counts = class.llm.counts();
    assert_eq!(usage["month"]["unpriced_calls"], 2, "{usage}");
    assert_eq!(usage["month"]["tokens_read"], counts.tokens_read, "{usage}");
    let page = class
        .api
        .request(reqwest::Method::GET, "/usage")
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("a text");
    assert!(page.contains("unknown"), "{page}");
    let log = class.api.server.log();
    assert_eq!(log.matches("no price is known").count(), 1, "{log}");
}

#[tokio::test]
async fn a_spent_budget_refuses_before_the_call_and_keeps_what_there_is() {
    // One lesson costs some 0.01 dollars, and may cost some 0.10.
    let settings = [PRICES, ("LLM_BUDGET_USER_DAY", "0.105")];
    let class = Class::start(2, &settings).await;
    let made = class.api.ended(&class.ask(0).await).await;
    assert_eq!(made["status"], "completed", "{made}");
    let refused = class.api.ended(&class.ask(1).await).await;
    assert_eq!(refused["status"], "failed", "{refused}");
    assert_eq!(refused["code"], "budget_spent", "{refused}");
    let message = text(&refused["error"]);
    assert!(message.contains("today ($0.105)"), "{message}");
    assert_eq!(class.llm.counts().made, 1, "nobody was asked");
    let usage = class.usage().await;
    let budget = &usage["budgets"][0];
    assert_eq!(budget["period"], "day", "{usage}");
    assert_eq!(budget["limit_micros"], 105_000, "{usage}");
    assert_eq!(budget["spent_micros"], cost(&class), "{usage}");
    assert_eq!(budget["reserved_micros"], 0, "{usage}");
    // What was made before is there, for another document, too.
    assert_eq!(class.lesson(0).await["summary"], "Written by the model.");
    let course_id = class.api.course("Once more").await;
    let document_id = class.api.document(book(2), &course_id).await;
    let sections = class.api.sections(&document_id).await;
    let job = class.ended(&document_id, &sections[0]).await;
    assert_eq!(job["status"], "completed", "{job}");
}

#[tokio::test]
async fn a_lesson_waits_while_what_is_under_way_may_spend_the_budget() {
    let settings = [
        PRICES,
        ("LLM_BUDGET_MONTH", "0.26"),
        ("LESSON_QUEUE_CONCURRENCY", "3"),
    ];
    let class = Class::start(3, &settings).await;
    class.llm.answers(Answer::HeldLesson);
    let mut jobs = Vec::new();
    for section in 0..3 {
        jobs.push(class.ask(section).await);
    }
    // For two there is room, whichever they are.
    let one = wait::for_some("one waits", PATIENCE, async || {
        for job_id in &jobs {
            let job = class.api.get(&format!("/api/jobs/{job_id}")).await.body;
            if job["status"] == "queued" && !job["started_at"].is_null() {
                return Some(job);
            }
        }
        None
    });
    let waiting = one.await.expect("it does");
    class
        .until("two are open", |counts| counts.in_flight == 2)
        .await;
    class.llm.answers(Answer::Lesson);
    class.llm.release();
    // Less was spent than was kept for them: there is room again.
    for job_id in &jobs {
        let job = class.api.ended(job_id).await;
        assert_eq!(job["status"], "completed", "{job} {waiting}");
        assert_eq!(job["attempt"], 0, "{job}");
    }
    assert_eq!(class.llm.counts().made, 3);
}

#[tokio::test]
async fn a_budget_that_is_less_than_one_lesson_may_cost_says_so() {
    let settings = [PRICES, ("LLM_BUDGET_USER_DAY", "0.01")];
    let class = Class::start(1, &settings).await;
    let refused = class.api.ended(&class.ask(0).await).await;
    assert_eq!(refused["code"], "budget_spent", "{refused}");
    let message = text(&refused["error"]);
    assert!(message.contains("may cost more than all"), "{message}");
    assert_eq!(class.llm.counts().made, 0, "nobody was asked");
}

/// Each of its calls is paid by itself: a second one is not made for what is kept for the first.
#[tokio::test]
async fn a_lesson_that_takes_more_calls_than_there_is_room_for_stops_between_them() {
    let settings = [
        PRICES,
        ("LLM_BUDGET_USER_DAY", "0.105"),
        ("LLM_FALLBACK", "openai:test-model"),
    ];
    let class = Class::start(1, &settings).await;
    class.llm.answers(Answer::Text("no JSON ".repeat(2_000)));
    let refused = class.api.ended(&class.ask(0).await).await;
    assert_eq!(refused["code"], "budget_spent", "{refused}");
    assert_eq!(class.llm.counts().made, 1);
    let budget = &class.usage().await["budgets"][0];
    assert_eq!(budget["spent_micros"], cost(&class), "{budget}");
    assert_eq!(budget["reserved_micros"], 0, "{budget}");
}

/// Whoever hangs up before the end has used up a question all the same.
#[tokio::test]
async fn questions_that_are_given_up_count() {
    let settings = [PRICES, ("QUESTIONS_PER_MINUTE", "2")];
    let class = Class::start(1, &settings).await;
    let long = "A cell is alive [1]. ".repeat(10);
    class.llm.answers(Answer::HalfText(long));
    let body = json!({"document_id": class.document_id, "question": "What is a cell?"});
    for made in 1..=2 {
        let mut asked = Events::of(&class.api, "/api/ask", body.clone()).await;
        asked.named("sources").await;
        asked.named("text").await;
        drop(asked);
        class
            .until("it is given up", |counts| counts.cancelled == made)
            .await;
    }
    let refused = class.api.post("/api/ask", body).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{refused:?}");
    assert_eq!(class.llm.counts().made, 2);
}

#[tokio::test]
async fn questions_and_verdicts_are_on_the_bill_too() {
    let class = Class::start(1, &[PRICES]).await;
    class.api.ended(&class.ask(0).await).await;
    let question = class.lesson(0).await["concepts"][0]["check_ins"][0].clone();
    class.llm.answers(Answer::Verdict(90));
    let body = json!({
        "check_in_id": question["id"], "evaluation_mode": "llm",
        "answer": "On that page the smallest living unit of its kind is a cell.",
    });
    let graded = class.api.post("/api/check-ins/submit", body).await;
    assert_eq!(graded.body["graded_by"], "model", "{graded:?}");
    class
        .llm
        .answers(Answer::Text("A cell is alive [1].".into()));
    let body = json!({"document_id": class.document_id, "question": "What is a cell?"});
    let asked = Events::of(&class.api, "/api/ask", body).await;
    assert_eq!(asked.done().await.1["by"], "model");
    let concept = class.lesson(0).await["concepts"][0]["id"].clone();
    let body = json!({"concept_id": concept, "kind": "simpler"});
    let explained = Events::of(&class.api, "/api/explain", body).await;
    assert_eq!(explained.done().await.1["by"], "model");
    let course_id = class.api.get("/api/documents").await.body["documents"][0]["course_id"].clone();
    let body = json!({"course_id": course_id, "question": "What is a cell?"});
    let asked = Events::of(&class.api, "/api/ask", body).await;
    assert_eq!(asked.done().await.1["by"], "model");
    let usage = class.usage_of(5).await;
    let counts = class.llm.counts();
    assert_eq!(counts.made, 5);
    // All of the course, which is one; all but what was asked of it as a whole of what it is about.
    assert_eq!(usage["courses"].as_array().map(Vec::len), Some(1));
    assert_eq!(usage["courses"][0]["calls"], 5, "{usage}");
    assert_eq!(usage["courses"][0]["course_id"], course_id, "{usage}");
    let lessons = usage["lessons"].as_array().expect("lessons");
    let calls = |section: Value| {
        let mut of = lessons.iter().filter(|it| it["section_id"] == section);
        let one = of.next().expect("it is listed");
        assert_eq!(one["document_id"], class.document_id, "{usage}");
        assert!(one["name"].is_string(), "{usage}");
        one["calls"].clone()
    };
    assert_eq!(calls(json!(class.sections[0])), 3, "{usage}");
    assert_eq!(calls(Value::Null), 1, "{usage}");
    assert_eq!(lessons.len(), 2, "{usage}");
    let page = class
        .api
        .request(reqwest::Method::GET, "/usage")
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("a text");
    for wrong in ["No longer there", "Without a course"] {
        assert!(!page.contains(wrong), "{page}");
    }
    for by in ["course", "lesson"] {
        let told = class.told(by);
        let mut groups = told.lines().skip(1).map(|line| line.split('\t').nth(1));
        assert!(groups.all(|group| group != Some("-")), "{told}");
    }
    assert_eq!(usage["month"]["tokens_read"], counts.tokens_read, "{usage}");
    assert_eq!(usage["month"]["tokens_written"], counts.tokens_written);
    assert_eq!(usage["month"]["cost_micros"], cost(&class), "{usage}");
}

#[tokio::test]
async fn a_question_that_is_given_up_is_on_the_bill_all_the_same() {
    let class = Class::start(1, &[PRICES]).await;
    let long = "A cell is alive [1]. ".repeat(10);
    class.llm.answers(Answer::HalfText(long));
    let body = json!({"document_id": class.document_id, "question": "What is a cell?"});
    let mut asked = Events::of(&class.api, "/api/ask", body).await;
    asked.named("sources").await;
    asked.named("text").await;
    drop(asked);
    let usage = class.usage_of(1).await;
    assert_eq!(usage["month"]["unpriced_calls"], 1, "{usage}");
    assert_eq!(class.llm.counts().cancelled, 1);
}

#[tokio::test]
async fn with_a_spent_budget_questions_are_answered_by_quotations_and_say_why() {
    let settings = [PRICES, ("LLM_BUDGET_USER_DAY", "0.0001")];
    let class = Class::start(1, &settings).await;
    let body = json!({"document_id": class.document_id, "question": "What is a cell?"});
    let asked = Events::of(&class.api, "/api/ask", body).await;
    let (told, done) = asked.done().await;
    assert_eq!(done["by"], "quotations", "{done}");
    assert!(told.contains("leaves no room"), "{told}");
    assert_eq!(class.llm.counts().made, 0, "nobody was asked");
}
