//! Queries: what a student types, whatever it is.

use std::collections::BTreeSet;

use super::words::{Analyser, Word};

/// Terms of a query that are looked for; more make no hit better.
const TERMS_MAX: usize = 12;

/// A query, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What is looked for, in the query's order. Empty if it says nothing.
    pub terms: Vec<Alternatives>,
    /// Runs of terms that must stand one after the other.
    pub phrases: Vec<Vec<Alternatives>>,
}

/// The forms of one word in the languages of what is searched: each language has its stem.
pub type Alternatives = BTreeSet<String>;

impl Query {
    /// Reads a query for texts in these languages. `"…"` is a phrase; everything else that
    /// is no word is passed over. Words that carry only grammar are looked for only within
    /// phrases, or when there are no others.
    #[must_use]
    pub fn parse(text: &str, languages: &[Option<&str>]) -> Self {
        let analysers: Vec<Analyser> = if languages.is_empty() {
            vec![Analyser::new(None)]
        } else {
            languages.iter().map(|&one| Analyser::new(one)).collect()
        };
        let mut words = Vec::new();
        let mut phrases = Vec::new();
        for (place, part) in text.split(['"', '“', '”', '„', '«', '»']).enumerate() {
            let read = merged(part, &analysers);
            let links: Vec<Alternatives> = read
                .iter()
                .filter(|(word, _)| !word.is_single)
                .map(|(_, forms)| forms.clone())
                .collect();
            if place % 2 == 1 && links.len() > 1 {
                phrases.push(links.into_iter().take(TERMS_MAX).collect());
            }
            words.extend(read);
        }
        Self {
            terms: looked_for(words),
            phrases,
        }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// The words with their forms in every language. A text is cut alike in all of them; a
/// word carries only grammar if it does in one.
fn merged(text: &str, analysers: &[Analyser]) -> Vec<(Word, Alternatives)> {
    let mut merged: Vec<(Word, Alternatives)> = Vec::new();
    for analyser in analysers {
        for (place, word) in analyser.words(text).into_iter().enumerate() {
            match merged.get_mut(place) {
                Some((first, forms)) => {
                    first.is_function |= word.is_function;
                    forms.insert(word.term);
                }
                None => {
                    let forms = Alternatives::from([word.term.clone()]);
                    merged.push((word, forms));
                }
            }
        }
    }
    merged
}

fn looked_for(words: Vec<(Word, Alternatives)>) -> Vec<Alternatives> {
    let says_something = words.iter().any(|(word, _)| !word.is_function);
    let mut terms: Vec<Alternatives> = Vec::new();
    for (word, forms) in words {
        let is_grammar = word.is_function && says_something;
        let counts = !word.is_single && !is_grammar;
        if counts && !terms.contains(&forms) && terms.len() < TERMS_MAX {
            terms.push(forms);
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let query = Query::parse(text, &[Some("en")]);
        let first = |forms: Alternatives| forms.into_iter().next().unwrap_or_default();
        query.terms.into_iter().map(first).collect()
    }

    #[test]
    fn a_query_is_about_its_words_of_meaning() {
        assert_eq!(
            terms("what is the limit of a sequence"),
            ["limit", "sequenc"]
        );
        assert_eq!(terms("the limit, the limits"), ["limit"]);
        assert_eq!(terms("of the"), ["of", "the"]);
    }

    #[test]
    fn operators_and_nonsense_are_no_errors() {
        for text in [
            "\"",
            "\" OR *",
            "AND NOT (",
            "NEAR/2 ^ : - +",
            "***",
            "",
            "''\\",
            "😀",
        ] {
            let query = Query::parse(text, &[Some("en"), None]);
            assert!(query.phrases.is_empty(), "{text}");
        }
        assert_eq!(Query::parse(&"word ".repeat(500), &[]).terms.len(), 1);
        let many: String = (0..900).map(|n| format!("w{n} ")).collect();
        assert_eq!(Query::parse(&many, &[]).terms.len(), TERMS_MAX);
    }

    #[test]
    fn a_phrase_keeps_its_grammar() {
        let query = Query::parse("proof \"limit of a sequence\"", &[Some("en")]);
        assert_eq!(query.terms.len(), 3);
        assert_eq!(query.phrases.iter().map(Vec::len).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_word_has_a_form_in_each_language() {
        let query = Query::parse("functions", &[Some("en"), Some("de"), None]);
        assert_eq!(query.terms.len(), 1);
        assert!(query.terms[0].contains("function") && query.terms[0].contains("functions"));
    }
}
