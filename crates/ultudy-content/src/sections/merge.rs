//! Parts too small to study by themselves go to their neighbours.

use super::{equal::PAGES_MAX, part::Part};
use crate::layout::Page;

/// A part with less text than this, in bytes (about a third of a page) …
const BYTES_MIN: usize = 700;

/// … on no more pages than this is too small. Slides have little text on many pages.
const SMALL_PAGES_MAX: usize = 2;

/// Merges: with what follows in the same chapter, else with what stands before, else with
/// what follows. Nothing grows beyond a section's most pages.
pub(super) fn merge(parts: Vec<Part>, pages: &[Page]) -> Vec<Part> {
    let forward = absorb(parts, |before, next| {
        is_small(before, pages) && next.chapter == before.chapter
    });
    let back = absorb(forward, |_, next| is_small(next, pages) && !next.opening);
    absorb(back, |before, _| is_small(before, pages))
}

fn absorb(parts: Vec<Part>, wanted: impl Fn(&Part, &Part) -> bool) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match merged.last_mut() {
            Some(before) if fits(before, &part) && wanted(before, &part) => before.absorb(part),
            _ => merged.push(part),
        }
    }
    merged
}

fn is_small(part: &Part, pages: &[Page]) -> bool {
    part.page_count() <= SMALL_PAGES_MAX && part.bytes(pages) < BYTES_MIN
}

/// Nothing was left out between them, and together they are not too long.
fn fits(before: &Part, next: &Part) -> bool {
    let pages = next.page_range().end - before.page_range().start;
    before.end == next.start && pages <= PAGES_MAX
}
