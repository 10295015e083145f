//! The headings of a document, found in what is printed: size, weight, numbers, the
//! contents page, and what is set alike over the whole document.

mod candidate;
mod choose;
mod contents;
mod number;
mod series;
mod slides;
mod style;

pub(crate) use self::{
    contents::{Contents, folios},
    number::is_label,
};
use crate::layout::{HeadingLine, Line, Page, Typography};

/// Deepest level at which a student studies; what lies below divides no text.
const LEVEL_MAX: u8 = 3;

/// A heading at its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Printed {
    /// As printed, on one line.
    pub(crate) title: String,
    /// Depth, from 1.
    pub(crate) level: u8,
    /// Page index, from 0.
    pub(crate) page: usize,
    /// Index of its first line on the page.
    pub(crate) line: usize,
    /// How many lines it has.
    pub(crate) lines: usize,
}

/// What is printed about the document's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Found {
    /// In the order of the text.
    pub(crate) headings: Vec<Printed>,
    /// Titles that stand only on a contents page, with the pages they lead to.
    pub(crate) listed: Vec<Printed>,
}

/// Finds them. `folios` is how far pages are from their printed numbers, if known. Takes
/// time in proportion to the text.
pub(crate) fn find(pages: &[Page], typography: &Typography, folios: Option<i64>) -> Found {
    if slides::is_deck(pages, typography) {
        return Found {
            headings: slides::topics(pages, typography),
            listed: Vec::new(),
        };
    }
    let contents = contents::read(pages);
    let offset = contents::offset(&contents, pages, folios);
    Found {
        headings: choose::headings(pages, typography, &contents, offset),
        listed: listed(&contents, offset, pages),
    }
}

/// Marks the lines of the headings, so that blocks are made of them as such.
pub(crate) fn mark(pages: &mut [Page], headings: &[Printed]) {
    for heading in headings {
        let lines = pages
            .get_mut(heading.page)
            .map(|page| page.lines.iter_mut());
        let own = lines.into_iter().flatten().skip(heading.line);
        for (at, line) in own.take(heading.lines).enumerate() {
            line.heading = Some(HeadingLine {
                level: heading.level,
                first: at == 0,
            });
        }
    }
}

fn listed(contents: &Contents, offset: Option<i64>, pages: &[Page]) -> Vec<Printed> {
    let place = |entry: &contents::Entry| {
        let page = usize::try_from(i64::from(entry.label?) + offset? - 1).ok()?;
        let lines = &pages.get(page)?.lines;
        let key = contents::key(&entry.title);
        let says = |line: &Line| contents::key(&line.text) == key;
        Some(Printed {
            title: entry.title.clone(),
            level: entry.level,
            page,
            line: lines.iter().position(says).unwrap_or(0),
            lines: 1,
        })
    };
    let mut listed: Vec<Printed> = contents.entries.iter().filter_map(place).collect();
    listed.sort_by_key(|entry| (entry.page, entry.line));
    listed
}
