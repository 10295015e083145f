//! Students who go on whatever happens: what fails they try again.

use std::{collections::BTreeSet, time::Duration};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use reqwest::{Client, Method, StatusCode, multipart};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use super::answers::{Answer, Told};
use crate::{api::text, jobs::long_book, pdf};

/// Longest that a student waits for an answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Jobs of a kind that a student has in flight at most.
const IN_FLIGHT: usize = 3;
/// Between two looks at one's jobs by a student who only waits for them.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Jobs that cannot be had: their student has deleted what they were for.
const GIVEN_UP: [&str; 2] = ["cancelled", "document_gone"];

/// What students are at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Studying,
    /// They only see to it that what they have asked for comes to be.
    Waiting,
    Over,
}

/// What came of all they did.
#[derive(Debug, Default)]
pub struct Done {
    pub uploads: usize,
    pub lessons_asked_for: usize,
    pub lessons_read: usize,
    pub deleted: usize,
    /// Jobs that failed and were asked for again.
    pub tried_again: usize,
    /// Times that nothing was asked for, since enough was in flight.
    pub held_back: usize,
    /// Requests that nobody answered, or that were put off.
    pub put_off: usize,
    /// Requests that nginx had to give up, with a word on it.
    pub broken_off: usize,
    /// Answers that were wrong whatever happened to the fleet.
    pub wrong: Vec<String>,
    /// What they answered to check-ins.
    pub answers: Vec<Answer>,
    /// Jobs they were promised.
    pub jobs: BTreeSet<String>,
    /// How long after nothing more was asked for all that was asked for had ended.
    pub settling: Duration,
    /// Of whose end no open page was told in time.
    pub untold: BTreeSet<String>,
    /// Documents they were told are deleted, or may be.
    pub gone: BTreeSet<String>,
    /// Lessons, the same.
    pub gone_lessons: BTreeSet<String>,
    /// The longest that a student waited for one answer.
    pub longest_wait: Duration,
}

impl Done {
    pub fn add(&mut self, other: Self) {
        self.uploads += other.uploads;
        self.lessons_asked_for += other.lessons_asked_for;
        self.lessons_read += other.lessons_read;
        self.deleted += other.deleted;
        self.tried_again += other.tried_again;
        self.held_back += other.held_back;
        self.put_off += other.put_off;
        self.broken_off += other.broken_off;
        self.wrong.extend(other.wrong);
        self.answers.extend(other.answers);
        self.jobs.extend(other.jobs);
        self.gone.extend(other.gone);
        self.gone_lessons.extend(other.gone_lessons);
        self.longest_wait = self.longest_wait.max(other.longest_wait);
    }
}

/// What a student is called.
pub fn name(number: usize) -> String {
    format!("student-{number}")
}

pub struct Student {
    name: String,
    number: usize,
    chance: StdRng,
    client: Client,
    base_url: String,
    done: Done,
    documents: Vec<String>,
    /// Failed jobs whose documents are gone.
    hopeless: BTreeSet<String>,
}

impl Student {
    pub fn new(number: usize, seed: u64, base_url: String) -> Self {
        let own = seed.wrapping_mul(1_000).wrapping_add(number as u64);
        Self {
            name: name(number),
            number,
            chance: StdRng::seed_from_u64(own),
            client: Client::builder()
                .timeout(PATIENCE)
                .build()
                .expect("a client"),
            base_url,
            done: Done::default(),
            documents: Vec::new(),
            hopeless: BTreeSet::new(),
        }
    }

    /// Until it is over.
    pub async fn study(mut self, phase: watch::Receiver<Phase>) -> Done {
        loop {
            let now = *phase.borrow();
            match now {
                Phase::Studying => {
                    self.do_something().await;
                    let pause = self.chance.random_range(100..1_000);
                    sleep(Duration::from_millis(pause)).await;
                }
                Phase::Waiting => {
                    self.try_failed_ones_again().await;
                    sleep(LOOK_EVERY).await;
                }
                Phase::Over => return self.done,
            }
        }
    }

    async fn do_something(&mut self) {
        match self.chance.random_range(0..26) {
            0..4 => self.upload().await,
            4..17 => self.ask_for_a_lesson().await,
            17 => self.try_failed_ones_again().await,
            18 => self.delete_a_lesson().await,
            19 => self.delete_a_document().await,
            _ => self.answer().await,
        }
    }

    /// Whether few enough of the student's jobs of this type are in flight for one more.
    async fn may_ask_for_more(&mut self, job_type: &str) -> bool {
        let mut in_flight = 0;
        for status in ["queued", "processing"] {
            let path = format!("/api/jobs?type={job_type}&status={status}&limit={IN_FLIGHT}");
            let Some((StatusCode::OK, body)) = self.ask(Method::GET, &path, None).await else {
                return false;
            };
            in_flight += body["jobs"].as_array().map_or(0, Vec::len);
        }
        let may = in_flight < IN_FLIGHT;
        self.done.held_back += usize::from(!may);
        may
    }

    async fn try_failed_ones_again(&mut self) {
        let failed = "/api/jobs?status=failed";
        let Some((StatusCode::OK, body)) = self.ask(Method::GET, failed, None).await else {
            return;
        };
        for job in body["jobs"].as_array().cloned().unwrap_or_default() {
            let (id, document) = (text(&job["id"]), text(&job["data"]["document_id"]));
            if GIVEN_UP.contains(&text(&job["code"]).as_str()) || self.hopeless.contains(&id) {
                continue;
            }
            let path = format!("/api/jobs/{id}/retry");
            match self.ask(Method::POST, &path, None).await {
                Some((StatusCode::OK, _)) => self.done.tried_again += 1,
                // As far as the student knows it may be deleted: so it is.
                Some((StatusCode::CONFLICT, _)) if self.done.gone.contains(&document) => {
                    self.hopeless.insert(id);
                }
                // Not now.
                _ => {}
            }
        }
    }

    /// An answer that says something; none if the student must try again.
    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Body>,
    ) -> Option<(StatusCode, Value)> {
        let url = format!("{}{path}", self.base_url);
        let request = self.client.request(method.clone(), url);
        let request = request.header("X-User-Id", &self.name);
        let request = match body {
            None => request,
            Some(Body::Json(json)) => request.json(&json),
            Some(Body::Form(form)) => request.multipart(form),
        };
        let begun = Instant::now();
        let answer = async {
            let answer = request.send().await?;
            let status = answer.status();
            let body = answer.bytes().await?;
            Ok::<_, reqwest::Error>((status, body))
        };
        let answer = answer.await;
        self.done.longest_wait = self.done.longest_wait.max(begun.elapsed());
        let Ok((status, body)) = answer else {
            self.done.put_off += 1;
            return None;
        };
        match status.as_u16() {
            429 | 503 => {
                self.done.put_off += 1;
                return None;
            }
            // Whether it was done the student does not know.
            502 => {
                self.done.broken_off += 1;
                return None;
            }
            200..300 | 404 | 409 => {}
            _ => {
                let body = String::from_utf8_lossy(&body);
                let wrong = format!("{method} {path}: {status} {body}");
                self.done.wrong.push(wrong);
            }
        }
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    async fn upload(&mut self) {
        if !self.may_ask_for_more("upload_pdf").await {
            return;
        }
        let mut file = match self.chance.random_range(0..16) {
            0 => long_book(),
            _ => pdf::biology(),
        };
        // A content of its own, with the same text.
        let content = format!("\n% {} {}", self.number, self.done.uploads);
        file.extend_from_slice(content.as_bytes());
        let part = multipart::Part::bytes(file).file_name("notes.pdf");
        let form = multipart::Form::new().part("file", part);
        let path = "/api/upload/pdf-structured";
        let answer = self.ask(Method::POST, path, Some(Body::Form(form))).await;
        if let Some((StatusCode::OK, body)) = answer {
            self.done.uploads += 1;
            self.done.jobs.insert(text(&body["job_id"]));
            self.documents.push(text(&body["document_id"]));
        }
    }

    /// Of a section of a document, if it is read by now.
    async fn ask_for_a_lesson(&mut self) {
        let Some(document) = self.documents.choose(&mut self.chance).cloned() else {
            return self.upload().await;
        };
        let sections = format!("/api/sections?document_id={document}");
        let Some((StatusCode::OK, body)) = self.ask(Method::GET, &sections, None).await else {
            return;
        };
        let sections = body["sections"].as_array().cloned().unwrap_or_default();
        let Some(section) = sections.choose(&mut self.chance) else {
            return;
        };
        if !self.may_ask_for_more("generate_lesson").await {
            return;
        }
        let priority = ["high", "normal", "low"].choose(&mut self.chance);
        let body = json!({
            "document_id": document,
            "section_id": section["id"],
            "priority": priority,
        });
        let path = "/api/lessons/generate";
        let answer = self.ask(Method::POST, path, Some(Body::Json(body))).await;
        let Some((StatusCode::OK, body)) = answer else {
            return;
        };
        match body["job_id"].as_str() {
            Some(job) => {
                self.done.lessons_asked_for += 1;
                self.done.jobs.insert(job.to_owned());
            }
            None if body["concepts"].is_array() => self.done.lessons_read += 1,
            None => self
                .done
                .wrong
                .push(format!("no lesson and no job: {body}")),
        }
    }

    /// Of the first section of one of the student's documents, with its document.
    async fn a_lesson(&mut self) -> Option<(String, Value)> {
        let document = self.documents.choose(&mut self.chance).cloned()?;
        let sections = format!("/api/sections?document_id={document}");
        let (_, body) = self.ask(Method::GET, &sections, None).await?;
        let section = body["sections"][0]["id"].as_str()?;
        let lesson = format!("/api/lessons?section_id={section}");
        match self.ask(Method::GET, &lesson, None).await? {
            (StatusCode::OK, mut body) => Some((document, body["lesson"].take())),
            _ => None,
        }
    }

    /// In words of its own that nobody else uses, so that it can be found again.
    async fn answer(&mut self) {
        let Some((document, lesson)) = self.a_lesson().await else {
            return;
        };
        let concepts = lesson["concepts"].as_array().cloned().unwrap_or_default();
        let questions: Vec<Value> = concepts
            .iter()
            .flat_map(|concept| [&concept["check_ins"], &concept["text_check_ins"]])
            .flat_map(|questions| questions.as_array().cloned().unwrap_or_default())
            .collect();
        let Some(question) = questions.choose(&mut self.chance) else {
            return;
        };
        let known = match self.chance.random_range(0..3) {
            0 => "I do not know".to_owned(),
            _ => text(&question["expected_answer"]),
        };
        // A row of the database on one line.
        let known = known.split_whitespace().collect::<Vec<_>>().join(" ");
        let answer = format!("{known} ({}, {})", self.name, self.done.answers.len());
        let body = json!({
            "check_in_id": question["id"], "answer": answer, "evaluation_mode": "llm",
        });
        let path = "/api/check-ins/submit";
        let told = match self.ask(Method::POST, path, Some(Body::Json(body))).await {
            Some((StatusCode::OK, _)) => Told::Counted,
            Some(_) => Told::Refused,
            None => Told::Nothing,
        };
        self.done.answers.push(Answer {
            text: answer,
            document,
            told,
        });
    }

    async fn delete_a_lesson(&mut self) {
        let Some((_, lesson)) = self.a_lesson().await else {
            return;
        };
        let lesson = text(&lesson["id"]);
        let path = format!("/api/lessons/{lesson}");
        self.done.gone_lessons.insert(lesson);
        if let Some((StatusCode::OK, _)) = self.ask(Method::DELETE, &path, None).await {
            self.done.deleted += 1;
        }
    }

    async fn delete_a_document(&mut self) {
        if self.documents.len() < 3 {
            return;
        }
        let place = self.chance.random_range(0..self.documents.len());
        let document = self.documents.swap_remove(place);
        let path = format!("/api/documents/{document}");
        // Whether it came to be or not: nobody asks for it any more.
        self.done.gone.insert(document);
        if let Some((StatusCode::OK, _)) = self.ask(Method::DELETE, &path, None).await {
            self.done.deleted += 1;
        }
    }
}

enum Body {
    Json(Value),
    Form(multipart::Form),
}
