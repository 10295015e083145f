//! Snippets: the part of a passage that matches best, and where.

use std::ops::Range;

use super::{
    query::{Alternatives, Query},
    words::Analyser,
};

/// Characters of a snippet.
const LENGTH: usize = 220;
/// Characters before the first match.
const BEFORE: usize = 50;

/// A piece of plain text with the places of what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The text. It may hold anything that a document may hold: it is no markup.
    pub text: String,
    /// Where it matches, in bytes of the text: in order, apart.
    pub matches: Vec<Range<usize>>,
}

/// The snippet of a passage in this language.
#[must_use]
pub fn snippet(query: &Query, text: &str, language: Option<&str>) -> Snippet {
    let words = Analyser::new(language).words(text).into_iter();
    let found: Vec<(Range<usize>, usize)> = words
        .filter_map(|word| Some((word.range, place(&query.terms, &word.term)?)))
        .collect();
    let window = window(text, &found);
    let mut snippet = String::new();
    let mut matches: Vec<Range<usize>> = Vec::new();
    let lead = if window.start > 0 { "… " } else { "" };
    snippet.push_str(lead);
    // White space is one byte or more in the text and one space here.
    let shown = text[window.clone()].replace(['\n', '\t', '\r'], " ");
    snippet.push_str(&shown);
    for (range, _) in &found {
        if range.start >= window.start && range.end <= window.end {
            let shift = |at: usize| at - window.start + lead.len();
            let range = shift(range.start)..shift(range.end);
            match matches.last_mut() {
                // Pairs of characters overlap.
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => matches.push(range),
            }
        }
    }
    if window.end < text.len() {
        snippet.push_str(" …");
    }
    Snippet {
        text: snippet,
        matches,
    }
}

fn place(terms: &[Alternatives], term: &str) -> Option<usize> {
    terms.iter().position(|forms| forms.contains(term))
}

/// The window that holds most different terms, then most matches, the first of such.
fn window(text: &str, found: &[(Range<usize>, usize)]) -> Range<usize> {
    let starts = found.iter().map(|(range, _)| range.start);
    let mut best = (0, 0);
    let mut chosen = around(text, found.first().map_or(0, |(range, _)| range.start));
    for start in starts {
        let window = around(text, start);
        let inside = found
            .iter()
            .filter(|(range, _)| range.start >= window.start && range.end <= window.end);
        let mut places: Vec<usize> = inside.map(|&(_, place)| place).collect();
        let all = places.len();
        places.sort_unstable();
        places.dedup();
        if (places.len(), all) > best {
            best = (places.len(), all);
            chosen = window;
        }
    }
    chosen
}

/// A window whose first match is at `at`, from and to a word's edge where there is one.
fn around(text: &str, at: usize) -> Range<usize> {
    let back = |from: usize, characters: usize| {
        let mut before = text[..from].char_indices().rev();
        before
            .nth(characters.saturating_sub(1))
            .map_or(0, |(at, _)| at)
    };
    let ahead = |from: usize, characters: usize| {
        let mut after = text[from..].char_indices();
        after
            .nth(characters)
            .map_or(text.len(), |(by, _)| from + by)
    };
    let mut end = ahead(back(at, BEFORE), LENGTH);
    let mut start = if end == text.len() {
        back(end, LENGTH)
    } else {
        back(at, BEFORE)
    };
    if start > 0
        && let Some(gap) = text[start..at.max(start)].find(char::is_whitespace)
    {
        start = text[start + gap..]
            .find(|c: char| !c.is_whitespace())
            .map_or(start, |by| start + gap + by);
    }
    if end < text.len()
        && let Some(gap) = text[start..end].rfind(char::is_whitespace)
        && gap > 0
        && start + gap > at
    {
        end = start + gap;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(query: &str, text: &str, language: &str) -> (String, Vec<String>) {
        let query = Query::parse(query, &[Some(language)]);
        let snippet = snippet(&query, text, Some(language));
        let marked = snippet.matches.iter();
        let marked = marked.map(|range| snippet.text[range.clone()].to_owned());
        (snippet.text.clone(), marked.collect())
    }

    #[test]
    fn the_words_found_are_told_as_they_stand() {
        let (text, found) = marked("limit sequences", "The Limits of a sequence.", "en");
        assert_eq!(text, "The Limits of a sequence.");
        assert_eq!(found, ["Limits", "sequence"]);
    }

    #[test]
    fn the_densest_part_of_a_long_text_is_shown() {
        let filler = "Nothing of it here at all. ".repeat(30);
        let text = format!("One limit.\n{filler}The limit of a sequence.\n{filler}");
        let (text, found) = marked("limit sequence", &text, "en");
        assert_eq!(found, ["limit", "sequence"]);
        assert!(text.starts_with("… ") && text.ends_with(" …"), "{text}");
        assert!(text.chars().count() <= LENGTH + 4);
    }

    #[test]
    fn markup_stays_text_and_pairs_join() {
        let (text, _) = marked("bold", "<b>bold</b> & more", "en");
        assert_eq!(text, "<b>bold</b> & more");
        let (_, found) = marked("機械学習", "これは機械学習である。", "ja");
        assert_eq!(found, ["機械学習"]);
    }

    #[test]
    fn a_text_without_the_words_shows_its_beginning() {
        let (text, found) = marked("absent", &"word ".repeat(100), "en");
        assert!(text.starts_with("word") && found.is_empty());
    }
}
