//! The sentences of found passages that come closest to a query: what can be answered without a
//! model.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Query, words::Analyser};

/// Shortest and longest sentence that is quoted, in characters: no headings, no tables.
const LENGTH: std::ops::RangeInclusive<usize> = 20..=600;

/// A sentence of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The passage's place among those that were given.
    pub passage: usize,
    /// Its words, on one line.
    pub text: String,
}

/// The `most` sentences that hold most different terms of the query, in the order of the passages;
/// of equals those of better passages, which come first. None that holds no term.
#[must_use]
pub fn closest(query: &Query, passages: &[(&str, Option<&str>)], most: usize) -> Vec<Sentence> {
    let mut found: Vec<(usize, usize, Sentence)> = Vec::new();
    for (place, (text, language)) in passages.iter().enumerate() {
        let analyser = Analyser::new(*language);
        let sentences = text.lines().flat_map(|line| line.unicode_sentences());
        for sentence in sentences {
            let text = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_known = found.iter().any(|(_, _, other)| other.text == text);
            if !LENGTH.contains(&text.chars().count()) || is_known {
                continue;
            }
            let words = analyser.words(&text);
            let said: BTreeSet<&str> = words.iter().map(|word| word.term.as_str()).collect();
            let terms = query.terms.iter();
            let hits = terms.filter(|forms| forms.iter().any(|form| said.contains(form.as_str())));
            let hits = hits.count();
            if hits > 0 {
                let order = found.len();
                found.push((
                    hits,
                    order,
                    Sentence {
                        passage: place,
                        text,
                    },
                ));
            }
        }
    }
    found.sort_by_key(|(hits, order, _)| (std::cmp::Reverse(*hits), *order));
    found.truncate(most);
    found.sort_by_key(|(_, order, _)| *order);
    found.into_iter().map(|(_, _, sentence)| sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_with_most_terms_are_quoted_in_their_order() {
        let query = Query::parse("How do enzymes speed up reactions?", &[Some("en")]);
        let passages = [
            (
                "A cell is alive and grows.\nAn enzyme is a protein of the cell. It is large.",
                Some("en"),
            ),
            (
                "Enzymes speed up reactions of all kinds. Reaction rates differ very much.",
                Some("en"),
            ),
        ];
        let found = closest(&query, &passages, 2);
        let texts: Vec<_> = found
            .iter()
            .map(|it| (it.passage, it.text.as_str()))
            .collect();
        assert_eq!(
            texts,
            [
                (0, "An enzyme is a protein of the cell."),
                (1, "Enzymes speed up reactions of all kinds.")
            ]
        );
        let nothing = Query::parse("volcano", &[Some("en")]);
        assert!(closest(&nothing, &passages, 2).is_empty());
    }
}
