//! Lessons by a language model: the real program asks one that does what it is told to.

use reqwest::StatusCode;
use serde_json::{Value, json};
use ultudy_llm::model::Provider;
use ultudy_testkit::{
    llm::{Format, KEY, Llm, MODEL},
    wait,
};

use crate::{
    api::{Api, PATIENCE, text},
    pdf::Pdf,
};

mod answers;
mod batches;
mod cost;
mod cost_of_vectors;
mod faults;
mod flight;
mod grading;
mod hostile;
mod language;
mod lessons;
mod pace;
mod pages;
mod providers;
mod rest;

/// Pages of a section: where nothing is printed that divides them, the program makes equal parts.
const SECTION: usize = 12;

/// A server whose lessons the model writes, and a document there.
pub struct Class {
    pub llm: Llm,
    pub api: Api,
    document_id: String,
    sections: Vec<String>,
}

impl Class {
    /// One with so many sections, and these settings besides.
    pub async fn start(sections: usize, settings: &[(&str, &str)]) -> Self {
        let llm = Llm::start().await;
        let base_url = llm.base_url().to_owned();
        Self::at(llm, &base_url, sections, settings).await
    }

    /// The same by another provider.
    pub async fn by(provider: Provider, sections: usize, settings: &[(&str, &str)]) -> Self {
        let llm = Llm::start().await;
        let base_url = llm.base_url_of(match provider {
            Provider::OpenAi | Provider::Compatible => Format::OpenAi,
            Provider::Gemini => Format::Gemini,
            Provider::Anthropic => Format::Anthropic,
        });
        let model = [
            ("LLM_PROVIDER", provider.name()),
            (provider.key_setting(), KEY),
            (provider.base_url_setting(), &base_url),
        ];
        Self::at(
            llm,
            "http://127.0.0.1:1/v1",
            sections,
            &[&model, settings].concat(),
        )
        .await
    }

    /// The same, the model reached by this address.
    pub async fn at(llm: Llm, base_url: &str, sections: usize, settings: &[(&str, &str)]) -> Self {
        let api = Api::start(&[&provider(base_url), settings].concat(), None).await;
        Self::of(llm, api, sections).await
    }

    /// The same, of a server that is there and asks this model.
    pub async fn of(llm: Llm, api: Api, sections: usize) -> Self {
        let course_id = api.course("Biology").await;
        let document_id = api.document(book(sections), &course_id).await;
        let found = api.sections(&document_id).await;
        assert_eq!(found.len(), sections);
        Self {
            llm,
            api,
            document_id,
            sections: found,
        }
    }

    /// Asks for the lesson of a section; its job.
    pub async fn ask(&self, section: usize) -> String {
        let body = json!({"document_id": self.document_id, "section_id": self.sections[section]});
        let answer = self.api.post("/api/lessons/generate", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        text(&answer.body["job_id"])
    }

    /// The lesson of a section.
    pub async fn lesson(&self, section: usize) -> Value {
        let path = format!("/api/lessons?section_id={}", self.sections[section]);
        let answer = self.api.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body["lesson"].clone()
    }

    /// Waits until a job is as wanted.
    pub async fn job(&self, job_id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/jobs/{job_id}");
        let found = wait::for_some(what, PATIENCE, async || {
            let job = self.api.get(&path).await.body;
            wanted(&job).then_some(job)
        });
        found.await.expect("it comes to be so")
    }

    /// Waits for the model's counts.
    pub async fn until(&self, what: &str, wanted: impl Fn(ultudy_testkit::llm::Counts) -> bool) {
        let reached = self.llm.until(what, wanted).await;
        let counts = self.llm.counts();
        assert!(
            reached.is_ok(),
            "{what}: {counts:?}\n{}",
            self.api.server.log()
        );
    }

    /// Nothing of the key is in the log.
    fn assert_key_unsaid(&self) {
        let log = self.api.server.log();
        assert!(!log.contains(KEY), "{log}");
    }
}

/// The settings by which a server asks the model at this address.
pub fn provider(base_url: &str) -> [(&str, &str); 4] {
    [
        ("LLM_PROVIDER", "openai"),
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", base_url),
        ("LLM_MODEL", MODEL),
    ]
}

/// A book whose sections are all different.
pub fn book(sections: usize) -> Vec<u8> {
    book_after(0, sections)
}

/// The same whose first page comes after that many of others.
pub fn book_after(pages: usize, sections: usize) -> Vec<u8> {
    let pages: Vec<String> = (pages + 1..=pages + sections * SECTION)
        .map(|page| {
            format!(
                "A cell of kind {page} is the smallest unit of life on this page.\n\
                 An enzyme of kind {page} is a protein that speeds up reaction {page}.\n"
            )
        })
        .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    Pdf::with_pages(&pages).bytes()
}
