//! What the parent has to say while a child reads.

use std::{fs::File, io};

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{Launcher, wall::Wall};
use ultudy_domain::extraction::{ExtractProgress, Stage};

use crate::recognition::Recogniser;

/// One child's listener.
pub(super) struct Conversation<'a> {
    pub(super) progress: &'a mut (dyn FnMut(ExtractProgress) + Send),
    pub(super) wall: &'a Wall,
    /// What reads pictures, if anything does.
    pub(super) aid: Option<Aid<'a>>,
}

/// What it takes to read pages from their pictures.
pub(super) struct Aid<'a> {
    pub(super) recogniser: &'a Recogniser,
    pub(super) launcher: &'a Launcher,
    pub(super) pdf: File,
}

impl Conversation<'_> {
    /// Has the pages read and answers one after the other.
    ///
    /// # Errors
    /// A helper could not be started or was ended from outside, or the child is gone.
    pub(super) async fn recognise(
        &mut self,
        pages: &[u32],
        child: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<()> {
        // One question a child: its budget is for the document.
        let Some(aid) = self.aid.take() else {
            return Err(io::Error::other("it asks for what it was not offered"));
        };
        self.wall.pause();
        let total = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut recognition = aid.recogniser.document(aid.launcher, &aid.pdf).await?;
        for (done, page) in (0..).zip(pages) {
            (self.progress)(ExtractProgress {
                stage: Stage::Recognising,
                pages_done: done,
                pages_total: total,
            });
            let answer = recognition.page(*page).await?;
            let mut line = serde_json::to_vec(&answer)?;
            line.push(b'\n');
            child.write_all(&line).await?;
        }
        self.wall.resume();
        Ok(())
    }
}
