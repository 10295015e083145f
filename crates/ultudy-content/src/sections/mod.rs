//! Where sections begin and end: from the outline, else in equal parts.

mod apparatus;
mod cut;
mod equal;
mod merge;
mod part;
mod plan;

use ultudy_domain::document::{FoundHeading, Sectioning};

pub(crate) use self::part::Part;
use self::{part::Place, plan::Heading};
use crate::{layout::Page, pdf::OutlineEntry};

/// A document divided.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Division {
    pub(crate) sectioning: Sectioning,
    pub(crate) parts: Vec<Part>,
    /// The headings it was divided by, in reading order.
    pub(crate) headings: Vec<FoundHeading>,
}

/// Divides the document. Every part has 1 to 12 pages; together they hold all text but
/// contents, index and bibliography. Never empty.
pub(crate) fn divide(pages: &[Page], outline: &[OutlineEntry], body_size: f32) -> Division {
    let headings = headings(pages, outline, body_size);
    let parts = with_text(by_headings(pages, &headings), pages);
    let (sectioning, parts) = if parts.is_empty() {
        (Sectioning::EqualParts, in_equal_parts(pages))
    } else {
        (Sectioning::Outline, parts)
    };
    Division {
        sectioning,
        parts,
        headings: outline.iter().map(found).collect(),
    }
}

fn found(entry: &OutlineEntry) -> FoundHeading {
    FoundHeading {
        title: entry.title.clone(),
        page: entry.page + 1,
        level: entry.level,
    }
}

/// The entries at their places, in the order of the text.
fn headings(pages: &[Page], outline: &[OutlineEntry], body_size: f32) -> Vec<Heading> {
    let mut headings: Vec<Heading> = outline
        .iter()
        .filter_map(|entry| {
            let page = usize::try_from(entry.page).ok()?;
            let line = cut::first_line(pages.get(page)?, entry, body_size);
            Some(Heading {
                title: entry.title.clone(),
                level: entry.level,
                start: Place { page, line }.normal(pages),
            })
        })
        .collect();
    headings.sort_by_key(|heading| heading.start);
    headings
}

/// Parts from headings; none if the headings do not divide the document.
fn by_headings(pages: &[Page], headings: &[Heading]) -> Vec<Part> {
    let (Some(first), Some(last)) = (headings.first(), headings.last()) else {
        return Vec::new();
    };
    if first.start == last.start {
        return Vec::new();
    }
    let mut parts = front_matter(pages, first.start);
    parts.extend(plan::parts(headings, Place::end(pages)));
    merge::merge(parts, pages)
}

/// What stands before the first heading, without a contents page.
fn front_matter(pages: &[Page], end: Place) -> Vec<Part> {
    let before = Part::new(String::new(), 1, Place::START, end);
    let mut runs: Vec<Part> = Vec::new();
    let mut in_contents = false;
    for piece in before.split_at_pages() {
        in_contents = apparatus::is_contents_page(piece.lines(pages), in_contents);
        match runs.last_mut() {
            _ if in_contents => {}
            Some(run) if run.end == piece.start => run.end = piece.end,
            _ => runs.push(piece),
        }
    }
    let with_text = with_text(runs, pages);
    let parts = with_text.iter().flat_map(equal::split_by_pages);
    parts.map(Part::into_opening).collect()
}

fn in_equal_parts(pages: &[Page]) -> Vec<Part> {
    let whole = Part::new(String::new(), 1, Place::START, Place::end(pages));
    let parts = equal::split_by_pages(&whole);
    let some = with_text(parts.clone(), pages);
    // Scans have no text at all: their pages are sections all the same.
    if some.is_empty() { parts } else { some }
}

fn with_text(parts: Vec<Part>, pages: &[Page]) -> Vec<Part> {
    parts
        .into_iter()
        .filter(|part| part.bytes(pages) > 0)
        .collect()
}
