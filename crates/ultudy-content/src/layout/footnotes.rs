//! Notes at the foot of a page: smaller print, apart from the text, behind a mark.

use super::{Line, NoteLine, Page, Typography, join};

/// How much smaller than the text the print of footnotes is, at most.
const SMALLER: f32 = 0.93;

/// Distance from the text above, in multiples of the text's pitch.
const APART: f32 = 1.2;

/// Share of the page's height under which footnotes end, and of its lines they may be.
const FOOT: f32 = 0.5;
const LINES_MAX: f32 = 0.75;

/// Marks other than numbers.
const SIGNS: &str = "*∗†‡§¶";

/// Marks the lines of footnotes and puts them behind all others of their page, so that
/// the text goes on from column to column and from page to page.
pub(crate) fn set_footnotes_apart(pages: &mut [Page]) {
    let typography = Typography::measure(pages);
    let mut open = false;
    for page in pages {
        let found = runs(page, &typography, open);
        let mut number = None;
        for line in found.iter().flat_map(|run| run.clone()) {
            if let Some(line) = page.lines.get_mut(line) {
                let first = begins(&line.text, &mut number);
                line.note = Some(NoteLine { first });
                if first {
                    part_mark(line);
                }
            }
        }
        let feet: Vec<usize> = found.into_iter().flatten().collect();
        let last = feet.last().and_then(|last| page.lines.get(*last));
        open = last.is_some_and(|line| !join::ends_sentence(&line.text));
        let is_foot = |at: &usize| feet.binary_search(at).is_ok();
        let mut at = 0..;
        let (mut notes, text): (Vec<Line>, Vec<Line>) = page
            .lines
            .drain(..)
            .partition(|_| at.next().is_some_and(|at| is_foot(&at)));
        page.lines = text;
        page.lines.append(&mut notes);
    }
}

/// The footnotes of each column, as ranges of the page's lines. One left `open` by the page
/// before needs no mark.
fn runs(page: &Page, typography: &Typography, open: bool) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut begun: Option<usize> = None;
    for (at, line) in page.lines.iter().enumerate() {
        let above = at.checked_sub(1).and_then(|at| page.lines.get(at));
        if !is_small(line, typography) {
            begun = None;
        } else if begun.is_none() && may_begin(line, above, typography, open) {
            begun = Some(at);
        }
        let ends = page
            .lines
            .get(at + 1)
            .is_none_or(|next| next.baseline > line.baseline + line.size);
        let low = line.baseline < page.bottom + FOOT * (page.top - page.bottom);
        if ends
            && let Some(start) = begun.take()
            && low
        {
            found.push(start..at + 1);
        }
    }
    let lines: usize = found.iter().map(ExactSizeIterator::len).sum();
    found.retain(|_| lines as f32 <= LINES_MAX * page.lines.len() as f32);
    found
}

fn is_small(line: &Line, typography: &Typography) -> bool {
    line.size <= SMALLER * typography.body && line.figure.is_none() && !line.is_apart()
}

fn may_begin(line: &Line, above: Option<&Line>, typography: &Typography, open: bool) -> bool {
    let distance = above.map_or(f32::MAX, |above| above.baseline - line.baseline);
    let apart = distance < 0.0 || distance > APART * typography.pitch * typography.body;
    // Small print below small print is another line of it.
    let below_text =
        above.is_none_or(|above| above.figure.is_some() || !is_small(above, typography));
    let small = line
        .text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && !c.is_uppercase());
    apart && below_text && !line.monospace && (open && small || mark(&line.text).is_some())
}

/// Whether a line begins a note, with the number of the note before it.
fn begins(text: &str, number: &mut Option<u32>) -> bool {
    match mark(text) {
        Some(Mark::Sign) => true,
        Some(Mark::Number(next)) if number.is_none_or(|last| next == last + 1) => {
            *number = Some(next);
            true
        }
        _ => false,
    }
}

/// Puts a space between a mark and the words behind it.
fn part_mark(line: &mut Line) {
    let text = &mut line.text;
    let is_mark = |c: char| SIGNS.contains(c) || digit(c).is_some();
    let end = text.find(|c| !is_mark(c)).unwrap_or(0);
    if end > 0 && text[end..].starts_with(char::is_alphabetic) {
        text.insert(end, ' ');
        for formula in &mut line.formulas {
            let moved = |at: usize| if at >= end { at + 1 } else { at };
            formula.range = moved(formula.range.start)..moved(formula.range.end);
        }
    }
}

#[derive(Debug, PartialEq)]
enum Mark {
    Number(u32),
    Sign,
}

/// What stands before a note's words: "1 See", "²See", "*See", with the marks of a
/// raised number around it, if it has them.
fn mark(text: &str) -> Option<Mark> {
    let bare = text.trim_start_matches(['$', '^', '{', '(', '[']);
    if bare.starts_with(|c| SIGNS.contains(c)) {
        let words = bare.trim_start_matches(|c| SIGNS.contains(c));
        return words.contains(char::is_alphabetic).then_some(Mark::Sign);
    }
    let digits: String = bare.chars().map_while(digit).collect();
    let length: usize = bare.chars().take(digits.len()).map(char::len_utf8).sum();
    let words = bare[length..]
        .trim_start_matches(['$', '}', ')', ']'])
        .trim_start();
    let begins = |c: char| c.is_alphabetic() || "\"“„«‘'(「『‹".contains(c);
    let number = digits.parse().ok().filter(|_| digits.len() <= 3)?;
    words.starts_with(begins).then_some(Mark::Number(number))
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '¹' => Some('1'),
        '²' => Some('2'),
        '³' => Some('3'),
        '⁰' | '⁴'..='⁹' => char::from_digit(u32::from(c) - u32::from('⁰'), 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u32, lines: &[(f32, f32, &str)]) -> Page {
        let line = |(baseline, size, text): &(f32, f32, &str)| Line {
            text: (*text).to_owned(),
            left: 72.0,
            right: 400.0,
            baseline: *baseline,
            size: *size,
            ..Line::default()
        };
        Page {
            top: 792.0,
            lines: lines.iter().map(line).collect(),
            ..Page::empty(number)
        }
    }

    fn texts(page: &Page, is: fn(&Line) -> bool) -> Vec<&str> {
        page.lines
            .iter()
            .filter(|line| is(line))
            .map(|line| line.text.as_str())
            .collect()
    }

    #[test]
    fn marks_are_numbers_and_signs_before_words() {
        for text in [
            "1See there",
            "12 See",
            "²See",
            "$^{3}$ See",
            "*See",
            "†† See",
            "1“See”",
        ] {
            assert!(mark(text).is_some(), "{text}");
        }
        for text in ["1. See", "3.14", "See 1", "1", "* 2", "1234 See", "12%", ""] {
            assert_eq!(mark(text), None, "{text}");
        }
    }

    #[test]
    fn small_print_below_both_columns_stands_behind_them() {
        let mut pages = [page(
            1,
            &[
                (700.0, 10.0, "left"),
                (688.0, 10.0, "and on"),
                (676.0, 10.0, "and on"),
                (100.0, 8.0, "1A note"),
                (90.0, 8.0, "that goes on."),
                (80.0, 8.0, "2Another."),
                (700.0, 10.0, "right"),
                (688.0, 10.0, "and on"),
                (676.0, 10.0, "and the end."),
            ],
        )];
        set_footnotes_apart(&mut pages);
        let [page] = &pages;
        assert_eq!(texts(page, |line| line.note.is_none()).len(), 6);
        assert!(page.lines[..6].iter().all(|line| line.note.is_none()));
        assert_eq!(
            texts(page, |line| line.note.is_some_and(|note| note.first)),
            ["1 A note", "2 Another."]
        );
    }

    #[test]
    fn a_note_may_go_on_at_the_next_page_s_foot() {
        let text = |last| {
            [
                (700.0, 10.0, "text that"),
                (688.0, 10.0, "goes on"),
                (90.0, 8.0, last),
            ]
        };
        let mut pages = [
            page(1, &text("1A note that")),
            page(2, &text("goes on here.")),
        ];
        set_footnotes_apart(&mut pages);
        assert!(pages.iter().all(|page| page.lines[2].note.is_some()));
    }

    #[test]
    fn small_print_without_a_mark_or_high_up_is_text() {
        let mut pages = [
            page(
                1,
                &[
                    (700.0, 10.0, "text"),
                    (688.0, 10.0, "text"),
                    (90.0, 8.0, "Source: a book"),
                ],
            ),
            page(
                2,
                &[
                    (700.0, 10.0, "text"),
                    (680.0, 8.0, "1 apple and"),
                    (668.0, 8.0, "2 pears"),
                ],
            ),
        ];
        set_footnotes_apart(&mut pages);
        assert!(
            pages
                .iter()
                .flat_map(|page| &page.lines)
                .all(|line| line.note.is_none())
        );
    }
}
