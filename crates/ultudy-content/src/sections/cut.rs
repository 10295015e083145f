//! Where on its page a section begins.

use crate::{
    layout::{Line, Page},
    pdf::OutlineEntry,
};

/// Lines a heading may be broken into.
const HEADING_LINES_MAX: usize = 3;

/// Letters and digits a printed heading may have before its title: "Chapter 12".
const NUMBERING_MAX: usize = 12;

/// Distance in points from where an entry points to the heading it means.
const NEAR: f32 = 72.0;

/// Index of the section's first line on the page: its heading, if it is found there; else
/// the first line below the height the entry points to; else the top of the page.
pub(super) fn first_line(page: &Page, entry: &OutlineEntry, body_size: f32) -> usize {
    let heading = match_title(page, entry).or_else(|| match_height(page, entry));
    let above = |at: &usize| {
        let line = at.checked_sub(1).and_then(|before| page.lines.get(before));
        line.is_some_and(|line| line.size > body_size * 1.1)
    };
    // "Chapter 2", set large above the title, belongs to it.
    let mut at = heading.unwrap_or(0);
    while above(&at) {
        at -= 1;
    }
    at
}

fn match_title(page: &Page, entry: &OutlineEntry) -> Option<usize> {
    let title = letters(&entry.title);
    let found = (0..page.lines.len()).filter(|at| begins_with(&page.lines[*at..], &title));
    let distance = |at: &usize| entry.top.map(|top| (top - page.lines[*at].baseline).abs());
    let (near, far): (Vec<usize>, Vec<usize>) =
        found.partition(|at| distance(at).is_none_or(|points| points < NEAR));
    let candidates = if near.is_empty() { far } else { near };
    // Of several, the one set largest; of those, the first.
    let size = |at: &usize| page.lines[*at].size;
    candidates
        .into_iter()
        .rev()
        .max_by(|a, b| size(a).total_cmp(&size(b)))
}

/// Whether the lines begin with the title, numbered or not.
fn begins_with(lines: &[Line], title: &str) -> bool {
    let mut printed = String::new();
    lines.iter().take(HEADING_LINES_MAX).any(|line| {
        printed.push_str(&letters(&line.text));
        let numbered = printed
            .strip_suffix(title)
            .is_some_and(|number| number.chars().count() <= NUMBERING_MAX);
        let unnumbered = title
            .strip_suffix(printed.as_str())
            .is_some_and(|number| number.len() <= NUMBERING_MAX && number.len() < printed.len());
        !title.is_empty() && (numbered || unnumbered)
    })
}

fn match_height(page: &Page, entry: &OutlineEntry) -> Option<usize> {
    let top = entry.top?;
    let below = page.lines.iter().position(|line| line.baseline < top);
    Some(below.unwrap_or(page.lines.len()))
}

fn letters(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.filter(|c| c.is_alphanumeric()).collect()
}
