//! One child process that reads: its streams, its end.

use std::{
    fs::File,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as Socket},
};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Take},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    process::{Child, ChildStderr, Command},
};
use ultudy_domain::{
    document::ExtractedDocument,
    extraction::{ExtractProgress, Stage},
    figure::ExtractedFigure,
    section::ExtractedSection,
};

use super::{conversation::Conversation, stderr_tail, verdict};
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
    listen: BufReader<Take<OwnedReadHalf>>,
    speak: OwnedWriteHalf,
    stderr: ChildStderr,
}

impl ReaderProcess {
    /// Starts it with the file as standard input and a socket as standard output: its
    /// input is taken, and it may have a question.
    pub(super) fn start(mut command: Command, pdf: File) -> io::Result<Self> {
        let (ours, its) = Socket::pair()?;
        ours.set_nonblocking(true)?;
        let (listen, speak) = UnixStream::from_std(ours)?.into_split();
        let mut child = command.stdin(pdf).stdout(OwnedFd::from(its)).spawn()?;
        // The command holds the child's end of the socket, which must end with the child.
        drop(command);
        let Some(stderr) = child.stderr.take() else {
            return Err(io::Error::other("it has no output"));
        };
        Ok(Self {
            child,
            listen: BufReader::new(listen.take(OUTPUT_MAX)),
            speak,
            stderr,
        })
    }

    /// Follows it to the end of its output and judges how it ended; it is too slow when
    /// the conversation's time on the wall is used up.
    pub(super) async fn outcome(
        &mut self,
        conversation: &mut Conversation<'_>,
    ) -> io::Result<Outcome> {
        let wall = conversation.wall;
        tokio::select! {
            biased;
            () = wall.reached() => Ok(Outcome::Failed(Fault::TooSlow)),
            outcome = self.follow(conversation) => outcome,
        }
    }

    async fn follow(&mut self, conversation: &mut Conversation<'_>) -> io::Result<Outcome> {
        let Self {
            child,
            listen,
            speak,
            stderr,
        } = self;
        let told = async {
            let told = listen_to(listen, speak, conversation).await;
            if told.is_err() {
                child.start_kill()?;
            }
            Ok::<_, io::Error>(told)
        };
        let (told, stderr) = tokio::join!(told, stderr_tail::read(stderr));
        let status = child.wait().await?;
        if !stderr.is_empty() {
            tracing::warn!(%status, stderr, "the reader process complained");
        }
        match told? {
            Ok(last_word) => verdict::judge(last_word, status, &stderr),
            Err(Broken::Garbled) => Ok(Outcome::Failed(Fault::CrashedReader)),
            Err(Broken::Ours(error)) => Err(error),
        }
    }

    /// Kills it if it still runs, and waits until it is gone.
    pub(super) async fn end(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}

/// Why the conversation broke off.
enum Broken {
    /// The child says what no child of ours says, or more than any would.
    Garbled,
    /// Its question could not be answered, for no fault of its own.
    Ours(io::Error),
}

/// Takes the child's lines up to its last word; `None` if it never came to one.
async fn listen_to(
    listen: &mut BufReader<Take<OwnedReadHalf>>,
    speak: &mut OwnedWriteHalf,
    conversation: &mut Conversation<'_>,
) -> Result<Option<Outcome>, Broken> {
    let mut sections = Vec::new();
    let mut figures = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    let mut line = Vec::new();
    let mut last_word = None;
    while read_line(listen, &mut line).await? {
        match serde_json::from_slice(&line).map_err(|_| Broken::Garbled)? {
            Message::Progress {
                pages_done,
                pages_total,
            } => (conversation.progress)(ExtractProgress {
                stage: Stage::Reading,
                pages_done,
                pages_total,
            }),
            Message::Section(section) => sections.push(section),
            Message::Recognise { pages } => conversation
                .recognise(&pages, speak)
                .await
                .map_err(Broken::Ours)?,
            Message::Opened { pages } => last_word = Some(Outcome::Opened { pages }),
            Message::Failed { fault } => last_word = Some(Outcome::Failed(fault)),
            Message::Figure { figure, data } => figures.push(ExtractedFigure {
                data: BASE64.decode(data).map_err(|_| Broken::Garbled)?,
                ..figure
            }),
            Message::PageText { text } => texts.push(text),
            Message::AllText => last_word = Some(Outcome::Text(texts.join(PAGE_BREAK))),
            Message::Done(summary) => {
                let (sections, figures) =
                    (std::mem::take(&mut sections), std::mem::take(&mut figures));
                let whole = document(summary, sections, figures);
                last_word = Some(Outcome::Document(whole));
            }
            // Of a child that draws, not of one that reads.
            Message::Picture(_) | Message::Photo { .. } | Message::Blank => {
                return Err(Broken::Garbled);
            }
        }
    }
    Ok(last_word)
}

/// The next line; false at the end. What a child killed in the middle of our answer leaves
/// unread breaks the socket: that is its end too, and its status says why.
async fn read_line(
    listen: &mut BufReader<Take<OwnedReadHalf>>,
    line: &mut Vec<u8>,
) -> Result<bool, Broken> {
    line.clear();
    match listen.read_until(b'\n', line).await {
        Ok(length) => Ok(length > 0),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(false),
        Err(_) => Err(Broken::Garbled),
    }
}

fn document(
    summary: Summary,
    sections: Vec<ExtractedSection>,
    figures: Vec<ExtractedFigure>,
) -> ExtractedDocument {
    ExtractedDocument {
        title: summary.title,
        page_count: summary.page_count,
        sectioning: summary.sectioning,
        sections,
        headings: summary.headings,
        figures,
        unreadable_pages: summary.unreadable_pages,
        recognised_pages: summary.recognised_pages,
        transcribed_pages: summary.transcribed_pages,
        language: summary.language,
    }
}
