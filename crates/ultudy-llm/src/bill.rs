//! What the calls of language models came to: who pays for a lesson wants to know.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What a model is asked for. Lesser work may have a cheaper model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// A lesson.
    Lesson,
    /// A verdict on an answer in a student's own words.
    Grading,
    /// A document's sections.
    Sections,
    /// An answer to a student's question.
    Answer,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lesson, Self::Grading, Self::Sections, Self::Answer];

    /// The name by which metrics and the database call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Grading => "grading",
            Self::Sections => "sections",
            Self::Answer => "answer",
        }
    }

    /// About how many tokens are written for it.
    #[must_use]
    pub fn tokens_written(self) -> u32 {
        match self {
            Self::Lesson => 4_000,
            Self::Grading => 400,
            Self::Sections => 2_000,
            Self::Answer => 600,
        }
    }

    /// The setting that names its model, if it has one of its own.
    #[must_use]
    pub fn model_setting(self) -> &'static str {
        match self {
            Self::Lesson => "LLM_MODEL_LESSON",
            Self::Grading => "LLM_MODEL_GRADING",
            Self::Sections => "LLM_MODEL_SECTIONS",
            Self::Answer => "LLM_MODEL_ANSWERS",
        }
    }
}

/// One call of a model, made and over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Whose model: `openai` …
    pub provider: &'static str,
    /// Its name there.
    pub model: String,
    /// What for: a [`Task`]'s name, or a [`Purpose`](crate::embeddings::Purpose)'s.
    pub task: &'static str,
    /// Tokens that were read, as far as the provider has said; nothing if it was not let finish.
    pub tokens_read: u64,
    /// Tokens that were written, likewise.
    pub tokens_written: u64,
    /// `answered`, why there was no answer, or `given_up` if nobody waited for it any more.
    pub outcome: &'static str,
    /// How long it took.
    pub took: Duration,
}

/// The calls that one piece of work made, whatever came of it.
#[derive(Debug, Default)]
pub struct Bill(Mutex<Vec<Call>>);

impl Bill {
    /// The calls so far, which are not on it any more.
    #[must_use]
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, call: Call) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(call);
    }

    /// A call that begins now, and is on the bill as soon as this is dropped.
    pub(crate) fn call(
        &self,
        provider: &'static str,
        model: &str,
        task: &'static str,
    ) -> OpenCall<'_> {
        OpenCall {
            bill: self,
            begun: Instant::now(),
            call: Call {
                provider,
                model: model.to_owned(),
                task,
                tokens_read: 0,
                tokens_written: 0,
                outcome: "given_up",
                took: Duration::ZERO,
            },
        }
    }
}

/// A call under way.
pub(crate) struct OpenCall<'a> {
    bill: &'a Bill,
    begun: Instant,
    call: Call,
}

impl OpenCall<'_> {
    /// It is over.
    pub(crate) fn ended(mut self, outcome: &'static str, tokens_read: u64, tokens_written: u64) {
        self.call.outcome = outcome;
        self.call.tokens_read = tokens_read;
        self.call.tokens_written = tokens_written;
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        self.call.took = self.begun.elapsed();
        self.bill.add(self.call.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_on_the_bill_however_it_ends() {
        let bill = Bill::default();
        bill.call("openai", "m", "lesson").ended("answered", 7, 9);
        drop(bill.call("openai", "m", "grading"));
        let calls = bill.take();
        let outcomes: Vec<_> = calls.iter().map(|it| (it.task, it.outcome)).collect();
        assert_eq!(outcomes, [("lesson", "answered"), ("grading", "given_up")]);
        assert_eq!((calls[0].tokens_read, calls[0].tokens_written), (7, 9));
        assert!(bill.take().is_empty(), "nothing is paid for twice");
    }
}
