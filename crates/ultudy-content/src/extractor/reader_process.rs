//! One child process: its streams, its end.

use std::{fs::File, io, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Take},
    process::{Child, ChildStderr, ChildStdout, Command},
};
use ultudy_domain::document::ExtractedDocument;

use super::{ExtractProgress, stderr_tail, verdict};
use crate::{
    fault::Fault,
    protocol::{Message, OUTPUT_MAX, Summary},
};

/// Between the texts of two pages: a form feed.
const PAGE_BREAK: &str = "\u{c}";

/// What came of a child.
#[derive(Debug)]
pub(super) enum Outcome {
    Opened { pages: u32 },
    Document(ExtractedDocument),
    Text(String),
    Failed(Fault),
}

/// A running child. Dropped, it is killed.
#[derive(Debug)]
pub(super) struct ReaderProcess {
    child: Child,
    stdout: BufReader<Take<ChildStdout>>,
    stderr: ChildStderr,
}

impl ReaderProcess {
    /// Starts it with the file as standard input and nothing of our environment.
    pub(super) fn start(program: &Path, args: &[String], pdf: File) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            // One heap for all threads: each further one reserves 64 MB of address space.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(pdf)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("it has no output"));
        };
        Ok(Self {
            child,
            stdout: BufReader::new(stdout.take(OUTPUT_MAX)),
            stderr,
        })
    }

    /// Follows it to the end of its output and judges how it ended.
    pub(super) async fn outcome(
        &mut self,
        progress: &mut (dyn FnMut(ExtractProgress) + Send),
    ) -> io::Result<Outcome> {
        let (stdout, child) = (&mut self.stdout, &mut self.child);
        let told = async {
            let told = listen(stdout, progress).await;
            if told.is_err() {
                child.start_kill()?;
            }
            Ok::<_, io::Error>(told)
        };
        let (told, stderr) = tokio::join!(told, stderr_tail::read(&mut self.stderr));
        let status = self.child.wait().await?;
        if !stderr.is_empty() {
            tracing::warn!(%status, stderr, "the reader process complained");
        }
        match told? {
            Ok(last_word) => verdict::judge(last_word, status, &stderr),
            Err(Garbled) => Ok(Outcome::Failed(Fault::CrashedReader)),
        }
    }

    /// Kills it if it still runs, and waits until it is gone.
    pub(super) async fn end(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}

/// The child says what no child of ours says, or more than any would.
struct Garbled;

/// Takes the child's lines up to its last word; `None` if it never came to one.
async fn listen(
    stdout: &mut BufReader<Take<ChildStdout>>,
    progress: &mut (dyn FnMut(ExtractProgress) + Send),
) -> Result<Option<Outcome>, Garbled> {
    let mut sections = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    let mut line = Vec::new();
    let mut last_word = None;
    while stdout
        .read_until(b'\n', &mut line)
        .await
        .map_err(|_| Garbled)?
        > 0
    {
        match serde_json::from_slice(&line).map_err(|_| Garbled)? {
            Message::Progress {
                pages_done,
                pages_total,
            } => progress(ExtractProgress {
                pages_done,
                pages_total,
            }),
            Message::Section(section) => sections.push(section),
            Message::Opened { pages } => last_word = Some(Outcome::Opened { pages }),
            Message::Failed { fault } => last_word = Some(Outcome::Failed(fault)),
            Message::PageText { text } => texts.push(text),
            Message::AllText => last_word = Some(Outcome::Text(texts.join(PAGE_BREAK))),
            Message::Done(summary) => {
                let whole = document(summary, std::mem::take(&mut sections));
                last_word = Some(Outcome::Document(whole));
            }
        }
        line.clear();
    }
    Ok(last_word)
}

fn document(
    summary: Summary,
    sections: Vec<ultudy_domain::section::ExtractedSection>,
) -> ExtractedDocument {
    ExtractedDocument {
        title: summary.title,
        page_count: summary.page_count,
        sectioning: summary.sectioning,
        sections,
        headings: summary.headings,
        unreadable_pages: summary.unreadable_pages,
    }
}
