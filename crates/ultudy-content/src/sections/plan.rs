//! From the tree of headings to parts no longer than a section may be.

use super::{
    apparatus, equal,
    part::{Part, Place},
};

/// A heading at its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heading {
    pub(super) title: String,
    pub(super) level: u8,
    pub(super) start: Place,
}

/// The parts of a run of headings in the order of the text, up to `end`. A chapter that
/// is short enough is one part; a longer one is taken apart at its own headings, and at
/// page boundaries where it has none.
pub(super) fn parts(headings: &[Heading], end: Place) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = headings;
    while let Some((heading, after)) = rest.split_first() {
        let inside = after
            .iter()
            .take_while(|next| next.level > heading.level)
            .count();
        let (children, others) = after.split_at(inside);
        let chapter_end = others.first().map_or(end, |next| next.start);
        parts.extend(chapter(heading, children, chapter_end));
        rest = others;
    }
    parts
}

fn chapter(heading: &Heading, children: &[Heading], end: Place) -> Vec<Part> {
    let whole = Part::new(heading.title.clone(), heading.level, heading.start, end);
    if heading.start >= end || (children.is_empty() && apparatus::is_title(&heading.title)) {
        return Vec::new();
    }
    if whole.page_count() <= equal::PAGES_MAX {
        return vec![whole];
    }
    let Some(first) = children.first() else {
        return equal::split_by_name(&whole);
    };
    let opening = whole.between(heading.start, first.start).into_opening();
    let mut inside = Vec::new();
    if opening.start < opening.end {
        inside = equal::split_by_name(&opening);
    }
    inside.extend(parts(children, end));
    for part in &mut inside {
        part.chapter = part.chapter.or(Some(heading.start));
    }
    inside
}
