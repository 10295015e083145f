//! Lessons by a model behind OpenAI's API, against one that does what it is told to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod faults;
mod lessons;

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::LessonContent;
use ultudy_llm::{
    GenerateError, Generator, LessonInput, LessonPart,
    openai::{OpenAi, OpenAiConfig},
};
use ultudy_testkit::llm::{KEY, Llm, MODEL};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(120);

/// How to ask the model.
fn config(llm: &Llm) -> OpenAiConfig {
    OpenAiConfig {
        base_url: llm.base_url().parse().unwrap(),
        key: KEY.into(),
        model: MODEL.into(),
        total_timeout: LONG,
        idle_timeout: LONG,
    }
}

fn section() -> LessonInput {
    let page = "A cell is the smallest unit of life. An enzyme is a protein that speeds up a \
                reaction. A tissue is a group of cells of one kind.";
    LessonInput {
        title: "Cells".into(),
        parts: vec![LessonPart {
            name: "Cells".into(),
            page_start: 7,
            page_end: 8,
            markdown: format!("<!-- page 7 -->\n{page}\n<!-- page 8 -->\nThe end of the chapter."),
        }],
        glossary: Vec::new(),
        variant: 0,
    }
}

async fn ask(config: OpenAiConfig) -> Result<LessonContent, GenerateError> {
    let openai = OpenAi::new(config).unwrap();
    openai
        .lesson(section(), &|_| {}, &CancellationToken::new())
        .await
}
