//! Pages read from their pictures by somebody outside: drawn by children, some pages a call, some
//! calls at once.

use std::{
    collections::HashMap,
    fs::File,
    io,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::Semaphore;
use ultudy_domain::page_text::{PagePicture, PageReader};

use super::Launcher;
use crate::{
    protocol::Answer,
    recognition::{
        RecognitionLimits,
        picture::{self, Photo},
    },
};

/// Pages of a call: what is said with each call is paid for once for all of them, and an answer's
/// length is limited.
const PAGES_A_CALL: usize = 4;

/// Calls at once.
const CALLS_AT_ONCE: usize = 3;

/// Time on the wall for one document, after which no call is begun.
const WALL: Duration = Duration::from_secs(45 * 60);

/// What it takes to have a document's pages read.
pub(super) struct Sight<'a> {
    pub(super) reader: &'a dyn PageReader,
    pub(super) launcher: &'a Launcher,
    pub(super) pdf: &'a File,
    /// Pages that are drawn at once, of all documents: each takes a processor.
    pub(super) turns: &'a Semaphore,
}

impl Sight<'_> {
    /// What came of those of the pages that it reads; the others are not among them. `done` is told
    /// how many are, each time that there are more.
    ///
    /// # Errors
    /// A child could not be started, or something outside ended it.
    pub(super) async fn read(
        &self,
        pages: &[u32],
        mut done: impl FnMut(u32),
    ) -> io::Result<HashMap<u32, Answer>> {
        let begun = Instant::now();
        let calls = pages.chunks(PAGES_A_CALL).map(|pages| async move {
            if begun.elapsed() >= WALL {
                return Ok((pages.len(), Vec::new()));
            }
            Ok::<_, io::Error>((pages.len(), self.call(pages).await?))
        });
        // Collected first: a stream over a closure that borrows is not Send for every lifetime.
        let calls: Vec<_> = calls.collect();
        let mut calls = stream::iter(calls).buffer_unordered(CALLS_AT_ONCE);
        let (mut read, mut count) = (HashMap::new(), 0);
        while let Some((pages, answers)) = calls.try_next().await? {
            read.extend(answers);
            count += u32::try_from(pages).unwrap_or(0);
            done(count);
        }
        Ok(read)
    }

    async fn call(&self, pages: &[u32]) -> io::Result<Vec<(u32, Answer)>> {
        let mut answers = Vec::new();
        let mut pictures: Vec<PagePicture> = Vec::new();
        for page in pages {
            if !self.reader.is_ready() {
                return Ok(Vec::new());
            }
            match self.draw(*page).await? {
                Photo::Picture(picture) => pictures.push(picture),
                Photo::Blank => answers.push((*page, Answer::Blank)),
                Photo::Nothing => {}
            }
        }
        if pictures.is_empty() {
            return Ok(answers);
        }
        let numbers: Vec<u32> = pictures.iter().map(|picture| picture.page).collect();
        let texts = self.reader.read(pictures).await;
        for (page, text) in numbers.into_iter().zip(texts) {
            answers.extend(text.map(|text| (page, Answer::Transcribed { text })));
        }
        Ok(answers)
    }

    async fn draw(&self, page: u32) -> io::Result<Photo> {
        // Never closed, so waiting for a turn cannot fail.
        let _turn = self.turns.acquire().await;
        let limits = RecognitionLimits::default();
        let drawn = picture::photo(self.launcher, &limits, self.pdf, page);
        let drawn = tokio::time::timeout(limits.page_wall, drawn).await;
        drawn.unwrap_or_else(|_| {
            tracing::warn!(page, "drawing the page took too long");
            Ok(Photo::Nothing)
        })
    }
}
