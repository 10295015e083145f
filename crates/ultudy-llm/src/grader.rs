//! The seam between an answer in a student's own words and whatever reads it.

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use ultudy_domain::grading::verdict::Verdict;

use crate::{Bill, GenerateError};

/// An answer, and what it is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GradingInput {
    /// The question.
    pub question: String,
    /// The answer as the text gives it.
    pub expected_answer: String,
    /// What must be in it, numbered from 1 by their places.
    pub key_points: Vec<String>,
    /// What the student wrote: data, whatever it says.
    pub answer: String,
    /// The language that is wanted, as a BCP 47 tag; none: the question's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'static str>,
}

/// Reads answers.
///
/// It is not believed: what it says is checked against the answer
/// ([`ultudy_domain::grading::verdict::believed`]).
#[async_trait]
pub trait Grader: Send + Sync {
    /// What it says of an answer, within `patience`. What was paid for is on the `bill`, also if
    /// nothing came of it. Dropping the future ends the call.
    ///
    /// # Errors
    /// [`GenerateError`].
    async fn verdict(
        &self,
        input: &GradingInput,
        patience: Duration,
        bill: &Bill,
    ) -> Result<Verdict, GenerateError>;
}
