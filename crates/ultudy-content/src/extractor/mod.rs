//! The parent's side: starts the child, follows its progress, ends it at its limits.

mod conversation;
pub(crate) mod helper;
mod launcher;
mod reader_process;
mod sight;
mod stderr_tail;
mod verdict;
mod wall;

use std::{fs::File, path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
    page_text::PageReader,
};

pub(crate) use self::launcher::{Launcher, Limits};
use self::{
    conversation::{Aid, Conversation},
    reader_process::{Outcome, ReaderProcess},
    wall::Wall,
};
use crate::{
    child::args::{Ask, Task},
    fault::Fault,
    recognition::Recogniser,
};

/// Processor time of a quick look.
const PROBE_CPU: Duration = Duration::from_secs(2);

/// The same on the wall: a busy machine must not make every file unclear.
const PROBE_WALL: Duration = Duration::from_secs(10);

/// Quick looks at once: any number of uploads may end at the same moment, and each look may
/// take as much memory as a reading. Readings are bounded by the worker that asks for them.
const PROBES_AT_ONCE: usize = 2;

/// Limits of one child process.
#[derive(Debug, Clone, Copy)]
pub struct ExtractLimits {
    /// Address space, in bytes.
    pub memory_bytes: u64,
    /// Processor time; counted in whole seconds, rounded up.
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

/// Starts child processes that read documents.
#[derive(Debug, Clone)]
pub struct Extractor {
    launcher: Launcher,
    limits: ExtractLimits,
    probes: Arc<Semaphore>,
    recogniser: Option<Recogniser>,
    /// Pages at once, of all documents, that are drawn for whoever reads them.
    turns: Arc<Semaphore>,
}

impl Extractor {
    /// Children are `program args…`, which must call [`crate::child::main`].
    #[must_use]
    pub fn new(program: PathBuf, args: Vec<String>, limits: ExtractLimits) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            launcher: Launcher { program, args },
            limits,
            probes: Arc::new(Semaphore::new(PROBES_AT_ONCE)),
            recogniser: None,
            turns: Arc::new(Semaphore::new(processors)),
        }
    }

    /// Pages without readable text are read from their pictures, if there is something
    /// that can.
    #[must_use]
    pub fn with_recogniser(self, recogniser: Option<Recogniser>) -> Self {
        Self { recogniser, ..self }
    }

    /// Looks whether the file opens, without reading its pages; within two seconds of
    /// processor time.
    ///
    /// # Errors
    /// The child could not be started.
    pub async fn probe(&self, pdf: File) -> Result<Probe, ExtractError> {
        // Never closed, so waiting for a turn cannot fail.
        let _turn = self.probes.acquire().await;
        let mut child = self.start(Task::Probe, PROBE_CPU, pdf)?;
        let mut quiet = Conversation {
            progress: &mut |_| {},
            wall: &Wall::new(PROBE_WALL),
            aid: None,
        };
        let told = child.outcome(&mut quiet).await;
        child.end().await?;
        match told {
            Ok(Outcome::Opened { pages }) => Ok(Probe::Readable { pages }),
            Ok(Outcome::Failed(Fault::Encrypted)) => Ok(Probe::Encrypted),
            Ok(Outcome::Failed(Fault::Empty)) => Ok(Probe::Empty),
            Ok(_) => Ok(Probe::Unclear),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the whole file. The child is dead when this returns or is dropped.
    ///
    /// # Errors
    /// [`ExtractError`]: the file's fault, the caller's wish, or the machine's.
    pub async fn extract(
        &self,
        pdf: File,
        progress: &mut (dyn FnMut(ExtractProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        self.extract_with(None, pdf, progress, cancel).await
    }

    /// The same, pages being read from their pictures by this reader first: those without readable text,
    /// or all that it wants. What it does not read is read as without it.
    ///
    /// # Errors
    /// [`ExtractError`]: the file's fault, the caller's wish, or the machine's.
    pub async fn extract_with(
        &self,
        reader: Option<&dyn PageReader>,
        pdf: File,
        progress: &mut (dyn FnMut(ExtractProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        let ask = match reader {
            Some(reader) if reader.reads_all() => Ask::All,
            Some(_) => Ask::Illegible,
            None => self.asks(),
        };
        let task = Task::Extract { ask };
        match self.read(task, (reader, pdf), progress, cancel).await? {
            Outcome::Document(document) => Ok(document),
            other => Err(self.unfinished(&other)),
        }
    }

    /// All text of a file before anything is left out: in reading order, an empty line
    /// between paragraphs, a form feed between pages, hyphenation undone. Pages without
    /// readable text are recognised, if there is something that can. Under the same limits
    /// as [`Extractor::extract`]; the child is dead when this returns or is dropped.
    ///
    /// # Errors
    /// [`ExtractError`]: the file's fault, the caller's wish, or the machine's.
    pub async fn text(
        &self,
        pdf: File,
        cancel: &CancellationToken,
    ) -> Result<String, ExtractError> {
        let task = Task::Text { ask: self.asks() };
        match self.read(task, (None, pdf), &mut |_| {}, cancel).await? {
            Outcome::Text(text) => Ok(text),
            other => Err(self.unfinished(&other)),
        }
    }

    /// Which pages a child asks for that nobody but Tesseract reads.
    fn asks(&self) -> Ask {
        match self.recogniser {
            Some(_) => Ask::Illegible,
            None => Ask::Nothing,
        }
    }

    /// What came of a child that reads the whole file.
    async fn read(
        &self,
        task: Task,
        (reader, pdf): (Option<&dyn PageReader>, File),
        progress: &mut (dyn FnMut(ExtractProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<Outcome, ExtractError> {
        let again = pdf.try_clone()?;
        let aid = Aid {
            reader,
            recogniser: self.recogniser.as_ref(),
            launcher: &self.launcher,
            turns: &self.turns,
            pdf: again,
        };
        let mut conversation = Conversation {
            progress,
            wall: &Wall::new(self.limits.wall),
            aid: Some(aid).filter(|aid| aid.reader.is_some() || aid.recogniser.is_some()),
        };
        let mut child = self.start(task, self.limits.cpu, pdf)?;
        let told = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ExtractError::Cancelled),
            outcome = child.outcome(&mut conversation) => outcome.map_err(ExtractError::from),
        };
        child.end().await?;
        told
    }

    /// Why a child's last word is not what it was asked for.
    fn unfinished(&self, outcome: &Outcome) -> ExtractError {
        match outcome {
            Outcome::Failed(fault) => ExtractError::File(fault.failure(self.limits.pages_max)),
            _ => ExtractError::Process(std::io::Error::other(
                "it stopped before the document was whole",
            )),
        }
    }

    fn start(&self, task: Task, cpu: Duration, pdf: File) -> std::io::Result<ReaderProcess> {
        let limits = Limits {
            memory_bytes: self.limits.memory_bytes,
            cpu,
            pages_max: self.limits.pages_max,
        };
        ReaderProcess::start(self.launcher.command(task, limits), pdf)
    }
}
