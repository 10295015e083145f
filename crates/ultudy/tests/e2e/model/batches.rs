//! Lessons that nobody waits for, in batches: at half the price, and none lost or paid twice wherever the
//! server stops.

use ultudy_testkit::llm::{Answer, BatchCounts, BatchEnd, SendFault};

use super::*;
use crate::fleet::Ground;

/// Two micro-dollars a token read, eight a token written; a batch costs half.
const PRICES: (&str, &str) = (
    "LLM_PRICES",
    "openai:test-model=2/8,anthropic:test-model=2/8,gemini:test-model=2/8",
);
const ON: (&str, &str) = ("LLM_BATCH", "low");
/// Long enough for all jobs of a test to be asked for.
const GATHER: (&str, &str) = ("LLM_BATCH_GATHER_SECONDS", "5");
const AT_ONCE: (&str, &str) = ("LLM_BATCH_GATHER_SECONDS", "1");

impl Class {
    /// Asks for the lesson of a section with this priority; its job.
    async fn ask_as(&self, section: usize, priority: &str) -> String {
        let body = json!({
            "document_id": self.document_id, "section_id": self.sections[section],
            "priority": priority,
        });
        let answer = self.api.post("/api/lessons/generate", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        text(&answer.body["job_id"])
    }

    /// The same of the first sections, for some time to come; their jobs.
    async fn ask_low(&self, sections: usize) -> Vec<String> {
        let mut jobs = Vec::new();
        for section in 0..sections {
            jobs.push(self.ask_as(section, "low").await);
        }
        jobs
    }

    async fn until_batches(&self, what: &str, wanted: impl Fn(BatchCounts) -> bool) {
        let reached = self.llm.until_batches(what, wanted).await;
        let counts = self.llm.batch_counts();
        assert!(
            reached.is_ok(),
            "{what}: {counts:?}\n{}",
            self.api.server.log()
        );
    }

    async fn all_complete(&self, jobs: &[String]) {
        for job_id in jobs {
            let job = self.api.ended(job_id).await;
            let log = || self.api.server.log();
            assert_eq!(job["status"], "completed", "{job}\n{}", log());
            assert_eq!(job["attempt"], 0, "{job}\n{}", log());
        }
    }

    /// What the model counts is what is on the bill: calls at their price, batches at half of it.
    async fn assert_paid_once(&self, calls: usize) {
        let (direct, batched) = (self.llm.counts(), self.llm.batch_counts());
        let of = |read: usize, written: usize| 2 * read + 8 * written;
        let cost = of(direct.tokens_read, direct.tokens_written)
            + of(batched.tokens_read, batched.tokens_written) / 2;
        let found = wait::for_some("the calls are recorded", PATIENCE, async || {
            let usage = self.api.get("/api/me/usage").await.body;
            (usage["month"]["calls"] == calls).then_some(usage)
        });
        let usage = found.await.expect("they are");
        let month = &usage["month"];
        assert_eq!(month["cost_micros"], cost, "{usage}");
        assert_eq!(
            month["tokens_read"],
            direct.tokens_read + batched.tokens_read,
            "{usage}"
        );
        assert_eq!(
            month["tokens_written"],
            direct.tokens_written + batched.tokens_written,
            "{usage}"
        );
        assert_eq!(month["unpriced_calls"], 0, "{usage}");
    }

    async fn metrics(&self) -> String {
        let answer = self
            .api
            .request(reqwest::Method::GET, "/metrics")
            .send()
            .await;
        answer.expect("an answer").text().await.expect("a text")
    }

    /// All of these wait for a batch that was sent, and no worker is busy with them.
    async fn until_all_wait(&self, jobs: &[String]) {
        self.until_batches("they are sent", |counts| counts.items >= jobs.len())
            .await;
        for job_id in jobs {
            let job = self.api.get(&format!("/api/jobs/{job_id}")).await.body;
            let found = (&job["status"], &job["stage"]);
            assert_eq!(found, (&"queued".into(), &"waiting".into()), "{job}");
        }
    }
}

#[tokio::test]
async fn ten_lessons_that_nobody_waits_for_are_one_batch_at_half_the_price() {
    let class = Class::start(10, &[PRICES, ON, GATHER]).await;
    class.llm.batches_end(BatchEnd::Never);
    let jobs = class.ask_low(10).await;
    class.until_all_wait(&jobs).await;
    // Another lesson is made meanwhile: they keep no worker busy.
    let course_id = class.api.course("Meanwhile").await;
    let document_id = class.api.document(book_after(200, 1), &course_id).await;
    let sections = class.api.sections(&document_id).await;
    let body = json!({"document_id": document_id, "section_id": sections[0]});
    let other = class.api.post("/api/lessons/generate", body).await;
    class.all_complete(&[text(&other.body["job_id"])]).await;
    class.llm.batches_end(BatchEnd::Complete);
    class.all_complete(&jobs).await;
    for section in 0..10 {
        let lesson = class.lesson(section).await;
        assert_eq!(lesson["summary"], "Written by the model.", "{lesson}");
    }
    let counts = class.llm.batch_counts();
    assert_eq!((counts.batches, counts.items, counts.answered), (1, 10, 10));
    assert_eq!(class.llm.counts().made, 1, "none was asked for by itself");
    class.assert_paid_once(11).await;
    let metrics = class.metrics().await;
    let answered = "ultudy_llm_batch_items_total{provider=\"openai\",outcome=\"answered\"} 10";
    assert!(metrics.contains(answered), "{metrics}");
    class.assert_key_unsaid();
}

#[tokio::test]
async fn a_lesson_of_a_batch_saves_the_next_student_what_the_batch_took() {
    let class = Class::start(1, &[PRICES, ON, AT_ONCE]).await;
    let jobs = class.ask_low(1).await;
    class.all_complete(&jobs).await;
    class.assert_paid_once(1).await;
    class.assert_all_is_saved(1).await;
}

#[tokio::test]
async fn every_provider_with_batches_is_given_them() {
    for provider in [Provider::Anthropic, Provider::Gemini] {
        let class = Class::by(provider, 3, &[PRICES, ON, GATHER]).await;
        let jobs = class.ask_low(3).await;
        class.all_complete(&jobs).await;
        let counts = class.llm.batch_counts();
        assert_eq!((counts.batches, counts.answered), (1, 3), "{provider:?}");
        assert_eq!(class.llm.counts().made, 0, "{provider:?}");
        class.assert_paid_once(3).await;
    }
}

#[tokio::test]
async fn without_the_setting_or_a_batch_api_each_is_asked_for_by_itself() {
    let off = Class::start(1, &[PRICES]).await;
    let none = Class::by(Provider::Compatible, 1, &[ON]).await;
    for class in [off, none] {
        let jobs = class.ask_low(1).await;
        class.all_complete(&jobs).await;
        assert_eq!(class.llm.counts().made, 1);
        assert_eq!(class.llm.batch_counts(), BatchCounts::default());
    }
}

#[tokio::test]
async fn killed_before_it_could_note_that_a_batch_was_taken_it_finds_it_again() {
    for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Gemini] {
        let mut class = Class::by(provider, 3, &[PRICES, ON, GATHER]).await;
        class.llm.next_batch_is(SendFault::TakenAndSilent);
        let jobs = class.ask_low(3).await;
        class
            .until_batches("it is taken", |counts| counts.batches == 1)
            .await;
        class.api.server.kill().await.expect("it dies");
        class.llm.release();
        class.api.server.restart().await.expect("it comes back");
        class.all_complete(&jobs).await;
        let counts = class.llm.batch_counts();
        assert_eq!((counts.batches, counts.items), (1, 3), "{provider:?}");
        assert_eq!(class.llm.counts().made, 0, "{provider:?}");
        class.assert_paid_once(3).await;
    }
}

#[tokio::test]
async fn an_error_after_a_batch_was_taken_sends_it_no_second_time() {
    let class = Class::start(2, &[PRICES, ON, AT_ONCE]).await;
    class.llm.next_batch_is(SendFault::TakenAndFailed);
    class.llm.next_looks_are(&[429, 500]);
    let jobs = class.ask_low(1).await;
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.batch_counts().batches, 1);
    assert_eq!(class.llm.counts().made, 0);
    class.assert_paid_once(1).await;
}

#[tokio::test]
async fn killed_while_it_waits_it_goes_on_waiting() {
    let mut class = Class::start(3, &[PRICES, ON, GATHER]).await;
    class.llm.batches_end(BatchEnd::Never);
    let jobs = class.ask_low(3).await;
    class
        .until_batches("it is looked at", |counts| counts.looks > 0)
        .await;
    class.api.server.kill().await.expect("it dies");
    class.llm.batches_end(BatchEnd::Complete);
    class.api.server.restart().await.expect("it comes back");
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.batch_counts().batches, 1);
    assert_eq!(class.llm.counts().made, 0);
    class.assert_paid_once(3).await;
}

#[tokio::test]
async fn killed_while_it_stores_what_came_it_counts_each_once() {
    let mut class = Class::start(10, &[PRICES, ON, GATHER]).await;
    let jobs = class.ask_low(10).await;
    class
        .until_batches("answers are fetched", |counts| counts.fetched > 0)
        .await;
    class.api.server.kill().await.expect("it dies");
    class.api.server.restart().await.expect("it comes back");
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.batch_counts().batches, 1);
    assert_eq!(class.llm.counts().made, 0);
    class.assert_paid_once(10).await;
}

#[tokio::test]
async fn who_opens_a_section_has_its_lesson_at_once_and_the_late_answer_is_counted() {
    let class = Class::start(2, &[PRICES, ON, GATHER]).await;
    class.llm.batches_end(BatchEnd::Never);
    let jobs = class.ask_low(2).await;
    class.until_all_wait(&jobs).await;
    let opened = class.ask_as(0, "high").await;
    assert_eq!(opened, jobs[0], "it is the same job");
    class.all_complete(&jobs[..1]).await;
    assert_eq!(class.llm.counts().made, 1);
    class.llm.batches_end(BatchEnd::Complete);
    class.all_complete(&jobs[1..]).await;
    assert_eq!(class.llm.counts().made, 1, "the other came with the batch");
    class.assert_paid_once(3).await;
    let metrics = class.metrics().await;
    let unused = "ultudy_llm_batch_items_total{provider=\"openai\",outcome=\"unused\"} 1";
    assert!(metrics.contains(unused), "{metrics}");
}

#[tokio::test]
async fn who_opens_a_section_before_the_batch_is_sent_waits_for_no_batch() {
    let settings = [PRICES, ON, ("LLM_BATCH_GATHER_SECONDS", "3600")];
    let class = Class::start(1, &settings).await;
    let jobs = class.ask_low(1).await;
    class
        .job(&jobs[0], "it waits", |job| job["stage"] == "waiting")
        .await;
    assert_eq!(class.ask_as(0, "normal").await, jobs[0]);
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.batch_counts().batches, 0);
    class.assert_paid_once(1).await;
}

#[tokio::test]
async fn who_opens_a_section_waits_for_no_batch_that_was_sent_before_they_were_turned_off() {
    let mut class = Class::start(1, &[PRICES, ON, AT_ONCE]).await;
    class.llm.batches_end(BatchEnd::Never);
    let jobs = class.ask_low(1).await;
    class.until_all_wait(&jobs).await;
    class.api.server.terminate().await.expect("it stops well");
    class.api.server.set(ON.0, "off");
    class.api.server.restart().await.expect("it comes back");
    assert_eq!(class.ask_as(0, "high").await, jobs[0]);
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.counts().made, 1);
}

#[tokio::test]
async fn what_a_batch_does_not_bring_is_asked_for_by_itself() {
    // Refused, failed, too late in part, and one item that is an error.
    for (end, direct) in [
        (None, 3),
        (Some(BatchEnd::Failed), 3),
        (Some(BatchEnd::ExpiredAfter(1)), 2),
        (Some(BatchEnd::Complete), 1),
    ] {
        let class = Class::start(3, &[PRICES, ON, GATHER]).await;
        match end {
            None => class.llm.next_batch_is(SendFault::Refused(400)),
            Some(BatchEnd::Complete) => class.llm.answers_next([Answer::Status(400, None)]),
            Some(end) => class.llm.batches_end(end),
        }
        let jobs = class.ask_low(3).await;
        class.all_complete(&jobs).await;
        assert_eq!(class.llm.counts().made, direct, "{end:?}");
        // What came to nothing is on the bill, too, and free.
        class.assert_paid_once(3 + direct).await;
    }
}

#[tokio::test]
async fn answers_that_are_cut_off_are_fetched_again() {
    let class = Class::start(3, &[PRICES, ON, GATHER]).await;
    class.llm.answers_are_cut(1);
    let jobs = class.ask_low(3).await;
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.batch_counts().fetched, 2);
    assert_eq!(class.llm.counts().made, 0);
    class.assert_paid_once(3).await;
}

#[tokio::test]
async fn one_that_never_ends_is_cancelled_and_costs_nothing() {
    let settings = [PRICES, ON, AT_ONCE, ("LLM_BATCH_WAIT_SECONDS", "4")];
    let class = Class::start(1, &settings).await;
    class.llm.batches_end(BatchEnd::Never);
    let jobs = class.ask_low(1).await;
    class.all_complete(&jobs).await;
    assert_eq!(class.llm.batch_counts().cancelled, 1);
    assert_eq!(class.llm.counts().made, 1);
    class.assert_paid_once(2).await;
}

#[tokio::test]
async fn a_batch_that_nobody_wants_any_more_is_cancelled() {
    let class = Class::start(3, &[PRICES, ON, GATHER]).await;
    class.llm.batches_end(BatchEnd::Never);
    let jobs = class.ask_low(2).await;
    class.until_all_wait(&jobs).await;
    for (cancelled, job_id) in jobs.iter().enumerate() {
        assert_eq!(class.llm.batch_counts().cancelled, 0, "{cancelled}");
        let cancel = format!("/api/jobs/{job_id}/cancel");
        let answer = class.api.post(&cancel, json!({})).await;
        assert_eq!(answer.body["code"], "cancelled", "{answer:?}");
    }
    class
        .until_batches("it is cancelled", |counts| counts.cancelled == 1)
        .await;
    class.assert_paid_once(2).await;
    assert_eq!(class.llm.counts().made, 0);
    // Asked for again by somebody who waits, it is made.
    let job = class.api.ended(&class.ask_as(0, "normal").await).await;
    assert_eq!(job["status"], "completed", "{job}");
}

#[tokio::test]
async fn what_a_batch_may_cost_is_held_and_whoever_it_leaves_no_room_waits() {
    // For one lesson of a batch some 0.05 dollars are held.
    let settings = [PRICES, ON, GATHER, ("LLM_BUDGET_USER_DAY", "0.075")];
    let class = Class::start(2, &settings).await;
    class.llm.batches_end(BatchEnd::Never);
    let first = class.ask_low(1).await;
    class.until_all_wait(&first).await;
    let usage = class.api.get("/api/me/usage").await.body;
    let held = usage["budgets"][0]["reserved_micros"].as_i64().unwrap_or(0);
    assert!((40_000..75_000).contains(&held), "{usage}");
    let second = class.ask_as(1, "low").await;
    let waits = |job: &Value| job["status"] == "queued" && !job["started_at"].is_null();
    class.job(&second, "the other one waits", waits).await;
    class.llm.batches_end(BatchEnd::Complete);
    class.all_complete(&first).await;
    let job = class.api.ended(&second).await;
    assert_eq!(job["status"], "completed", "{job}");
    class.assert_paid_once(2).await;
    let usage = class.api.get("/api/me/usage").await.body;
    let budget = &usage["budgets"][0];
    assert_eq!(budget["reserved_micros"], 0, "{usage}");
    assert_eq!(
        budget["spent_micros"], usage["month"]["cost_micros"],
        "{usage}"
    );
}

/// Over Redis and PostgreSQL: the one that sends is killed, and another goes on.
#[tokio::test]
async fn in_a_fleet_another_process_goes_on_where_one_was_killed() {
    let ground = Ground::start();
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    let settings = [&provider(&base_url)[..], &[PRICES, ON, GATHER]].concat();
    let api = ground.process(&["api"], &settings).await;
    let mut first = ground.process(&["worker"], &settings).await;
    let _second = ground.process(&["worker"], &settings).await;
    let class = Class::of(llm, api, 4).await;
    class.llm.next_batch_is(SendFault::TakenAndSilent);
    let jobs = class.ask_low(4).await;
    class
        .until_batches("it is taken", |counts| counts.batches == 1)
        .await;
    first.server.kill().await.expect("it dies");
    class.llm.batches_end(BatchEnd::Never);
    class.llm.release();
    class
        .until_batches("another found it", |counts| counts.looks > 0)
        .await;
    // Redis has none of those who wait, and yet whoever is wanted is delivered.
    assert_eq!(class.ask_as(0, "high").await, jobs[0]);
    class.all_complete(&jobs[..1]).await;
    class.llm.batches_end(BatchEnd::Complete);
    class.all_complete(&jobs).await;
    let counts = class.llm.batch_counts();
    assert_eq!((counts.batches, counts.answered), (1, 4));
    assert_eq!(class.llm.counts().made, 1);
    class.assert_paid_once(5).await;
}
