//! Which language a text is in, by its commonest words.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use super::stopwords::{self, Words};

/// Words looked at; more change nothing.
const WORDS_MAX: usize = 20_000;
/// Of a known language at least one word in eight is among its commonest.
const SHARE_MIN: usize = 8;

/// A language whose grammar is known here, or any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Other,
}

const KNOWN: [Language; 4] = [
    Language::English,
    Language::German,
    Language::French,
    Language::Spanish,
];

impl Language {
    /// The language most of the text's words are common in.
    pub(super) fn detect(text: &str) -> Self {
        let mut languages_of: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, language) in KNOWN.iter().enumerate() {
            for word in language.words().stop.split_whitespace() {
                languages_of.entry(word).or_default().push(index);
            }
        }
        let mut hits = [0_usize; KNOWN.len()];
        let mut total = 0;
        // A single letter may be a word in one language and a variable in all.
        let words = text.unicode_words().filter(|word| word.len() > 1);
        for word in words.take(WORDS_MAX) {
            total += 1;
            for &index in languages_of
                .get(word.to_lowercase().as_str())
                .into_iter()
                .flatten()
            {
                hits[index] += 1;
            }
        }
        // Of equals the first, so that the order above decides.
        let best = (0..KNOWN.len()).rev().max_by_key(|&index| hits[index]);
        match best {
            Some(index) if hits[index] > 0 && hits[index] * SHARE_MIN >= total => KNOWN[index],
            _ => Self::Other,
        }
    }

    /// What reduces its words to their stems; none for languages unknown here.
    pub(super) fn stemmer(self) -> Option<Stemmer> {
        Some(Stemmer::create(match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::French => Algorithm::French,
            Self::Spanish => Algorithm::Spanish,
            Self::Other => return None,
        }))
    }

    /// Its commonest words.
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &stopwords::ENGLISH,
            Self::German => &stopwords::GERMAN,
            Self::French => &stopwords::FRENCH,
            Self::Spanish => &stopwords::SPANISH,
            Self::Other => &stopwords::NONE,
        }
    }
}

/// Whether a character belongs to a script written without spaces between its words.
pub(super) fn is_cjk(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}'
        | '々')
}

/// Whether a character is of the script Japanese writes its grammar in.
pub(super) fn is_hiragana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{309f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_languages_are_told_apart() {
        for (text, language) in [
            (
                "A cell is the smallest unit of life that can live on its own.",
                Language::English,
            ),
            (
                "Eine Zelle ist die kleinste Einheit, die für sich leben kann.",
                Language::German,
            ),
            (
                "La cellule est la plus petite unité qui puisse vivre seule.",
                Language::French,
            ),
            (
                "La célula es la unidad más pequeña que puede vivir por sí misma.",
                Language::Spanish,
            ),
        ] {
            assert_eq!(Language::detect(text), language, "{text}");
        }
    }

    #[test]
    fn others_are_not_guessed() {
        for text in [
            "",
            "細胞は生命の最小単位である。",
            "الخلية هي أصغر وحدة في الحياة",
            "x = 1; y = 2;",
        ] {
            assert_eq!(Language::detect(text), Language::Other, "{text}");
        }
    }
}
