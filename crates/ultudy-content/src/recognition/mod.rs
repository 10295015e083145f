//! Pages read from their pictures: one child draws the page, another is Tesseract, each
//! under limits, and neither writes to the disk.

mod budget;
mod language;
pub(crate) mod picture;
mod tesseract;
mod tsv;
mod turn;

use std::{fs::File, io, path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::{OnceCell, Semaphore};

use self::{budget::Budget, language::Choice, picture::Drawn, tsv::Print, turn::Turn};
use crate::{
    extractor::{Launcher, Limits},
    protocol::{Answer, Shape},
};

/// Limits of recognition.
#[derive(Debug, Clone, Copy)]
pub struct RecognitionLimits {
    /// Address space of each child, in bytes.
    pub memory_bytes: u64,
    /// Processor time of each child, for one page.
    pub page_cpu: Duration,
    /// Time on the wall for one page.
    pub page_wall: Duration,
    /// Most pages of one document.
    pub pages_max: u32,
    /// Time on the wall for one document; the pages left then stay unread.
    pub wall: Duration,
}

impl Default for RecognitionLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            page_cpu: Duration::from_secs(60),
            page_wall: Duration::from_secs(120),
            pages_max: 500,
            wall: Duration::from_secs(45 * 60),
        }
    }
}

impl RecognitionLimits {
    fn of_a_child(&self) -> Limits {
        Limits {
            memory_bytes: self.memory_bytes,
            cpu: self.page_cpu,
            pages_max: u32::MAX,
        }
    }
}

/// Reads pages with Tesseract.
#[derive(Debug, Clone)]
pub struct Recogniser {
    program: PathBuf,
    languages: Vec<String>,
    limits: RecognitionLimits,
    installed: Arc<OnceCell<Vec<String>>>,
    /// Pages at once, of all documents: each takes a processor.
    turns: Arc<Semaphore>,
}

impl Recogniser {
    /// With this program. `languages` are Tesseract's names, such as `eng`; none leaves the
    /// choice to what is installed and what the first pages turn out to be in.
    #[must_use]
    pub fn new(program: PathBuf, languages: Vec<String>, limits: RecognitionLimits) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            program,
            languages,
            limits,
            installed: Arc::default(),
            turns: Arc::new(Semaphore::new(processors)),
        }
    }

    /// The program, if one of this name can be started from `PATH`.
    #[must_use]
    pub fn find_program() -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join("tesseract"))
            .find(|program| program.is_file())
    }

    /// Begins a document.
    pub(crate) async fn document<'a>(
        &'a self,
        launcher: &'a Launcher,
        pdf: &'a File,
    ) -> io::Result<Recognition<'a>> {
        let installed = self
            .installed
            .get_or_try_init(|| tesseract::installed(launcher, &self.program, &self.limits))
            .await?;
        Ok(Recognition {
            recogniser: self,
            launcher,
            pdf,
            choice: Choice::new(&self.languages, installed),
            budget: Budget::new(&self.limits),
            turn: Turn::default(),
        })
    }
}

/// The recognition of one document.
pub(crate) struct Recognition<'a> {
    recogniser: &'a Recogniser,
    launcher: &'a Launcher,
    pdf: &'a File,
    choice: Choice,
    budget: Budget,
    /// How the last page lay.
    turn: Turn,
}

impl Recognition<'_> {
    /// Reads a page, by number from 1.
    ///
    /// # Errors
    /// A child could not be started, or something outside ended it.
    pub(crate) async fn page(&mut self, page: u32) -> io::Result<Answer> {
        if !self.budget.take_page() {
            return Ok(Answer::Unread);
        }
        // Never closed, so waiting for a turn cannot fail.
        let _turn = self.recogniser.turns.acquire().await;
        let wall = self.recogniser.limits.page_wall;
        let read = tokio::time::timeout(wall, self.read(page)).await;
        read.unwrap_or_else(|_| {
            tracing::warn!(page, "recognising the page took too long");
            Ok(Answer::Unread)
        })
    }

    async fn read(&mut self, page: u32) -> io::Result<Answer> {
        let limits = &self.recogniser.limits;
        match picture::draw(self.launcher, limits, self.pdf, page).await? {
            Drawn::Picture(shape, pixels) => {
                let print = self.whichever_way_round(shape, &pixels).await?;
                Ok(print.map_or(Answer::Unread, |print| self.answer(print)))
            }
            Drawn::Blank => Ok(Answer::Blank),
            Drawn::Nothing => Ok(Answer::Unread),
        }
    }

    /// Reads a picture as the last page lay; where that makes little sense or the lines run
    /// up or down, turned; the best of that.
    async fn whichever_way_round(
        &mut self,
        shape: Shape,
        pixels: &[u8],
    ) -> io::Result<Option<Print>> {
        let mut best: Option<(Turn, Print)> = None;
        let mut left = vec![self.turn];
        let mut tried = Vec::new();
        while let Some(turn) = left.pop() {
            tried.push(turn);
            let (shape, pixels) = turn.of(shape, pixels);
            let call = tesseract::Call {
                program: &self.recogniser.program,
                languages: self.choice.languages(),
                limits: &self.recogniser.limits,
            };
            let Some(table) = call.read(self.launcher, shape, &pixels).await? else {
                continue;
            };
            let print = tsv::print(&table, shape);
            let others: &[u8] = match (print.is_sideways(), print.is_unsure()) {
                (true, _) => &[3, 1],
                (false, true) => &[2],
                (false, false) => &[],
            };
            left.extend(others.iter().map(|quarters| turn.further(*quarters)));
            let found = others.is_empty();
            if best
                .as_ref()
                .is_none_or(|(_, best)| print.is_better_than(best))
            {
                best = Some((turn, print));
            }
            if found {
                break;
            }
            left.retain(|turn| !tried.contains(turn));
        }
        Ok(best.map(|(turn, print)| {
            self.turn = turn;
            print
        }))
    }

    fn answer(&mut self, print: Print) -> Answer {
        self.choice.learn(&print.lines);
        Answer::Text {
            width: print.width,
            height: print.height,
            lines: print.lines,
        }
    }
}
