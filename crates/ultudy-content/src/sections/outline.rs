//! The file's outline, checked against what its pages say.

use super::{cut, part::Place, plan::Heading};
use crate::{headings::Printed, layout::Page, pdf::OutlineEntry};

/// Pages that an entry may be wrong by.
const NEAR: usize = 1;

/// Printed headings from which they are proof against an outline that says otherwise.
const PROOF_MIN: usize = 3;

/// The entries at their places, in the order of the text. One that leads to the wrong page
/// goes where its title is printed, one whose title is printed nowhere is dropped. None if
/// most are wrong: then the outline is another document's. Where the document shows no
/// headings of its own, nothing speaks against its outline.
pub(super) fn checked(
    pages: &[Page],
    outline: &[OutlineEntry],
    printed: &[Printed],
    body_size: f32,
) -> Vec<Heading> {
    let proven = printed.len() >= PROOF_MIN;
    let mut right = 0;
    let mut headings = Vec::new();
    for entry in outline {
        let borne_out = borne_out(pages, entry, body_size);
        right += usize::from(borne_out.is_some());
        let corrected = || elsewhere(entry, printed);
        let believed = || {
            (!proven)
                .then(|| as_it_says(pages, entry, body_size))
                .flatten()
        };
        if let Some(start) = borne_out.or_else(corrected).or_else(believed) {
            headings.push(Heading {
                title: entry.title.clone(),
                level: entry.level,
                start: start.normal(pages),
            });
        }
    }
    if proven && right * 2 < outline.len() {
        return Vec::new();
    }
    headings.sort_by_key(|heading| heading.start);
    headings
}

/// Where the title stands on the page the entry leads to, or on the one before or after.
fn borne_out(pages: &[Page], entry: &OutlineEntry, body_size: f32) -> Option<Place> {
    let at = usize::try_from(entry.page).ok()?;
    let near = [Some(at), at.checked_add(NEAR), at.checked_sub(NEAR)];
    near.into_iter().flatten().find_map(|page| {
        let line = cut::printed_line(pages.get(page)?, entry, body_size)?;
        Some(Place { page, line })
    })
}

/// Where a heading with this title is printed, if only one is.
fn elsewhere(entry: &OutlineEntry, printed: &[Printed]) -> Option<Place> {
    let mut same = printed
        .iter()
        .filter(|heading| cut::is_same_title(&heading.title, &entry.title));
    let only = same.next().filter(|_| same.next().is_none())?;
    Some(Place {
        page: only.page,
        line: only.line,
    })
}

fn as_it_says(pages: &[Page], entry: &OutlineEntry, body_size: f32) -> Option<Place> {
    let page = usize::try_from(entry.page).ok()?;
    let line = cut::first_line(pages.get(page)?, entry, body_size);
    Some(Place { page, line })
}

/// The outline's headings, and below them the printed ones it does not have: they divide
/// what is too long.
pub(super) fn with_deeper(outline: Vec<Heading>, printed: &[Printed]) -> Vec<Heading> {
    let mut all = Vec::with_capacity(outline.len() + printed.len());
    let mut entries = outline.into_iter().peekable();
    let mut above: Option<u8> = None;
    for heading in printed {
        let start = Place {
            page: heading.page,
            line: heading.line,
        };
        while let Some(entry) = entries.next_if(|entry| entry.start <= start) {
            above = Some(entry.level);
            all.push(entry);
        }
        let near = |entry: &Heading| {
            cut::is_same_title(&entry.title, &heading.title) || entry.start == start
        };
        let known = all.iter().rev().take(3).any(near) || entries.peek().is_some_and(near);
        if let Some(above) = above.filter(|_| !known) {
            let level = heading.level.max(above.saturating_add(1));
            all.push(Heading {
                title: heading.title.clone(),
                level,
                start,
            });
        }
    }
    all.extend(entries);
    all
}
