//! `GET /search`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::search::{self, HITS_MAX, Hit, Search};
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Params,
};

/// Hits that are given if no limit is named.
const LIMIT_DEFAULT: usize = 20;

/// What to look for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// The words. `"…"` is a phrase; there are no other operators.
    #[param(min_length = 1)]
    q: Option<String>,
    /// In this course only.
    course_id: Option<Uuid>,
    /// Most hits; 20 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    #[param(minimum = 0)]
    cursor: Option<usize>,
}

/// Where a query is answered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SearchResults {
    /// Best first: those with all words before those with some.
    results: Vec<SearchResult>,
    /// For the next page; null on the last.
    next_cursor: Option<String>,
    /// Documents that cannot be found yet: they are being read into the index.
    pending_documents: i64,
}

/// A passage that answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SearchResult {
    document_id: Uuid,
    /// The document's title.
    document_title: String,
    section_id: Uuid,
    /// The section's name.
    title: String,
    /// The part that matches best: plain text, not markup.
    snippet: String,
    /// Where the snippet matches: first character and the one after the last.
    matches: Vec<[usize; 2]>,
    page_start: i32,
    page_end: i32,
    /// BM25; comparable within one answer.
    score: f64,
}

/// Searches the owner's documents.
#[utoipa::path(get, path = "/api/search", tag = "search", params(SearchParams),
    responses((status = 200, body = SearchResults), Problems))]
pub async fn search(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<SearchParams>,
) -> Result<Json<SearchResults>, ApiError> {
    let limit = params.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=HITS_MAX).contains(&limit) {
        return Err(ApiError::field(
            "limit",
            format!("must be between 1 and {HITS_MAX}"),
        ));
    }
    let offset = params.cursor.unwrap_or_default().min(HITS_MAX);
    let asked = Search {
        query: params.q.unwrap_or_default(),
        course_id: params.course_id,
        offset,
        limit,
    };
    let found = search::search(&state.app, &owner, &asked).await?;
    let next_cursor = found.has_more.then(|| (offset + limit).to_string());
    Ok(Json(SearchResults {
        results: found.hits.into_iter().map(SearchResult::from).collect(),
        next_cursor,
        pending_documents: found.pending,
    }))
}

impl From<Hit> for SearchResult {
    fn from(hit: Hit) -> Self {
        let characters = |bytes: usize| hit.snippet[..bytes].chars().count();
        let matches = hit.matches.iter();
        Self {
            matches: matches
                .map(|range| [characters(range.start), characters(range.end)])
                .collect(),
            document_id: hit.document_id,
            document_title: hit.document_title,
            section_id: hit.section_id,
            title: hit.title,
            snippet: hit.snippet,
            page_start: hit.page_start,
            page_end: hit.page_end,
            score: hit.score,
        }
    }
}
