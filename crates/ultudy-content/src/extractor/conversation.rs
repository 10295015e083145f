//! What the parent has to say while a child reads.

use std::{collections::HashMap, fs::File, io};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::Semaphore,
};
use ultudy_domain::{
    extraction::{ExtractProgress, Stage},
    page_text::PageReader,
};

use super::{Launcher, sight::Sight, wall::Wall};
use crate::{
    protocol::{Answer, Asked},
    recognition::Recogniser,
};

/// One child's listener.
pub(super) struct Conversation<'a> {
    pub(super) progress: &'a mut (dyn FnMut(ExtractProgress) + Send),
    pub(super) wall: &'a Wall,
    /// What reads pictures, if anything does.
    pub(super) aid: Option<Aid<'a>>,
}

/// What it takes to read pages from their pictures.
pub(super) struct Aid<'a> {
    /// Who is asked first.
    pub(super) reader: Option<&'a dyn PageReader>,
    /// Reads what is illegible and was not read then.
    pub(super) recogniser: Option<&'a Recogniser>,
    pub(super) launcher: &'a Launcher,
    pub(super) turns: &'a Semaphore,
    pub(super) pdf: File,
}

impl Conversation<'_> {
    /// Has the pages read and answers one after the other.
    ///
    /// # Errors
    /// A helper could not be started or was ended from outside, or the child is gone.
    pub(super) async fn recognise(
        &mut self,
        pages: &[Asked],
        child: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<()> {
        // One question a child: its budget is for the document.
        let Some(aid) = self.aid.take() else {
            return Err(io::Error::other("it asks for what it was not offered"));
        };
        self.wall.pause();
        let mut transcribed = self.transcribe(&aid, pages).await?;
        let is_left = |asked: &&Asked| !asked.legible && !transcribed.contains_key(&asked.page);
        let left: Vec<u32> = pages.iter().filter(is_left).map(|it| it.page).collect();
        let total = u32::try_from(left.len()).unwrap_or(u32::MAX);
        let mut recognition = match aid.recogniser.filter(|_| !left.is_empty()) {
            Some(recogniser) => Some(recogniser.document(aid.launcher, &aid.pdf).await?),
            None => None,
        };
        let mut done = 0;
        for asked in pages {
            let answer = match (transcribed.remove(&asked.page), &mut recognition) {
                (Some(answer), _) => answer,
                (None, Some(recognition)) if !asked.legible => {
                    (self.progress)(ExtractProgress {
                        stage: Stage::Recognising,
                        pages_done: done,
                        pages_total: total,
                    });
                    done += 1;
                    recognition.page(asked.page).await?
                }
                (None, _) => Answer::Unread,
            };
            let mut line = serde_json::to_vec(&answer)?;
            line.push(b'\n');
            child.write_all(&line).await?;
        }
        self.wall.resume();
        Ok(())
    }

    /// What the reader makes of as many of the pages as it reads.
    async fn transcribe(
        &mut self,
        aid: &Aid<'_>,
        pages: &[Asked],
    ) -> io::Result<HashMap<u32, Answer>> {
        let Some(reader) = aid.reader.filter(|reader| reader.is_ready()) else {
            return Ok(HashMap::new());
        };
        let most = usize::try_from(reader.pages_max()).unwrap_or(usize::MAX);
        // Those that nothing else reads as well go first.
        let (mut wanted, legible): (Vec<Asked>, Vec<Asked>) =
            pages.iter().partition(|asked| !asked.legible);
        wanted.extend(legible);
        wanted.truncate(most);
        let mut numbers: Vec<u32> = wanted.iter().map(|asked| asked.page).collect();
        numbers.sort_unstable();
        let total = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let progress = &mut *self.progress;
        let mut told = |pages_done| {
            progress(ExtractProgress {
                stage: Stage::Transcribing,
                pages_done,
                pages_total: total,
            });
        };
        told(0);
        let sight = Sight {
            reader,
            launcher: aid.launcher,
            pdf: &aid.pdf,
            turns: aid.turns,
        };
        sight.read(&numbers, told).await
    }
}
