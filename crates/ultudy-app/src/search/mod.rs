//! Search: the passages of a student's own material that answer a query best.

use std::ops::Range;

use ultudy_domain::search::{Query, snippet};
use ultudy_store::{chunks::Chunk, courses};
use uuid::Uuid;

use crate::{App, Error, Result};

mod codes;
pub mod embed;
pub(crate) mod hybrid;
pub mod index;
mod nearest;

pub(crate) use codes::KnownCodes;
pub(crate) use hybrid::KnownQueries;

pub use ultudy_store::chunks::Within;

/// Characters of a query that are read.
const QUERY_MAX: usize = 2_000;
/// Hits that can be paged through: who has not found it by then asks otherwise.
pub const HITS_MAX: usize = 200;

/// A search.
#[derive(Debug, Clone)]
pub struct Search {
    /// What a student typed.
    pub query: String,
    /// In this course only.
    pub course_id: Option<Uuid>,
    /// Hits left out: those of earlier pages.
    pub offset: usize,
    /// Most hits.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// Whether there are more.
    pub has_more: bool,
    /// Documents that cannot be found yet, since they wait to be read into the index.
    pub pending: i64,
}

/// A passage that answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its document.
    pub document_id: Uuid,
    /// The document's title.
    pub document_title: String,
    /// Its section.
    pub section_id: Uuid,
    /// The section's name.
    pub title: String,
    /// Its part that matches best, plain text.
    pub snippet: String,
    /// Where the snippet matches, in bytes.
    pub matches: Vec<Range<usize>>,
    /// First page.
    pub page_start: i32,
    /// Last page.
    pub page_end: i32,
    /// How well it answers; comparable within one answer.
    pub score: f64,
}

/// Searches the owner's documents.
///
/// # Errors
/// A blank query; [`Error::NotFound`] for the course.
pub async fn search(app: &App, owner_id: &str, search: &Search) -> Result<Found> {
    let text: String = search.query.chars().take(QUERY_MAX).collect();
    if text.trim().is_empty() {
        return Err(Error::field("q", "must not be blank"));
    }
    let question = hybrid::question(app, owner_id, &text).await;
    let mut tx = app.store.read(owner_id).await?;
    if let Some(id) = search.course_id {
        let course = courses::find(&mut tx, id).await?;
        course.ok_or(Error::NotFound("course"))?;
    }
    let within = Within {
        course_id: search.course_id,
        document_id: None,
    };
    let end = (search.offset + search.limit).min(HITS_MAX);
    let shown = end.saturating_sub(search.offset);
    let page = (search.offset, shown + 1);
    let ranked = hybrid::find(app, &mut tx, &question, within, page).await?;
    let hits = ranked.chunks.iter().take(shown);
    Ok(Found {
        hits: hits
            .map(|(chunk, score)| hit(&ranked.query, chunk, *score))
            .collect(),
        has_more: ranked.chunks.len() > shown && end < HITS_MAX,
        pending: ranked.pending,
    })
}

fn hit(query: &Query, chunk: &Chunk, score: f64) -> Hit {
    let shown = snippet::snippet(query, &chunk.content, chunk.language.as_deref());
    Hit {
        document_id: chunk.document_id,
        document_title: chunk.document_title.clone(),
        section_id: chunk.section_id,
        title: chunk.section_name.clone(),
        snippet: shown.text,
        matches: shown.matches,
        page_start: chunk.page_start,
        page_end: chunk.page_end,
        score,
    }
}
