//! The seam between a student's question and whatever answers it from the student's own material.

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use crate::{Bill, GenerateError};

/// What a student asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// An answer to a question.
    Answer,
    /// The same explained in another way.
    Again,
    /// The same in simpler words.
    Simpler,
    /// One more example of it.
    Example,
}

/// What is asked, and what the answer is to be made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerInput {
    /// What is asked for.
    pub kind: AnswerKind,
    /// The question, or the name of what is to be explained.
    pub question: String,
    /// What the student has read of it before; empty if nothing is known of that.
    pub explanation: String,
    /// At least one.
    pub sources: Vec<Source>,
    /// The language that is wanted, as a BCP 47 tag; none: the question's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'static str>,
}

/// A passage of the student's material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// By which an answer cites it: `[1]`.
    pub number: usize,
    /// The document's title.
    pub document: String,
    /// The section's name.
    pub section: String,
    /// Its text.
    pub text: String,
}

/// Is told of all that is written so far, each time that there is more.
pub type Told<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Answers questions.
#[async_trait]
pub trait Answerer: Send + Sync {
    /// The answer as Markdown that cites sources by their numbers, within `patience`. `told` is told of
    /// all that is written so far each time that there is more; it begins anew where another model is
    /// asked. What was paid for is on the `bill`, also if nothing came of it. Dropping the future ends
    /// the call.
    ///
    /// # Errors
    /// [`GenerateError`].
    async fn answer(
        &self,
        input: &AnswerInput,
        patience: Duration,
        told: Told<'_>,
        bill: &Bill,
    ) -> Result<String, GenerateError>;
}
