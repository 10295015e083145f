//! Lessons without a model: every sentence is a quotation of the source.
//!
//! The way of a lesson: [`reading`] takes the Markdown apart into quotable sentences,
//! headings and code; [`terms`] finds what the text is about, from its definitions,
//! headings, emphasis and repeated phrases; [`rank`] tells which sentences are central;
//! [`concepts`], [`questions`] and [`summary`] put quotations together. The same input
//! gives the same lesson: nothing depends on the clock, on chance or on hash order.

mod alone;
mod apparatus;
mod book;
mod borrowed;
mod cleaning;
mod concepts;
mod cues;
mod definitions;
mod formulas;
mod frames;
mod general;
mod glossary;
mod grammar;
mod inflection;
mod introduced;
mod keyphrases;
mod labels;
mod ladder;
mod language;
mod legible;
mod lesson;
mod lexicon;
mod listing;
mod markdown;
mod marks;
mod matter;
mod mentions;
mod names;
mod nouns;
mod passage;
mod phrases;
mod pointers;
mod questions;
mod quotable;
mod quotes;
mod rank;
mod reading;
#[cfg(test)]
mod sample;
mod sentences;
mod stopwords;
mod study;
mod subjects;
mod summary;
mod telling;
mod terms;
mod text;
mod turns;
mod unspaced;
mod word;

pub use book::key_concepts;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use ultudy_domain::glossary::GlossaryEntry;

use crate::{
    Bill, GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart, MadeLesson,
};

/// Version of what is made here, glossaries too; raised when results change.
const VERSION: u32 = 11;

/// What it is called, and its only model.
const NAME: &str = "extractive";

/// The extractive generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extractive;

#[async_trait]
impl Generator for Extractive {
    fn identity(&self) -> GeneratorIdentity {
        GeneratorIdentity {
            provider: NAME,
            model: NAME.into(),
            version: VERSION,
        }
    }

    fn uses_glossary(&self) -> bool {
        true
    }

    async fn glossary(
        &self,
        parts: Vec<LessonPart>,
        cancel: &CancellationToken,
    ) -> Result<Vec<GlossaryEntry>, GenerateError> {
        let finding = tokio::task::spawn_blocking(move || glossary::glossary(&parts));
        // It takes seconds at most: once nobody wants it, it is not waited for.
        let found = cancel.run_until_cancelled(finding).await;
        match found {
            None => Err(GenerateError::Cancelled),
            Some(found) => found.map_err(|error| crashed(&error)),
        }
    }

    async fn lesson(
        &self,
        input: LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
        _bill: &Bill,
        cancel: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError> {
        let token = cancel.clone();
        let (sender, mut steps) = mpsc::unbounded_channel();
        let work = tokio::task::spawn_blocking(move || {
            // A receiver that is gone wants no progress.
            let told = |share| _ = sender.send(share);
            lesson::make(&input, &told, &token)
        });
        while let Some(share) = steps.recv().await {
            progress(share);
        }
        let content = work.await.unwrap_or_else(|error| Err(crashed(&error)))?;
        Ok(MadeLesson {
            content,
            provider: NAME,
            model: NAME.into(),
        })
    }
}

fn crashed(error: &JoinError) -> GenerateError {
    tracing::error!(%error, "the extractive generator crashed");
    GenerateError::Permanent {
        code: "generator_crashed",
        message: "This text could not be made into a lesson.".into(),
    }
}
