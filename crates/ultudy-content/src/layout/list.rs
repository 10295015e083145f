//! Items of lists, by how their first line begins and how far it is indented.

use crate::pdf::is_spaceless;

/// Signs that nothing but an item of a list begins with; the last are those of Symbol and
/// Wingdings, which word processors take.
const BULLETS: &str = "•‣⁃▪▫■□●○◦◆◇◊❖►▶▸➢➤➔✓✔✗✘★☆☐☑◼◾❑❒\u{f0a7}\u{f0b7}\u{f0d8}\u{f0fc}\u{f076}";

/// Signs that begin an item before words, and mean something else elsewhere.
const DASHES: &str = "–—·∙*-";

/// Deepest level of a list.
const LEVEL_MAX: usize = 6;

/// What an item begins with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// The mark as Markdown writes it.
    pub(super) markdown: String,
    /// Bytes of what the page prints for it, with the space after it; 0 where that is text.
    pub(super) length: usize,
    /// It is one that a list may begin with: a bullet, or the first number.
    pub(super) opens: bool,
}

/// Whether a text begins with a sign that only items of lists begin with.
pub(crate) fn is_bullet(text: &str) -> bool {
    text.trim_start().starts_with(|c| BULLETS.contains(c))
}

/// The mark that a line begins with.
pub(super) fn mark(text: &str) -> Option<Mark> {
    bullet(text)
        .or_else(|| number(text))
        .or_else(|| label(text))
}

fn bullet(text: &str) -> Option<Mark> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    let words = rest.trim_start();
    // A dash or asterisk without a space after it belongs to its word.
    let spaced = rest.len() > words.len() || !first.is_ascii();
    let next = words.chars().next()?;
    let is_item = BULLETS.contains(first) && !BULLETS.contains(next)
        || DASHES.contains(first) && spaced && next.is_alphanumeric();
    is_item.then(|| Mark {
        markdown: "-".to_owned(),
        length: text.len() - words.len(),
        opens: true,
    })
}

/// `1.`, `12)` and the like.
fn number(text: &str) -> Option<Mark> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let words = rest.strip_prefix(['.', ')'])?;
    let trimmed = words.trim_start();
    let first = trimmed.chars().next()?;
    let spaced = words.len() > trimmed.len() || is_spaceless(first);
    let is_item = (1..=3).contains(&digits) && spaced;
    is_item.then(|| Mark {
        markdown: format!("{number}."),
        length: text.len() - trimmed.len(),
        opens: matches!(number, "0" | "1"),
    })
}

/// `a)`, `(b)`, `iv)`, `(2)`: kept as text behind a bullet, for Markdown has no such lists.
fn label(text: &str) -> Option<Mark> {
    let (label, words) = text.strip_prefix('(').unwrap_or(text).split_once(')')?;
    let letter = label.len() == 1 && label.bytes().all(|b| b.is_ascii_alphabetic());
    let roman = (1..=4).contains(&label.len()) && label.bytes().all(|b| b"ivx".contains(&b));
    let number = (1..=2).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_digit());
    let begins = words
        .trim_start()
        .chars()
        .next()
        .is_some_and(|c| c != ',' && c != '.');
    // Several on one line are captions of pictures side by side.
    let next = label
        .bytes()
        .next()
        .map_or(0, |letter| letter.wrapping_add(1));
    let more = letter && words.contains(&format!("{})", char::from(next)));
    let is_item = (letter || roman || number) && words.starts_with(' ') && begins && !more;
    is_item.then(|| Mark {
        markdown: "-".to_owned(),
        length: 0,
        opens: matches!(label, "a" | "A" | "i" | "1"),
    })
}

/// How deep items stand in each other, by the left edges of those open.
#[derive(Debug, Default)]
pub(super) struct Levels(Vec<f32>);

impl Levels {
    /// The level, from 0, of the next item, which begins there; `em` is the size of its
    /// text.
    pub(super) fn next(&mut self, left: f32, em: f32) -> usize {
        while self.0.last().is_some_and(|outer| left < outer - 0.5 * em) {
            self.0.pop();
        }
        let deeper = self.0.last().is_none_or(|outer| left > outer + 0.5 * em);
        if deeper && self.0.len() <= LEVEL_MAX {
            self.0.push(left);
        }
        self.0.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Option<(String, &str)> {
        mark(text).map(|mark| (mark.markdown, &text[mark.length..]))
    }

    #[test]
    fn bullets_and_numbers_begin_items() {
        assert_eq!(marked("• One"), Some(("-".into(), "One")));
        assert_eq!(marked("•One"), Some(("-".into(), "One")));
        assert_eq!(marked("\u{f0b7} “One”"), Some(("-".into(), "“One”")));
        assert_eq!(marked("- One"), Some(("-".into(), "One")));
        assert_eq!(marked("12) One"), Some(("12.".into(), "One")));
    }

    #[test]
    fn labels_stay_in_the_text() {
        for text in ["a) One", "(b) One", "iv) One", "(2) One"] {
            assert_eq!(marked(text), Some(("-".into(), text)));
        }
    }

    #[test]
    fn other_lines_do_not() {
        for text in [
            "-5 degrees",
            "*args",
            "1984 was",
            "3.14 is pi",
            "1968. ",
            "2)",
            "",
            "■",
            "f(x) is",
            "(see) it",
            "(a), (b)",
            "(a) One (b) Two",
            "mix) it",
        ] {
            assert_eq!(marked(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_indented_stands_in_what_is_not() {
        let mut levels = Levels::default();
        let lefts = [72.0, 90.0, 91.0, 108.0, 90.0, 72.5, 60.0];
        assert_eq!(
            lefts.map(|left| levels.next(left, 10.0)),
            [0, 1, 1, 2, 1, 0, 0]
        );
    }
}
