//! Whether what stands on a page is text, or noise from a font without a map to
//! characters or a bad recognition.

use crate::layout::Line;

/// Fewer characters do not show how words look.
const SAMPLE_MIN: usize = 24;

/// Most of a page's characters that may have no meaning: formulas in fonts without a map
/// stand between words.
const MEANINGLESS_MAX: f32 = 0.3;

/// Least share of letters and digits: tables of figures, code and formulas have more.
const ALPHANUMERIC_MIN: f32 = 0.25;

/// Most words that may mix marks among their letters, as the wrong map makes of them.
const BROKEN_MAX: f32 = 0.5;

/// Whether there is text, and it reads as text of some language or notation.
pub(crate) fn is_legible<'a>(lines: impl Iterator<Item = &'a Line>) -> bool {
    let counts = Counts::of(lines.map(|line| line.text.as_str()));
    if counts.seen == 0 {
        return false;
    }
    let share = |part: usize, of: usize| ratio(part, of.max(1));
    if share(counts.meaningless, counts.seen) > MEANINGLESS_MAX {
        return false;
    }
    share(counts.alphanumeric, counts.seen) >= ALPHANUMERIC_MIN
        && (counts.seen < SAMPLE_MIN || share(counts.broken_words, counts.words) <= BROKEN_MAX)
}

#[derive(Debug, Default)]
struct Counts {
    /// Characters other than spaces and leaders.
    seen: usize,
    /// Private use, replacement, unassigned.
    meaningless: usize,
    alphanumeric: usize,
    words: usize,
    broken_words: usize,
}

impl Counts {
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = Self::default();
        for line in lines {
            for word in line.split_whitespace() {
                counts.words += 1;
                counts.broken_words += usize::from(is_broken(word));
            }
            for c in line.chars().filter(|c| !is_leader(*c)) {
                counts.seen += 1;
                counts.meaningless += usize::from(is_meaningless(c));
                counts.alphanumeric += usize::from(c.is_alphanumeric());
            }
        }
        counts
    }
}

/// Neither a word nor a number nor an operator: letters with marks between and among them
/// that no language and few notations put there.
fn is_broken(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    let marks = inner.chars().filter(|c| is_odd_inside(*c)).count();
    marks > 0 && ratio(marks, inner.chars().count()) > 0.2
}

/// Never inside a word, a number, a path or a formula's name.
fn is_odd_inside(c: char) -> bool {
    matches!(
        c,
        '!' | '"' | '#' | '$' | '%' | '&' | ';' | '?' | '@' | '\\' | '`' | '~'
    ) || is_meaningless(c)
}

/// Space, or what fills it in a contents page and on a form.
fn is_leader(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | '·' | '…' | '‥' | '_')
}

fn is_meaningless(c: char) -> bool {
    matches!(c,
        '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..='\u{10ffff}')
        || c.is_control()
}

#[expect(clippy::cast_precision_loss, reason = "a page has few characters")]
fn ratio(part: usize, of: usize) -> f32 {
    part as f32 / of as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legible(text: &str) -> bool {
        let line = Line {
            text: text.into(),
            ..Line::default()
        };
        is_legible([line].iter())
    }

    #[test]
    fn text_of_every_kind_is_text() {
        for text in [
            "1",
            "The cell is the smallest unit of life; it divides.",
            "細胞は生命の最小単位である。それ自身で生きる。",
            "الخلية هي أصغر وحدة في الحياة",
            "∀ ε > 0 ∃ δ > 0 : |x − a| < δ ⇒ |f(x) − f(a)| < ε",
            "(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))",
            "for (int i = 0; i < n; i++) { a[i] = b[i] & 0xff; s += \"%d\\n\"; }",
            "Sets . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . 12",
            "1.2 % 3.4 % 5.6 % 7.8 % 9.0 % 1.1 % 2.2 % 3.3 %",
            "if [ \"$#\" -ne 1 ]; then echo \"$0: one file\" >&2; exit 1; fi",
            "I think that \u{e0a1} \u{e0a2} = \u{e0a3} holds for all x in the set",
        ] {
            assert!(legible(text), "{text}");
        }
    }

    #[test]
    fn what_a_missing_map_makes_of_text_is_noise() {
        for noise in [
            "",
            "   ",
            "\"7+%-",
            "\u{fffd}\u{fffd}\u{fffd} \u{fffd}\u{fffd}",
            "\u{f041}\u{f042}\u{f043}\u{f044} \u{f045}\u{f046}",
            "5I& D&MM JT UI& TN\"MM&TU V%JU PG M#G& B%E EJ&J%FT",
        ] {
            assert!(!legible(noise), "{noise}");
        }
    }
}
