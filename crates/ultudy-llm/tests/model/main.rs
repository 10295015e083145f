//! Lessons by models of each provider, against one that speaks their formats and does what it is told
//! to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod batches;
mod bill;
mod chain;
mod embeddings;
mod faults;
mod hostile;
mod lessons;
mod pace;
mod pages;
mod table;
mod writing;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::LessonContent;
use ultudy_llm::{
    Bill, GenerateError, Generator, LessonInput, LessonPart, MadeLesson,
    model::{ModelConfig, Models, ModelsConfig, Provider, Unlimited},
};
use ultudy_testkit::llm::{Format, KEY, Llm, MODEL};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(120);

/// How a provider is spoken to.
fn format(provider: Provider) -> Format {
    match provider {
        Provider::OpenAi | Provider::Compatible => Format::OpenAi,
        Provider::Gemini => Format::Gemini,
        Provider::Anthropic => Format::Anthropic,
    }
}

/// Where the model is, as this provider's.
fn model(provider: Provider, llm: &Llm) -> ModelConfig {
    ModelConfig {
        provider,
        base_url: llm.base_url_of(format(provider)).parse().unwrap(),
        key: KEY.into(),
        model: MODEL.into(),
    }
}

/// How to ask this model alone.
fn alone(model: ModelConfig) -> ModelsConfig {
    ModelsConfig {
        first: model,
        by_task: HashMap::new(),
        fallbacks: Vec::new(),
        context_tokens: 100_000,
        total_timeout: LONG,
        idle_timeout: LONG,
        retry_pause: Duration::from_millis(1),
        pace: Arc::new(Unlimited),
    }
}

fn section() -> LessonInput {
    let page = "A cell is the smallest unit of life. An enzyme is a protein that speeds up a \
                reaction. A tissue is a group of cells of one kind.";
    LessonInput {
        generation: None,
        title: "Cells".into(),
        parts: vec![LessonPart {
            name: "Cells".into(),
            page_start: 7,
            page_end: 8,
            markdown: format!("<!-- page 7 -->\n{page}\n<!-- page 8 -->\nThe end of the chapter."),
        }],
        glossary: Vec::new(),
        variant: 0,
        language: None,
    }
}

async fn ask(config: ModelsConfig) -> Result<LessonContent, GenerateError> {
    ask_of(&Models::new(config).unwrap()).await
}

async fn ask_of(models: &Models) -> Result<LessonContent, GenerateError> {
    let made = made_of(models, &Bill::default()).await;
    made.map(|made| made.content)
}

async fn made_of(models: &Models, bill: &Bill) -> Result<MadeLesson, GenerateError> {
    let cancel = CancellationToken::new();
    models.lesson(section(), &|_| {}, bill, &cancel).await
}
