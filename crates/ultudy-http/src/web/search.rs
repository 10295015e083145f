//! `GET /search`: what a student's documents say to a query.

use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use ultudy_app::{
    courses,
    search::{self, HITS_MAX, Hit, Search},
};
use ultudy_domain::course::Course;
use uuid::Uuid;

use super::{page, visitor::Visitor, words};
use crate::{HttpState, error::ApiError, input::Params};

/// Hits on a page.
const LIMIT: usize = 20;

/// What to look for.
#[derive(Debug, Deserialize)]
pub struct SearchParams {
    q: Option<String>,
    course_id: Option<Uuid>,
    from: Option<usize>,
}

#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    pub(super) at: &'static str,
    /// What was asked; blank if nothing was.
    pub(super) query: String,
    /// The course searched, if one only.
    pub(super) course: Option<Course>,
    pub(super) hits: Vec<HitRow>,
    pub(super) pending: i64,
    /// The addresses of the pages before and after.
    pub(super) earlier: Option<String>,
    pub(super) later: Option<String>,
    /// The address of the same search in all courses.
    pub(super) everywhere: String,
}

/// A hit, its snippet in pieces.
pub(super) struct HitRow {
    pub(super) hit: Hit,
    pub(super) pieces: Vec<Piece>,
}

/// A piece of a snippet.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_match: bool,
}

/// The page.
pub async fn search(
    State(state): State<HttpState>,
    visitor: Visitor,
    Params(params): Params<SearchParams>,
) -> Result<Response, ApiError> {
    let query = params.q.unwrap_or_default().trim().to_owned();
    let course = match params.course_id {
        Some(id) => Some(courses::get(&state.app, &visitor.owner, id).await?),
        None => None,
    };
    let from = params.from.unwrap_or_default().min(HITS_MAX);
    let mut shown = SearchPage::new(query, course);
    if !shown.query.is_empty() {
        let asked = Search {
            query: shown.query.clone(),
            course_id: params.course_id,
            offset: from,
            limit: LIMIT,
        };
        let found = search::search(&state.app, &visitor.owner, &asked).await?;
        shown.pending = found.pending;
        shown.hits = found.hits.into_iter().map(HitRow::new).collect();
        shown.later = found.has_more.then(|| shown.address(from + LIMIT));
        shown.earlier = (from > 0).then(|| shown.address(from.saturating_sub(LIMIT)));
    }
    page::answer(&shown)
}

impl SearchPage {
    pub(super) fn new(query: String, course: Option<Course>) -> Self {
        let mut page = Self {
            at: "search",
            query,
            course: None,
            hits: Vec::new(),
            pending: 0,
            earlier: None,
            later: None,
            everywhere: String::new(),
        };
        page.everywhere = page.address(0);
        page.course = course;
        page
    }

    fn address(&self, from: usize) -> String {
        let mut fields = form_urlencoded::Serializer::new("/search?".to_owned());
        fields.append_pair("q", &self.query);
        if let Some(course) = &self.course {
            fields.append_pair("course_id", &course.id.to_string());
        }
        if from > 0 {
            fields.append_pair("from", &from.to_string());
        }
        fields.finish()
    }
}

impl HitRow {
    pub(super) fn new(hit: Hit) -> Self {
        let mut pieces = Vec::new();
        let mut push = |text: &str, is_match| {
            if !text.is_empty() {
                let text = text.to_owned();
                pieces.push(Piece { text, is_match });
            }
        };
        let mut end = 0;
        for range in &hit.matches {
            push(&hit.snippet[end..range.start], false);
            push(&hit.snippet[range.clone()], true);
            end = range.end;
        }
        push(&hit.snippet[end..], false);
        Self { hit, pieces }
    }
}
