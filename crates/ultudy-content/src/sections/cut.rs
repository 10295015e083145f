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
    with_label(page, heading.unwrap_or(0), body_size)
}

/// The same of an entry whose title the page says; `None` if it does not.
pub(super) fn printed_line(page: &Page, entry: &OutlineEntry, body_size: f32) -> Option<usize> {
    match_title(page, entry).map(|heading| with_label(page, heading, body_size))
}

/// Whether two titles say the same but for their numbers.
pub(super) fn is_same_title(one: &str, other: &str) -> bool {
    let (one, other) = (letters(one), letters(other));
    let (shorter, longer) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let besides = longer.strip_suffix(shorter.as_str());
    !shorter.is_empty() && besides.is_some_and(|number| number.chars().count() <= NUMBERING_MAX)
}

fn with_label(page: &Page, heading: usize, body_size: f32) -> usize {
    let above = |at: &usize| {
        let line = at.checked_sub(1).and_then(|before| page.lines.get(before));
        line.is_some_and(|line| line.size > body_size * 1.1)
    };
    // "Chapter 2", set large above the title, belongs to it.
    let highest = heading.saturating_sub(HEADING_LINES_MAX);
    (highest..=heading)
        .rev()
        .find(|at| !above(at))
        .unwrap_or(highest)
}

/// Of several lines that say the title, the one nearest to where the entry points; else
/// the one set largest; else the one that says the least besides.
fn match_title(page: &Page, entry: &OutlineEntry) -> Option<usize> {
    let title = letters(&entry.title);
    let said = page.lines.iter().enumerate().filter_map(|(at, line)| {
        let besides = letters_besides(page.lines.get(at..)?, &title)?;
        let near = entry
            .top
            .is_some_and(|top| (top - line.baseline).abs() < NEAR);
        Some((at, near, line.size, besides))
    });
    let best = said.min_by(
        |(_, near, size, besides), (_, other_near, other_size, other_besides)| {
            let nearer = other_near.cmp(near);
            let larger = other_size.total_cmp(size);
            nearer.then(larger).then(besides.cmp(other_besides))
        },
    );
    best.map(|(at, ..)| at)
}

/// How many letters and digits the lines say besides the title they begin with, numbered
/// or, where the outline numbers it, without; `None` if it is another title.
fn letters_besides(lines: &[Line], title: &str) -> Option<usize> {
    let mut printed = String::new();
    lines.iter().take(HEADING_LINES_MAX).find_map(|line| {
        printed.push_str(&letters(&line.text));
        let number = printed.strip_suffix(title).or_else(|| {
            let number = title.strip_suffix(printed.as_str())?;
            (number.len() < printed.len()).then_some(number)
        })?;
        let length = number.chars().count();
        (length <= NUMBERING_MAX && !title.is_empty()).then_some(length)
    })
}

fn match_height(page: &Page, entry: &OutlineEntry) -> Option<usize> {
    // A height of nothing is meant as none.
    let top = entry.top.filter(|top| *top > page.bottom + 1.0)?;
    let below = page.lines.iter().position(|line| line.baseline < top);
    Some(below.unwrap_or(page.lines.len()))
}

fn letters(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.filter(|c| c.is_alphanumeric()).collect()
}
