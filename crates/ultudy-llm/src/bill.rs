//! What the calls of language models came to: who pays for a lesson wants to know.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;

use crate::GenerateError;

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

    /// About how many tokens are written for it: how many at most, each question says.
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

/// A call that is about to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned<'a> {
    /// Whose model.
    pub provider: &'static str,
    /// Its name there.
    pub model: &'a str,
    /// What for, as of a [`Call`].
    pub task: &'static str,
    /// Tokens that are read, rather too many than too few.
    pub tokens_read: u64,
    /// Most tokens that are written.
    pub tokens_written: u64,
}

/// Why a call is not paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpaid {
    /// It may not be spent.
    Refused {
        /// Stable code.
        code: &'static str,
        /// One sentence for the student.
        message: String,
    },
    /// Not just now.
    Later {
        /// One sentence for the student.
        message: String,
        /// After what time it may be asked again.
        wait: Duration,
        /// Whether it is only that too much is under way.
        is_limited: bool,
    },
}

impl From<Unpaid> for GenerateError {
    fn from(unpaid: Unpaid) -> Self {
        match unpaid {
            Unpaid::Refused { code, message } => Self::Permanent { code, message },
            Unpaid::Later {
                message,
                wait,
                is_limited,
            } => Self::NotAsked {
                message,
                wait,
                is_limited,
            },
        }
    }
}

/// Pays for calls: it is asked before each, and told how it ended.
#[async_trait]
pub trait Payer: Send + Sync {
    /// Lets a call be made; the number by which it is told of when it is over, which may be never if
    /// whoever makes it vanishes.
    ///
    /// # Errors
    /// [`Unpaid`]: then it is not made.
    async fn allow(&self, planned: Planned<'_>) -> Result<u128, Unpaid>;

    /// It is over, however it ended.
    fn over(&self, number: u128, call: Call);

    /// A call that was paid for when it was over, on another bill: what it brought is used in this work, too,
    /// which so took what that cost.
    fn used_again(&self, call: &Call);
}

/// Where the calls are noted down that one piece of work makes, whatever comes of it.
#[derive(Default)]
pub struct Bill {
    unpaid: Arc<Mutex<Vec<Call>>>,
    payer: Option<Arc<dyn Payer>>,
    /// The calls of a [tab](Self::tab), paid or not.
    of_tab: Option<Mutex<Vec<Call>>>,
}

impl Bill {
    /// One that is paid call by call.
    #[must_use]
    pub fn paid_by(payer: Arc<dyn Payer>) -> Self {
        Self {
            payer: Some(payer),
            ..Self::default()
        }
    }

    /// The calls so far that nobody has paid, which are not on it any more.
    #[must_use]
    pub fn take(&self) -> Vec<Call> {
        taken(&self.unpaid)
    }

    /// A part of it, whose calls are on it, and known by themselves besides.
    pub(crate) fn tab(&self) -> Self {
        Self {
            unpaid: Arc::clone(&self.unpaid),
            payer: self.payer.clone(),
            of_tab: Some(Mutex::default()),
        }
    }

    /// The calls so far that were made on this tab.
    pub(crate) fn tabbed(&self) -> Vec<Call> {
        self.of_tab.as_ref().map(taken).unwrap_or_default()
    }

    /// What these calls brought is used, which are on another bill.
    pub(crate) fn used_again(&self, calls: &[Call]) {
        if let Some(payer) = &self.payer {
            calls.iter().for_each(|call| payer.used_again(call));
        }
    }

    /// A call that may be made, and begins now: it is on the bill as soon as this is dropped.
    pub(crate) async fn call(&self, planned: Planned<'_>) -> Result<OpenCall<'_>, Unpaid> {
        let number = match &self.payer {
            Some(payer) => payer.allow(planned).await?,
            None => 0,
        };
        Ok(OpenCall {
            bill: self,
            number,
            begun: Instant::now(),
            call: Call {
                provider: planned.provider,
                model: planned.model.to_owned(),
                task: planned.task,
                tokens_read: 0,
                tokens_written: 0,
                outcome: "given_up",
                took: Duration::ZERO,
            },
        })
    }
}

/// A call under way.
pub(crate) struct OpenCall<'a> {
    bill: &'a Bill,
    number: u128,
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
        let call = self.call.clone();
        if let Some(calls) = &self.bill.of_tab {
            noted(calls, call.clone());
        }
        match &self.bill.payer {
            Some(payer) => payer.over(self.number, call),
            None => noted(&self.bill.unpaid, call),
        }
    }
}

fn noted(calls: &Mutex<Vec<Call>>, call: Call) {
    let calls = calls.lock();
    calls.unwrap_or_else(PoisonError::into_inner).push(call);
}

fn taken(calls: &Mutex<Vec<Call>>) -> Vec<Call> {
    std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(task: &'static str) -> Planned<'static> {
        Planned {
            provider: "openai",
            model: "m",
            task,
            tokens_read: 1,
            tokens_written: 1,
        }
    }

    #[tokio::test]
    async fn a_call_is_on_the_bill_however_it_ends() {
        let bill = Bill::default();
        let open = bill.call(planned("lesson")).await.expect("nobody asks");
        open.ended("answered", 7, 9);
        drop(bill.call(planned("grading")).await);
        let calls = bill.take();
        let outcomes: Vec<_> = calls.iter().map(|it| (it.task, it.outcome)).collect();
        assert_eq!(outcomes, [("lesson", "answered"), ("grading", "given_up")]);
        assert_eq!((calls[0].tokens_read, calls[0].tokens_written), (7, 9));
        assert!(bill.take().is_empty(), "nothing is paid for twice");
    }

    #[tokio::test]
    async fn a_tab_knows_its_own_calls_and_all_are_on_the_bill() {
        let bill = Bill::default();
        let (one, other) = (bill.tab(), bill.tab());
        for (tab, task) in [(&one, "lesson"), (&other, "answer"), (&bill, "grading")] {
            drop(tab.call(planned(task)).await);
        }
        let tasks = |calls: Vec<Call>| calls.iter().map(|it| it.task).collect::<Vec<_>>();
        assert_eq!(tasks(one.tabbed()), ["lesson"]);
        assert_eq!(tasks(other.tabbed()), ["answer"]);
        assert_eq!(tasks(bill.tabbed()), [""; 0]);
        assert_eq!(tasks(bill.take()), ["lesson", "answer", "grading"]);
    }
}
