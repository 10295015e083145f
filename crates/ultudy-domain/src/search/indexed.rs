//! What the index keeps of a passage.

use std::collections::BTreeMap;

use super::words::{Analyser, Word};

/// How often a passage must use a term to be among those looked at first for it.
const STRONG_MIN: usize = 3;

/// A passage's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Three lines: the terms of its section's name, its own in order, and its single
    /// characters (see [`Word::is_single`]).
    pub tokens: String,
    /// How many of its own there are: its length for BM25.
    pub length: usize,
    /// Each of its terms once, and whether the passage is strong in it: the section is
    /// named by it, or the passage uses it again and again.
    pub terms: Vec<(String, bool)>,
}

impl Indexed {
    /// Reads a passage and its section's name.
    #[must_use]
    pub fn new(analyser: &Analyser, section_name: &str, text: &str) -> Self {
        let name = analyser.words(section_name);
        let own = analyser.words(text);
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for word in &own {
            *uses.entry(&word.term).or_default() += 1;
        }
        for word in &name {
            *uses.entry(&word.term).or_default() += STRONG_MIN;
        }
        let terms = uses
            .into_iter()
            .map(|(term, count)| (term.to_owned(), count >= STRONG_MIN))
            .collect();
        Self {
            terms,
            length: own.iter().filter(|word| !word.is_single).count(),
            tokens: [
                joined(&name, false),
                joined(&own, false),
                joined(&own, true),
            ]
            .join("\n"),
        }
    }
}

fn joined(words: &[Word], singles: bool) -> String {
    let chosen = words.iter().filter(|word| word.is_single == singles);
    let terms: Vec<&str> = chosen.map(|word| word.term.as_str()).collect();
    terms.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_strong_in_its_sections_name_and_in_what_it_repeats() {
        let analyser = Analyser::new(Some("en"));
        let indexed = Indexed::new(&analyser, "Limits", "A cell, cells and a cell divide.");
        assert_eq!(indexed.tokens, "limit\na cell cell and a cell divid\n");
        assert_eq!(indexed.length, 7);
        let strong: Vec<_> = indexed
            .terms
            .iter()
            .filter(|(_, strong)| *strong)
            .map(|(term, _)| term.as_str())
            .collect();
        assert_eq!(strong, ["cell", "limit"]);
    }
}
