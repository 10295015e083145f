//! What one student does: asks for a lesson, waits for it as the front end does, reads it twice, answers
//! five questions and looks at the progress.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use chrono::Utc;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    Day,
    class::{Class, Pick},
    client::Asked,
    streams::moment,
    tally::{Tally, What},
};

/// How long after an answer the front end asks again how a job stands, and how often at most.
const POLL_EVERY: Duration = Duration::from_secs(2);
const POLLS_MAX: usize = 150;
/// Questions answered, and how long each is thought about.
const QUESTIONS: usize = 5;
const THOUGHT: Duration = Duration::from_secs(4);
/// After which of them the lesson is read again.
const LOOKS_BACK_AFTER: usize = 3;
/// Lessons that are made at once before the day begins.
const SEEDS_AT_ONCE: usize = 50;
/// How often a busy server is asked again for them, and after how long.
const SEED_TRIES: usize = 100;
const SEED_AGAIN: Duration = Duration::from_secs(1);

/// A visit ended early; what happened is in the tally.
struct Abandoned;

/// A visit that was `due` then, noted when it is over.
pub async fn visit(day: Arc<Day>, tally: Arc<Tally>, pick: Pick, due: Instant) {
    tally.took(What::Late, due.elapsed());
    let visit = Visit {
        day: &day,
        tally: &tally,
        pick,
    };
    let ended = visit.run(due).await;
    tally.end(ended.is_ok());
}

/// Has each shared text made into a lesson; how many there were.
pub async fn seed(day: &Arc<Day>) -> usize {
    let seeds = Class::seeds();
    let count = seeds.len();
    let tally = Tally::default();
    stream::iter(seeds)
        .for_each_concurrent(SEEDS_AT_ONCE, async |pick| {
            let visit = Visit {
                day,
                tally: &tally,
                pick,
            };
            for _ in 0..SEED_TRIES {
                if visit.seed().await.is_ok() {
                    return;
                }
                sleep(SEED_AGAIN).await;
            }
            panic!("nothing is made: {}", tally.found()["failed"]);
        })
        .await;
    count
}

struct Visit<'a> {
    day: &'a Day,
    tally: &'a Tally,
    pick: Pick,
}

impl Visit<'_> {
    /// Has the lesson made, whether it is there by now or not.
    async fn seed(&self) -> Result<(), Abandoned> {
        let answer = self.generate(What::Ask, Instant::now()).await?;
        match answer["job_id"].as_str() {
            Some(job) => self.wait(job, Instant::now()).await,
            None => Ok(()),
        }
    }

    async fn run(&self, due: Instant) -> Result<(), Abandoned> {
        let job = self.ask(due).await?;
        self.wait(&job, due).await?;
        let lesson = self.open().await?;
        let questions = lesson["check_ins"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        if questions.len() < QUESTIONS {
            self.tally
                .failed(format!("a lesson of {} questions", questions.len()));
            return Err(Abandoned);
        }
        for (place, question) in questions.iter().take(QUESTIONS).enumerate() {
            let due = Instant::now() + THOUGHT;
            sleep_until(due).await;
            self.answer(&lesson, question, due).await?;
            if place + 1 == LOOKS_BACK_AFTER {
                self.read().await?;
            }
        }
        let path = "/api/progress/overview";
        self.look(What::Overview, Asked::get(path), Instant::now())
            .await?;
        if Class::watches(self.pick.student) {
            // It was told long ago, if it was.
            match self.day.streams.told(&job) {
                Some(late) => self.tally.took(What::Live, late),
                None => self.tally.failed("an end that no stream told".into()),
            }
        }
        Ok(())
    }

    /// Asks for the lesson, which is not there; its job.
    async fn ask(&self, due: Instant) -> Result<String, Abandoned> {
        let answer = self.generate(What::Ask, due).await?;
        let job = answer["job_id"].as_str().map(str::to_owned);
        job.ok_or_else(|| {
            self.tally.failed("a lesson that was there already".into());
            Abandoned
        })
    }

    /// Asks how the job stands until it is done.
    async fn wait(&self, job: &str, asked: Instant) -> Result<(), Abandoned> {
        let asked_at = Utc::now() - asked.elapsed();
        let path = format!("/api/jobs/{job}");
        let mut due = Instant::now();
        for _ in 0..POLLS_MAX {
            sleep_until(due).await;
            let answer = self.call(What::Poll, Asked::get(&path), due).await?;
            match answer["status"].as_str() {
                Some("completed") => {
                    let (ready, stored) = match self.pick.is_known {
                        true => (What::ReadyKnown, What::StoredKnown),
                        false => (What::ReadyNew, What::StoredNew),
                    };
                    self.tally.took(ready, asked.elapsed());
                    if let Some(completed) = moment(&answer["completed_at"]) {
                        let took = (completed - asked_at).to_std().unwrap_or_default();
                        self.tally.took(stored, took);
                    }
                    return Ok(());
                }
                Some("queued" | "processing") => due = Instant::now() + POLL_EVERY,
                _ => {
                    self.tally
                        .failed(format!("a job failed: {}", answer["error"]));
                    return Err(Abandoned);
                }
            }
        }
        self.tally
            .failed(format!("a job has not ended after {POLLS_MAX} looks"));
        Err(Abandoned)
    }

    async fn open(&self) -> Result<Value, Abandoned> {
        let lesson = self.generate(What::Open, Instant::now()).await?;
        if lesson["concepts"].is_array() {
            return Ok(lesson);
        }
        self.tally
            .failed("no lesson after its job had ended".into());
        Err(Abandoned)
    }

    async fn read(&self) -> Result<(), Abandoned> {
        let path = format!("/api/lessons?section_id={}", self.pick.section_id());
        self.look(What::Read, Asked::get(&path), Instant::now())
            .await
    }

    async fn generate(&self, what: What, due: Instant) -> Result<Value, Abandoned> {
        let body = json!({
            "document_id": self.pick.document_id(),
            "section_id": self.pick.section_id(),
            "include_check_ins": true,
        });
        let asked = Asked::post("/api/lessons/generate", &body);
        self.call(what, asked, due).await
    }

    /// As the front end says it: what is right, too.
    async fn answer(
        &self,
        lesson: &Value,
        question: &Value,
        due: Instant,
    ) -> Result<(), Abandoned> {
        let concepts = lesson["concepts"].as_array().map_or(&[][..], Vec::as_slice);
        let concept = concepts
            .iter()
            .find(|it| it["id"] == question["concept_id"]);
        let concept = concept.unwrap_or(&Value::Null);
        let options = question["options"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let right = options.iter().find(|option| option["correct"] == true);
        let right = right.unwrap_or(&Value::Null);
        // Now and then somebody is wrong.
        let chosen = options.get(self.pick.student as usize % 8).unwrap_or(right);
        let body = json!({
            "concept_id": concept["id"],
            "concept_name": concept["name"],
            "document_id": self.pick.document_id(),
            "question": question["question"],
            "user_answer": chosen["text"],
            "expected_answer": right["text"],
            "context": concept["explanation"],
            "evaluation_mode": "mcq",
            "mcq": {
                "selected_letter": chosen["letter"],
                "correct_letter": right["letter"],
                "selected_text": chosen["text"],
                "correct_text": right["text"],
                "selected_explanation": chosen["explanation"],
                "correct_explanation": right["explanation"],
            },
        });
        let path = "/api/check-ins/submit";
        self.look(What::CheckIn, Asked::post(path, &body), due)
            .await
    }

    /// The answer to what nothing here reads.
    async fn look(&self, what: What, asked: Asked<'_>, due: Instant) -> Result<(), Abandoned> {
        self.request(what, asked.compressed(), due).await.map(drop)
    }

    /// The answer to what is read.
    async fn call(&self, what: What, asked: Asked<'_>, due: Instant) -> Result<Value, Abandoned> {
        let body = self.request(what, asked, due).await?;
        serde_json::from_slice(&body).map_err(|error| {
            self.tally.failed(format!("{what:?}: {error}"));
            Abandoned
        })
    }

    async fn request(
        &self,
        what: What,
        asked: Asked<'_>,
        due: Instant,
    ) -> Result<Bytes, Abandoned> {
        let student = self.pick.student;
        let token = self.day.class.token(student);
        let answer = self.day.client.call(student, token, asked).await;
        let why = match answer {
            Ok((status, body)) if status.is_success() => {
                self.tally.took(what, due.elapsed());
                self.tally.answered();
                return Ok(body);
            }
            Ok((StatusCode::TOO_MANY_REQUESTS, _)) => {
                self.tally.refused();
                return Err(Abandoned);
            }
            Ok((status, body)) => {
                let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
                format!("{what:?}: {status} {}", problem["error"])
            }
            Err(error) => format!("{what:?}: {error}"),
        };
        self.tally.failed(why);
        Err(Abandoned)
    }
}
