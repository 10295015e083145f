//! A section: a run of pages a student learns in one go, as Markdown with page marks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most pages one section may have.
pub const PAGES_MAX: u32 = 12;

/// A section as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Section {
    /// The section's id.
    pub id: Uuid,
    /// The document it is part of.
    pub document_id: Uuid,
    /// Place in the document, from 1, without gaps.
    pub section_number: i32,
    /// Name as the document prints it.
    pub name: String,
    /// One or two sentences from its text.
    pub description: Option<String>,
    /// First page, from 1.
    pub page_start: i32,
    /// Last page, inclusive.
    pub page_end: i32,
    /// True exactly when its lesson exists.
    pub concepts_generated: bool,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// A section as the child process found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExtractedSection {
    /// Name as the document prints it.
    pub name: String,
    /// Depth in the outline, from 1.
    pub level: u8,
    /// One or two sentences from its text.
    pub description: Option<String>,
    /// First page, from 1.
    pub page_start: u32,
    /// Last page, inclusive.
    pub page_end: u32,
    /// Its text as Markdown; each page's text follows that page's [`page_mark`]. A picture is
    /// `![caption](figure:N)` ([`crate::figure::address`]), its file perhaps not kept. A
    /// paragraph that goes on over a page's end is parted by the mark; what stands outside the
    /// text, at the foot of the page or in its margin, comes behind a [`NOTE_MARK`].
    pub markdown: String,
}

/// The line that says where a page begins in a section's Markdown; invisible when rendered.
#[must_use]
pub fn page_mark(page: u32) -> String {
    format!("<!-- page {page} -->")
}

/// The line before a paragraph that is a note, outside the running text; invisible when
/// rendered.
pub const NOTE_MARK: &str = "<!-- note -->";

/// The page a line marks, if it is a [`page_mark`].
#[must_use]
pub fn parse_page_mark(line: &str) -> Option<u32> {
    line.trim()
        .strip_prefix("<!-- page ")?
        .strip_suffix(" -->")?
        .parse()
        .ok()
}

/// Splits a section's Markdown into `(page, text)` in order. Text before the first mark
/// belongs to `first_page`; pages without text are left out.
#[must_use]
pub fn split_pages(markdown: &str, first_page: u32) -> Vec<(u32, String)> {
    let mut pages = Vec::new();
    let mut page = first_page;
    let mut text = String::new();
    for line in markdown.lines() {
        if let Some(next) = parse_page_mark(line) {
            flush(&mut pages, page, &mut text);
            page = next;
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    flush(&mut pages, page, &mut text);
    pages
}

fn flush(pages: &mut Vec<(u32, String)>, page: u32, text: &mut String) {
    let trimmed = text.trim();
    if !trimmed.is_empty() {
        pages.push((page, trimmed.to_owned()));
    }
    text.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_back_with_their_numbers() {
        let markdown = format!(
            "{}\nOne.\n\n{}\n{}\nThree.",
            page_mark(4),
            page_mark(5),
            page_mark(6)
        );
        assert_eq!(
            split_pages(&markdown, 4),
            vec![(4, "One.".into()), (6, "Three.".into())]
        );
    }

    #[test]
    fn text_before_the_first_mark_is_the_first_page() {
        assert_eq!(split_pages("Intro", 9), vec![(9, "Intro".into())]);
    }
}
