//! Where sections begin and end: by the outline, else by printed headings, else by the
//! contents page, else in equal parts.

mod apparatus;
mod cut;
mod equal;
mod merge;
mod outline;
mod part;
mod plan;
#[cfg(test)]
mod tests;

use ultudy_domain::document::{FoundHeading, Sectioning};

pub(crate) use self::{
    apparatus::{is_contents_page, is_title as is_apparatus},
    part::Part,
};
use self::{part::Place, plan::Heading};
use crate::{
    headings::{Found, Printed},
    layout::Page,
    pdf::OutlineEntry,
};

/// A document divided.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Division {
    pub(crate) sectioning: Sectioning,
    pub(crate) parts: Vec<Part>,
    /// The headings it was divided by, in reading order.
    pub(crate) headings: Vec<FoundHeading>,
}

/// Divides the document: by its outline if its pages bear that out, else by the printed
/// headings, else by the printed contents, else in equal parts. Every part has 1 to 12
/// pages; together they hold all text but contents, index and bibliography. Never empty.
pub(crate) fn divide(
    pages: &[Page],
    outline: &[OutlineEntry],
    found: &Found,
    body_size: f32,
) -> Division {
    let checked = outline::checked(pages, outline, &found.headings, body_size);
    let ways = [
        (
            Sectioning::Outline,
            outline::with_deeper(checked, &found.headings),
        ),
        (Sectioning::Headings, placed(&found.headings, pages)),
        (Sectioning::Contents, placed(&found.listed, pages)),
    ];
    for (sectioning, headings) in ways {
        let parts = with_text(by_headings(pages, &headings), pages);
        if !parts.is_empty() {
            let headings = headings.iter().map(told).collect();
            return Division {
                sectioning,
                parts,
                headings,
            };
        }
    }
    Division {
        sectioning: Sectioning::EqualParts,
        parts: in_equal_parts(pages),
        headings: placed(&found.headings, pages).iter().map(told).collect(),
    }
}

fn placed(printed: &[Printed], pages: &[Page]) -> Vec<Heading> {
    let place = |printed: &Printed| Heading {
        title: printed.title.clone(),
        level: printed.level,
        start: Place {
            page: printed.page,
            line: printed.line,
        }
        .normal(pages),
    };
    printed.iter().map(place).collect()
}

fn told(heading: &Heading) -> FoundHeading {
    FoundHeading {
        title: heading.title.clone(),
        page: u32::try_from(heading.start.page + 1).unwrap_or(u32::MAX),
        level: heading.level,
    }
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
        in_contents = is_contents_page(piece.lines(pages), in_contents);
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
