//! Passages: a section's text in pieces of about a page, which is what a hit points to.

use crate::{
    formula::{self, AS_PRINTED_MARK},
    section::split_pages,
};

/// Characters a passage is cut at, at the end of a paragraph or sentence.
const LENGTH_MAX: usize = 2_400;
/// A passage shorter than this takes in what follows on the next page of its section.
const LENGTH_MIN: usize = 300;

/// A piece of a section, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// First page.
    pub page_start: u32,
    /// Last page, inclusive.
    pub page_end: u32,
    /// Its text, a paragraph a line.
    pub text: String,
}

/// Cuts a section's Markdown, whose text begins on `first_page`.
#[must_use]
pub fn cut(markdown: &str, first_page: u32) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    for (page, text) in split_pages(markdown, first_page) {
        for text in pieces(&plain(&text)) {
            match passages.last_mut() {
                Some(last) if last.text.chars().count() < LENGTH_MIN => {
                    last.page_end = page;
                    last.text.push('\n');
                    last.text.push_str(&text);
                }
                _ => passages.push(Passage {
                    page_start: page,
                    page_end: page,
                    text,
                }),
            }
        }
    }
    passages
}

/// A page's text in pieces that are not too long.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while rest.chars().count() > LENGTH_MAX {
        let limit = rest
            .char_indices()
            .nth(LENGTH_MAX)
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end_before(rest, limit));
        pieces.push(piece.trim().to_owned());
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest.to_owned());
    }
    pieces
}

/// Where to cut before `limit`: after a paragraph, else a sentence, else a word, unless
/// that leaves less than half.
fn end_before(text: &str, limit: usize) -> usize {
    let head = &text[..limit];
    let ends = ["\n", ". ", "。", " "].into_iter();
    ends.filter_map(|end| head.rfind(end).map(|at| at + end.len()))
        .find(|&at| at > limit / 2)
        .unwrap_or(limit)
}

/// Markdown without its marks. What remains of rare constructs is a few odd characters in
/// a snippet, and no word more or less.
fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut is_formula = false;
    for line in markdown.lines() {
        let line = line.trim().trim_start_matches(['#', '>']).trim_start();
        if line == "$$" {
            is_formula = !is_formula;
        }
        let is_rule = !line.contains(char::is_alphanumeric);
        if line.starts_with("```") || line.starts_with("<!--") || is_rule {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        if is_formula {
            text.push_str(&formula::plain(line));
        } else {
            push_without_marks(line, &mut text);
        }
    }
    text
}

fn push_without_marks(line: &str, text: &mut String) {
    let line = line
        .strip_prefix("- ")
        .or(line.strip_prefix("* "))
        .unwrap_or(line);
    let mut parts = formulas(line);
    let mut has_space = true;
    for (is_formula, part) in &mut parts {
        if is_formula {
            push_visible(&formula::plain(part), text, &mut has_space);
        } else {
            push_words(part, text, &mut has_space);
        }
    }
}

/// A line's words and, between dollars, its formulas (`true`). A dollar without another is
/// a word's.
fn formulas(line: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(open) = dollar(rest) else {
            return Some((false, std::mem::take(&mut rest)));
        };
        if open > 0 {
            let (words, others) = rest.split_at(open);
            rest = others;
            return Some((false, words));
        }
        let inner = rest.trim_start_matches('$');
        match dollar(inner) {
            Some(close) => {
                let (formula, others) = inner.split_at(close);
                rest = others.trim_start_matches('$');
                Some((true, formula))
            }
            None => Some((false, std::mem::take(&mut rest))),
        }
    })
}

/// Where the next dollar stands that no backslash makes a character.
fn dollar(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_dollar = c == '$' && !escaped;
        escaped = c == '\\' && !escaped;
        is_dollar.then_some(at)
    })
}

fn push_words(line: &str, text: &mut String, has_space: &mut bool) {
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        let shown = match c {
            '\\' if characters.peek().is_some_and(char::is_ascii_punctuation) => {
                characters.next().unwrap_or(c)
            }
            '*' | '`' | '$' | AS_PRINTED_MARK => continue,
            '|' => ' ',
            other => other,
        };
        push_visible(shown.encode_utf8(&mut [0; 4]), text, has_space);
    }
}

/// Appends characters, of white space one.
fn push_visible(shown: &str, text: &mut String, has_space: &mut bool) {
    for c in shown.chars() {
        if c.is_whitespace() && *has_space {
            continue;
        }
        *has_space = c.is_whitespace();
        text.push(if *has_space { ' ' } else { c });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::page_mark;

    #[test]
    fn a_passage_knows_its_pages() {
        let long = "A word of it. ".repeat(40);
        let markdown = format!(
            "{}\n{long}\n{}\n{long}\n{}\nEnd.",
            page_mark(4),
            page_mark(5),
            page_mark(6)
        );
        let pages: Vec<_> = cut(&markdown, 4)
            .iter()
            .map(|passage| (passage.page_start, passage.page_end))
            .collect();
        assert_eq!(pages, [(4, 4), (5, 5), (6, 6)]);
    }

    #[test]
    fn short_pages_are_drawn_together_and_long_ones_cut_at_sentences() {
        let markdown = format!("{}\nOne.\n{}\nTwo.", page_mark(1), page_mark(2));
        let passages = cut(&markdown, 1);
        assert_eq!((passages.len(), passages[0].page_end), (1, 2));
        let passages = cut(&"It is a sentence. ".repeat(400), 1);
        assert!(passages.len() >= 3);
        assert!(passages.iter().all(|passage| passage.text.ends_with('.')));
    }

    #[test]
    fn marks_are_no_text() {
        let text = "## The *limit*\n\n- an `item` with \\*stars\\*\n\n| a | b |\n|---|---|\n```rust\nlet x;\n```";
        assert_eq!(plain(text), "The limit\nan item with *stars*\na b \nlet x;");
    }

    #[test]
    fn a_formula_reads_as_its_signs_and_not_as_commands() {
        let text = "The set $x_{n} \\in \\mathbb{R}^{2}$ costs \\$5 and $7.\n\n$$\n\\frac{a}{b}\n$$\n\n`⚠ x ? y`";
        assert_eq!(plain(text), "The set xₙ ∈ ℝ² costs $5 and 7.\na/b\nx ? y");
    }

    #[test]
    fn text_without_spaces_is_cut_too() {
        let passages = cut(&"学".repeat(6_000), 1);
        assert_eq!(passages.len(), 3);
    }
}
