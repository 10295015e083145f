//! The parent's side: starts the child, follows its progress, ends it at its limits.

use std::{fs::File, path::PathBuf, time::Duration};

use tokio_util::sync::CancellationToken;
use ultudy_domain::{document::ExtractedDocument, job::JobFailure};

/// Limits of one child process.
#[derive(Debug, Clone, Copy)]
pub struct ExtractLimits {
    /// Address space, in bytes.
    pub memory_bytes: u64,
    /// Processor time.
    pub cpu: Duration,
    /// Time on the wall, for a child that waits instead of working.
    pub wall: Duration,
    /// Most pages a document may have.
    pub pages_max: u32,
}

impl Default for ExtractLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 512 << 20,
            cpu: Duration::from_secs(60),
            wall: Duration::from_secs(180),
            pages_max: 2_000,
        }
    }
}

/// How far the child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractProgress {
    /// Pages read.
    pub pages_done: u32,
    /// Pages in all.
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
    /// The child could not be started or spoken to.
    #[error("the reader process failed: {0}")]
    Process(#[from] std::io::Error),
}

/// Starts child processes that read documents.
#[derive(Debug, Clone)]
pub struct Extractor {
    program: PathBuf,
    args: Vec<String>,
    limits: ExtractLimits,
}

impl Extractor {
    /// Children are `program args…`, which must call [`crate::child::main`].
    #[must_use]
    pub fn new(program: PathBuf, args: Vec<String>, limits: ExtractLimits) -> Self {
        Self {
            program,
            args,
            limits,
        }
    }

    /// Looks whether the file opens, without reading its pages; within two seconds.
    ///
    /// # Errors
    /// The child could not be started.
    pub async fn probe(&self, _pdf: File) -> Result<Probe, ExtractError> {
        let _ = (&self.program, &self.args, &self.limits);
        todo!()
    }

    /// Reads the whole file. The child is dead when this returns or is dropped.
    ///
    /// # Errors
    /// [`ExtractError`]: the file's fault, the caller's wish, or the machine's.
    pub async fn extract(
        &self,
        _pdf: File,
        _progress: &mut (dyn FnMut(ExtractProgress) + Send),
        _cancel: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        todo!()
    }
}
