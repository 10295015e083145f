//! The extractive generator, as its caller sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at once where it cannot go on"
)]

mod contract;
mod lessons;
mod listed;
mod property;
mod texts;

use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use ultudy_domain::glossary::GlossaryEntry;
use ultudy_domain::lesson::LessonContent;
use ultudy_llm::extractive::Extractive;
use ultudy_llm::{Bill, GenerateError, Generator, LessonInput, LessonPart};

fn section(name: &str, markdown: &str) -> LessonPart {
    LessonPart {
        name: name.to_owned(),
        page_start: 1,
        page_end: 99,
        markdown: markdown.to_owned(),
    }
}

fn input(markdown: &str) -> LessonInput {
    LessonInput {
        generation: None,
        title: "Title".to_owned(),
        parts: vec![section("Title", markdown)],
        glossary: Vec::new(),
        variant: 0,
        language: None,
    }
}

fn generate(input: &LessonInput) -> Result<LessonContent, GenerateError> {
    let (bill, cancel) = (Bill::default(), CancellationToken::new());
    let made = runtime().block_on(Extractive.lesson(input.clone(), &|_| {}, &bill, &cancel));
    assert!(bill.take().is_empty(), "no model is asked");
    made.map(|made| made.content)
}

/// What the generator says a document's terms are.
fn glossary(parts: &[LessonPart]) -> Vec<GlossaryEntry> {
    let finding = async {
        let cancel = CancellationToken::new();
        Extractive.glossary(parts.to_vec(), &cancel).await
    };
    runtime().block_on(finding).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}
