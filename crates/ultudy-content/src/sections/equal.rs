//! Equal runs of pages, where nothing else divides the text.

use ultudy_domain::section;

use super::part::{Part, Place};

/// Most pages of a part.
pub(super) const PAGES_MAX: usize = section::PAGES_MAX as usize;

/// Parts named by their pages.
pub(super) fn split_by_pages(whole: &Part) -> Vec<Part> {
    let named = |part: Part| {
        let pages = part.page_range();
        let name = match pages.len() {
            1 => format!("Page {}", pages.end),
            _ => format!("Pages {}–{}", pages.start + 1, pages.end),
        };
        part.named(name)
    };
    split(whole).into_iter().map(named).collect()
}

/// Parts named by what they are parts of.
pub(super) fn split_by_name(whole: &Part) -> Vec<Part> {
    let parts = split(whole);
    let count = parts.len();
    if count < 2 {
        return parts;
    }
    (1..)
        .zip(parts)
        .map(|(number, part)| part.named(format!("{} (part {number} of {count})", whole.name())))
        .collect()
}

/// As few parts as the limit allows, differing by one page at most.
fn split(whole: &Part) -> Vec<Part> {
    let pages = whole.page_range();
    let count = pages.len().div_ceil(PAGES_MAX);
    let boundary = |number: usize| Place::top_of(pages.start + pages.len() * number / count);
    (0..count)
        .map(|number| {
            let start = if number == 0 {
                whole.start
            } else {
                boundary(number)
            };
            whole.between(start, boundary(number + 1))
        })
        .collect()
}
