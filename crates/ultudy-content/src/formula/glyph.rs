//! Glyphs, words and numbers at their places: what lines and formulas are made of.

use std::ops::Range;

use ultudy_domain::formula::command;

use crate::pdf::is_spaceless;

/// What a glyph's font is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Text,
    Italic,
    /// A typewriter.
    Code,
    /// Letters and signs of formulas.
    Maths,
    /// Signs of formulas, whose capital letters are calligraphic.
    Symbols,
    /// Signs larger than a line, which hang from their baseline.
    Extension,
}

impl Face {
    /// The same, or that of signs that hang from their baseline for a text that does: of
    /// TeX's signs only the root's is one.
    pub(crate) fn of_text(self, text: &str) -> Self {
        match self {
            Self::Symbols if text == "√" => Self::Extension,
            other => other,
        }
    }

    /// Whether it only sets formulas.
    pub(crate) fn is_mathematical(self) -> bool {
        matches!(self, Self::Maths | Self::Symbols | Self::Extension)
    }
}

/// A character, word or number. Lengths are in points, heights from the bottom of the page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) text: String,
    /// Its LaTeX, where it is more than its text.
    pub(crate) latex: Option<String>,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) baseline: f32,
    pub(crate) size: f32,
    pub(crate) face: Face,
    /// There is a space before it.
    pub(crate) spaced: bool,
}

impl Glyph {
    /// Its only character.
    pub(crate) fn sole(&self) -> Option<char> {
        let mut chars = self.text.chars();
        chars.next().filter(|_| chars.next().is_none())
    }

    pub(crate) fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
            && self.text.chars().all(|c| c.is_ascii_digit() || c == '.')
    }
}

/// Whether a character stands for no known sign: the font does not say what it draws.
pub(crate) fn is_lost(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10fffd}')
}

/// Whether a character hardly stands in anything but a formula.
pub(crate) fn is_sign(c: char) -> bool {
    is_styled(c)
        || is_lost(c)
        || c > '\u{7f}' && !matches!(c, '·' | '•' | '…' | '§' | '′') && command(c).is_some()
}

/// Cuts the text of a run of glyphs into ranges of characters: words, numbers and single
/// signs, without the white space between; of a font for formulas, single letters.
pub(crate) fn segments(text: &[char], mathematical: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = text.get(start) {
        if first.is_whitespace() {
            start += 1;
            continue;
        }
        let length = length(&text[start..], mathematical);
        found.push(start..start + length);
        start += length;
    }
    found
}

fn length(text: &[char], mathematical: bool) -> usize {
    let Some(&first) = text.first() else { return 0 };
    let part_of_word = |at: usize| {
        let c = text[at];
        let inside = at > 0
            && matches!(c, '.' | '\'' | '’' | '-' | '\u{2010}')
            && text
                .get(at + 1)
                .is_some_and(|next| next.is_alphanumeric() && !is_alone(*next))
            && text[at - 1].is_alphanumeric();
        inside || c.is_alphanumeric() && !is_alone(c) || is_mark(c)
    };
    let run = |is: &dyn Fn(usize) -> bool| (0..text.len()).take_while(|at| is(*at)).count().max(1);
    if is_spaceless(first) {
        run(&|at| is_spaceless(text[at]))
    } else if first.is_ascii_digit() {
        let digits = run(&|at| text[at].is_ascii_digit());
        match text.get(digits) {
            Some('.') if text.get(digits + 1).is_some_and(char::is_ascii_digit) => {
                digits + 1 + run(&|at| text.get(digits + 1 + at).is_some_and(char::is_ascii_digit))
            }
            // "3rd", "2d" are words.
            Some(next) if next.is_alphabetic() && !mathematical => run(&part_of_word),
            _ => digits,
        }
    } else if mathematical || is_alone(first) || !first.is_alphanumeric() {
        1
    } else {
        run(&part_of_word)
    }
}

/// Signs that are a thing by themselves though Unicode counts them as letters.
fn is_alone(c: char) -> bool {
    is_spaceless(c) || is_styled(c) || is_lost(c)
}

/// Letters that Unicode has for formulas: 𝑥, 𝔸, ℝ.
pub(super) fn is_styled(c: char) -> bool {
    matches!(c, '\u{1d400}'..='\u{1d7ff}' | '\u{2102}' | '\u{210a}'..='\u{2115}'
        | '\u{2118}'..='\u{211d}' | '\u{2124}' | '\u{2128}' | '\u{212c}'..='\u{2131}'
        | '\u{2133}'..='\u{2138}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{337}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, mathematical: bool) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let part = |range: Range<usize>| chars[range].iter().collect();
        segments(&chars, mathematical)
            .into_iter()
            .map(part)
            .collect()
    }

    #[test]
    fn text_is_cut_into_words_numbers_and_signs() {
        assert_eq!(
            cut("(siehe z.B. 1.4: k-mal) O(n) 3rd 状態s 𝑑𝑡", false),
            [
                "(", "siehe", "z.B", ".", "1.4", ":", "k-mal", ")", "O", "(", "n", ")", "3rd",
                "状態", "s", "𝑑", "𝑡"
            ]
        );
    }

    #[test]
    fn a_formulas_letters_stand_by_themselves() {
        assert_eq!(cut("xy 12+3", true), ["x", "y", "12", "+", "3"]);
    }
}
