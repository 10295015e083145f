//! The extractive generator, as its caller sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at once where it cannot go on"
)]

mod contract;
mod lessons;
mod property;
mod texts;

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::LessonContent;
use ultudy_llm::extractive::Extractive;
use ultudy_llm::{GenerateError, Generator, LessonInput, LessonPart};

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
        title: "Title".to_owned(),
        parts: vec![section("Title", markdown)],
        glossary: Vec::new(),
        variant: 0,
    }
}

fn generate(input: &LessonInput) -> Result<LessonContent, GenerateError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(Extractive.lesson(input, &|_| {}, &CancellationToken::new()))
}
