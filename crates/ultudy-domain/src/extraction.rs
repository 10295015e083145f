//! The reading of a file: how far it is, and how it can end.

use crate::job::JobFailure;

/// What is being done with the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Their text is read.
    Reading,
    /// Pages are read from their pictures by a model.
    Transcribing,
    /// Those without text are read from their pictures.
    Recognising,
}

/// How far the child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractProgress {
    /// What is done now.
    pub stage: Stage,
    /// Pages done in this stage.
    pub pages_done: u32,
    /// Pages of this stage in all.
    pub pages_total: u32,
}

/// What a quick look at a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It opens.
    Readable {
        /// Pages in all.
        pages: u32,
    },
    /// It asks for a password.
    Encrypted,
    /// It has the marks of a PDF and nothing in it.
    Empty,
    /// It could not be judged in the time and memory of a quick look, or looks damaged:
    /// the full reading will tell.
    Unclear,
}

/// Why no sections came out.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The file is at fault (damaged, over a limit, crashed its reader): trying again
    /// cannot help. Codes: `pdf_damaged`, `pdf_encrypted`, `pdf_empty`,
    /// `pdf_too_many_pages`, `pdf_too_much_memory`, `pdf_too_slow`, `pdf_crashed_reader`.
    #[error("{}", .0.message)]
    File(JobFailure),
    /// The caller gave up; the child is dead.
    #[error("cancelled")]
    Cancelled,
    /// The child could not be started or spoken to, or something outside killed it: it
    /// may go well another time.
    #[error("the reader process failed: {0}")]
    Process(#[from] std::io::Error),
}
