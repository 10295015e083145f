//! Lines that are set like headings.

use super::number::{self, Number};
use crate::layout::{Line, Page, Typography, is_caption, join};

/// How much larger than body text a line is that is told by its size.
pub(super) const LARGER: f32 = 1.08;

/// Longest heading, in characters.
const CHARS_MAX: usize = 160;

/// Longest heading told by its weight alone, in characters.
const BOLD_CHARS_MAX: usize = 90;

/// Lines a heading may be broken into.
const LINES_MAX: usize = 4;

/// Sizes of one style differ by less than this ratio: a line's size is that of most of its
/// characters, and mixed scripts have mixed sizes.
pub(super) const SAME_SIZE: f32 = 1.05;

/// Lines set like a heading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// Page index, from 0.
    pub(super) page: usize,
    /// Index of its first line on the page.
    pub(super) line: usize,
    /// How many lines it has.
    pub(super) lines: usize,
    /// As printed; a number that stands alone above it is dropped.
    pub(super) title: String,
    pub(super) number: Option<Number>,
    /// Of its words, in points.
    pub(super) size: f32,
    pub(super) bold: bool,
    /// There is more space above it than between lines.
    pub(super) apart: bool,
}

/// The candidates of a page, from the top.
pub(super) fn of_page(at: usize, page: &Page, typography: &Typography) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(rest) = page.lines.get(next..).filter(|rest| !rest.is_empty()) {
        let above = next.checked_sub(1).and_then(|above| page.lines.get(above));
        match begin(rest, above, typography) {
            Some(candidate) => {
                let line = next;
                next += candidate.lines;
                found.push(Candidate {
                    page: at,
                    line,
                    ..candidate
                });
            }
            None => next += 1,
        }
    }
    found
}

/// The candidate that begins with the first of the lines.
fn begin(lines: &[Line], above: Option<&Line>, typography: &Typography) -> Option<Candidate> {
    let first = lines.first()?;
    let next = lines.get(1).filter(|line| is_distinct(line, typography));
    let label = is_label(first, next, typography);
    let words = if label { lines.get(1..)? } else { lines };
    let Some(head) = words.first().filter(|line| is_distinct(line, typography)) else {
        return label
            .then(|| candidate(lines, 1, label, String::new(), above, typography))
            .flatten();
    };
    if label && number::parse(&head.text).is_some_and(|number| number.depth > 1) {
        return None;
    }
    let mut title = String::new();
    let mut count = 0;
    for line in words {
        let goes_on = count == 0 || goes_on(words.get(count - 1)?, line, typography);
        if !goes_on || count == LINES_MAX {
            break;
        }
        join::append(&mut title, &line.text);
        count += 1;
    }
    if title.chars().count() > CHARS_MAX || title.ends_with([',', ';', '、']) {
        return None;
    }
    candidate(
        lines,
        count + usize::from(label),
        label,
        title,
        above,
        typography,
    )
}

fn candidate(
    lines: &[Line],
    count: usize,
    label: bool,
    title: String,
    above: Option<&Line>,
    typography: &Typography,
) -> Option<Candidate> {
    let first = lines.first()?;
    let head = lines.get(..count)?.last()?;
    let labelled = || number::parse(&first.text).filter(|number| number.named);
    let number = number::parse(&title).or_else(|| {
        label.then(|| Number {
            depth: labelled().map_or(1, |number| number.depth),
            named: true,
            length: 0,
        })
    });
    let title = match labelled().filter(|_| label) {
        Some(_) => format!("{} {title}", first.text).trim().to_owned(),
        None => title,
    };
    let gap = above.map_or(f32::MAX, |above| above.baseline - first.baseline);
    let apart = gap < 0.0 || gap > 1.25 * typography.pitch * first.size.min(typography.body * 1.2);
    (title.chars().filter(|c| c.is_alphabetic()).count() >= 1 && !title.is_empty()).then_some(
        Candidate {
            page: 0,
            line: 0,
            lines: count,
            title,
            number,
            size: head.size,
            bold: head.bold,
            apart,
        },
    )
}

/// A number alone, or "Chapter 3", set apart from text by its size or weight or by the
/// large title that follows it.
fn is_label(line: &Line, next: Option<&Line>, typography: &Typography) -> bool {
    let body = typography.body;
    let larger = line.size >= body * LARGER || line.bold && line.size >= body * 0.95;
    let named = number::parse(&line.text).is_some_and(|number| number.named);
    let titled = named && next.is_some_and(|next| next.size >= body * LARGER);
    number::is_alone(&line.text) && (larger || titled) && !line.monospace && !line.is_apart()
}

fn is_distinct(line: &Line, typography: &Typography) -> bool {
    if line.monospace
        || line.is_apart()
        || is_caption(&line.text)
        || !reads_like_a_heading(&line.text)
    {
        return false;
    }
    let chars = line.text.chars().count();
    let larger = line.size >= typography.body * LARGER && chars <= CHARS_MAX;
    let bold = line.bold
        && line.size >= typography.body * 0.95
        && chars <= BOLD_CHARS_MAX
        && !line.text.ends_with(['.', ':', '。']);
    larger || bold
}

/// Whether a line goes on with the heading above it.
fn goes_on(last: &Line, next: &Line, typography: &Typography) -> bool {
    let below = last.baseline - next.baseline;
    let (smaller, larger) = (last.size.min(next.size), last.size.max(next.size));
    is_distinct(next, typography)
        && larger <= smaller * SAME_SIZE
        && last.bold == next.bold
        && (0.0..1.6 * larger).contains(&below)
        && number::parse(&next.text).is_none()
}

/// Words, not a formula: behind its number it is mostly letters, and it begins like a
/// title.
fn reads_like_a_heading(text: &str) -> bool {
    let number = number::parse(text).map_or(0, |number| number.length);
    let words = &text[number..];
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let visible = words.chars().filter(|c| !c.is_whitespace()).count();
    let begins = |c: char| c.is_alphanumeric() || "§¿¡“„«\"'‘(（「『【".contains(c);
    letters >= 2 && letters * 2 >= visible && text.chars().next().is_some_and(begins)
}
