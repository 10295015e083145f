//! The seam between the product and whatever writes its lessons.

use async_trait::async_trait;
use serde::Serialize;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use ultudy_domain::glossary::GlossaryEntry;
use ultudy_domain::lesson::LessonContent;

use crate::Bill;

/// Who makes the lesson, as far as it decides what comes out. Part of a generation's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GeneratorIdentity {
    /// `extractive`, `openai` …
    pub provider: &'static str,
    /// The model's name.
    pub model: String,
    /// Version of the prompt or algorithm; raised when its results change.
    pub version: u32,
}

/// Exactly what a generator is given, and so exactly what its result depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LessonInput {
    /// Title: the section's name, or the document's for a lesson on the whole.
    pub title: String,
    /// The text: one part for a section, all sections for a whole document.
    pub parts: Vec<LessonPart>,
    /// What the whole document says its terms are, also those that `parts` only use.
    pub glossary: Vec<GlossaryEntry>,
    /// Raised when the student asks for another version of the same lesson.
    pub variant: u32,
    /// The language that was chosen for it, as a BCP 47 tag; none: the text's own, and so are all that
    /// are made without a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The key of the generation that it is made for, if there is one. Nothing depends on it but what a
    /// lesson that failed is made of when it is tried again: parts that were written for this one.
    #[serde(skip)]
    pub generation: Option<String>,
}

/// One section's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LessonPart {
    /// The section's name.
    pub name: String,
    /// First page.
    pub page_start: u32,
    /// Last page, inclusive.
    pub page_end: u32,
    /// Markdown with page marks (`ultudy_domain::section::split_pages` reads them).
    pub markdown: String,
}

/// A lesson, and who has written it.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeLesson {
    /// The lesson.
    pub content: LessonContent,
    /// `extractive`, `openai` …: another than [`Generator::identity`] says if it was asked in
    /// that one's place.
    pub provider: &'static str,
    /// The model's name.
    pub model: String,
}

/// What a provider's batch API would be asked for a lesson: the first answer to its prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRequest {
    /// Whose model is asked.
    pub provider: &'static str,
    /// The model's name there.
    pub model: String,
    /// The request, in the provider's format.
    pub body: String,
}

/// Why no lesson came out.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// It will not work however often it is tried.
    #[error("{message}")]
    Permanent {
        /// Stable code such as `section_without_text`.
        code: &'static str,
        /// One sentence for the student.
        message: String,
    },
    /// It may work later.
    #[error("{message}")]
    Transient {
        /// One sentence for the student.
        message: String,
        /// How long the provider asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// Nothing was begun: the provider wants to be left alone, or has failed too often.
    #[error("{message}")]
    NotAsked {
        /// One sentence for the student.
        message: String,
        /// After what time it may be tried.
        wait: Duration,
        /// Whether the provider is well and only has too much to do.
        is_limited: bool,
    },
    /// The caller gave up.
    #[error("cancelled")]
    Cancelled,
}

/// Makes lessons.
///
/// An implementation must give, for the same input and identity, a lesson of the same
/// kind and the same glossary; keep to the source (every fact found in it, every page true);
/// return concepts with names unique without regard to case, each with at least one question,
/// each check-in one whose `fault()` is `None`; and stop soon after `cancel` fires.
#[async_trait]
pub trait Generator: Send + Sync {
    /// Who makes it.
    fn identity(&self) -> GeneratorIdentity;

    /// Whether its lessons are given what the document says its terms are. If not, nobody looks for a
    /// glossary, keeps or asks for one.
    fn uses_glossary(&self) -> bool;

    /// Whether it writes in the language that is asked for, and not in the text's only.
    fn writes_any_language(&self) -> bool {
        false
    }

    /// What a whole document, given as its sections in order, says its terms are: what its
    /// lessons are given as [`LessonInput::glossary`]. Empty where they need none.
    ///
    /// # Errors
    /// [`GenerateError`], which says whether trying again can help.
    async fn glossary(
        &self,
        parts: Vec<LessonPart>,
        cancel: &CancellationToken,
    ) -> Result<Vec<GlossaryEntry>, GenerateError>;

    /// Makes a lesson; `progress` is told the share done, `0.0..=1.0`. What was paid for is on the
    /// `bill`, also if nothing came of it. The input is given away, so that who waits long for an
    /// answer need not hold it.
    ///
    /// # Errors
    /// [`GenerateError`], which says whether trying again can help.
    async fn lesson(
        &self,
        input: LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
        bill: &Bill,
        cancel: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError>;

    /// What could be asked for in a batch and given to [`Self::lesson_of`] later; none if this lesson cannot
    /// be made so.
    fn batch_request(&self, input: &LessonInput) -> Option<BatchRequest> {
        let _ = input;
        None
    }

    /// The same lesson as by [`Self::lesson`], of the answer to what [`Self::batch_request`] gave for this
    /// input: checked as any other. If it cannot be used, the model is asked after all.
    ///
    /// # Errors
    /// As by [`Self::lesson`].
    async fn lesson_of(
        &self,
        input: LessonInput,
        answer: String,
        progress: &(dyn Fn(f32) + Send + Sync),
        bill: &Bill,
        cancel: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError> {
        drop(answer);
        self.lesson(input, progress, bill, cancel).await
    }
}
