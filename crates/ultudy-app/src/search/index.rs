//! Reading documents into the index: with their publication, or later for those that were
//! stored before there was an index.

use tokio_util::sync::CancellationToken;
use ultudy_domain::search::document::{self, SectionText};
use ultudy_store::{
    chunks::{self, NewChunk},
    sections::{self, NewSection},
};
use uuid::Uuid;

use crate::{App, Error, Result};

/// Documents looked up at once when catching up.
const BATCH: i64 = 100;

/// A section to be read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The section.
    pub section_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its first page.
    pub page_start: i32,
    /// Its text with page marks.
    pub markdown: String,
}

/// A document's passages, ready to be stored.
#[derive(Debug, Clone, Default)]
pub struct Passages {
    /// The document's language, if it could be told.
    pub language: Option<&'static str>,
    /// The passages.
    pub chunks: Vec<NewChunk>,
}

impl From<&NewSection> for Source {
    fn from(section: &NewSection) -> Self {
        Self {
            section_id: section.id,
            name: section.name.clone(),
            page_start: section.page_start,
            markdown: section.markdown.clone(),
        }
    }
}

/// Reads sections off the async threads: a book takes a while. None once `cancel` has fired.
///
/// # Errors
/// The reading crashed.
pub async fn read(sources: Vec<Source>, cancel: &CancellationToken) -> Result<Option<Passages>> {
    let cancel = cancel.clone();
    tokio::task::spawn_blocking(move || passages(&sources, &cancel))
        .await
        .map_err(Error::internal)
}

fn passages(sources: &[Source], cancel: &CancellationToken) -> Option<Passages> {
    let texts: Vec<SectionText<'_>> = sources
        .iter()
        .map(|source| SectionText {
            name: &source.name,
            first_page: u32::try_from(source.page_start).unwrap_or(1),
            markdown: &source.markdown,
        })
        .collect();
    let read = document::read_while(&texts, || !cancel.is_cancelled())?;
    let page = |page: u32| i32::try_from(page).unwrap_or(i32::MAX);
    let chunks = read.passages.into_iter().map(|one| NewChunk {
        section_id: sources[one.section].section_id,
        page_start: page(one.passage.page_start),
        page_end: page(one.passage.page_end),
        content: one.passage.text,
        indexed: one.indexed,
    });
    Some(Passages {
        language: read.language,
        chunks: chunks.collect(),
    })
}

/// Reads all documents that wait for it into the index; how many. What fails is tried
/// again next time.
///
/// # Errors
/// The database does not answer.
pub async fn catch_up(app: &App, stop: &CancellationToken) -> Result<usize> {
    let mut done = 0;
    loop {
        let mut tx = app.store.system().await?;
        let pending = chunks::pending(&mut tx, BATCH).await?;
        drop(tx);
        let before = done;
        for (owner_id, document_id) in &pending {
            if stop.is_cancelled() {
                return Ok(done);
            }
            match index(app, owner_id, *document_id, stop).await {
                Ok(is_done) => done += usize::from(is_done),
                // The others need not wait for it.
                Err(error) => {
                    tracing::warn!(%document_id, %error, "a document cannot be read into the search index");
                }
            }
        }
        if done == before {
            return Ok(done);
        }
    }
}

/// Reads one document into the index, unless somebody else does.
async fn index(
    app: &App,
    owner_id: &str,
    document_id: Uuid,
    stop: &CancellationToken,
) -> Result<bool> {
    let mut tx = app.store.read(owner_id).await?;
    let texts = sections::texts(&mut tx, document_id).await?;
    drop(tx);
    let sources = texts.into_iter().map(|text| Source {
        section_id: text.section.id,
        name: text.section.name,
        page_start: text.section.page_start,
        markdown: text.markdown,
    });
    let Some(passages) = read(sources.collect(), stop).await? else {
        return Ok(false);
    };
    let mut tx = app.store.write(owner_id).await?;
    if !chunks::lock_pending(&mut tx, document_id).await? {
        return Ok(false);
    }
    chunks::insert_all(&mut tx, document_id, passages.language, &passages.chunks).await?;
    tx.commit().await?;
    Ok(true)
}
