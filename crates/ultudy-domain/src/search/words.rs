//! Texts as terms: what the index holds and queries look for.
//!
//! Words are cut by Unicode's rules (UAX 29), without case, accents and width, and reduced
//! to their stems by the Snowball algorithm of the text's language. Folding comes before
//! stemming, so that `derivee` finds `dérivée`. Scripts without spaces (and Korean, whose
//! particles cling to its words) become overlapping pairs of characters, as is usual.

use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::function_words::is_function_word;

/// Characters of a term; what is longer is no word of any language.
const TERM_MAX: usize = 40;

/// A term where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// The term.
    pub term: String,
    /// Whether it carries grammar only.
    pub is_function: bool,
    /// Whether it is a single character that the pairs around it hold too: found when it is
    /// looked for by itself, and no link of a phrase.
    pub is_single: bool,
}

/// Reads texts of one language.
pub struct Analyser {
    language: Option<String>,
    stemmer: Option<Stemmer>,
}

impl Analyser {
    /// For the language of this ISO 639-1 code; for an unknown one words are not stemmed.
    #[must_use]
    pub fn new(language: Option<&str>) -> Self {
        Self {
            language: language.map(str::to_owned),
            stemmer: language.and_then(algorithm).map(Stemmer::create),
        }
    }

    /// The words in order. How a text is cut does not depend on the language.
    #[must_use]
    pub fn words(&self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let mut run: Vec<(usize, char)> = Vec::new();
        for (at, word) in text.unicode_word_indices() {
            if word.chars().all(is_unspaced) {
                if run
                    .last()
                    .is_some_and(|&(last, c)| last + c.len_utf8() != at)
                {
                    pairs(&std::mem::take(&mut run), &mut words);
                }
                run.extend(word.char_indices().map(|(offset, c)| (at + offset, c)));
                continue;
            }
            pairs(&std::mem::take(&mut run), &mut words);
            self.push_spaced(at, word, &mut words);
        }
        pairs(&run, &mut words);
        words
    }

    /// A word between spaces; several where an apostrophe or a point joins them.
    fn push_spaced(&self, at: usize, word: &str, words: &mut Vec<Word>) {
        let breaks = |c: char| c == '’' || (c.is_ascii() && !c.is_ascii_alphanumeric());
        let mut start = 0;
        let parts = word.split_inclusive(breaks);
        let is_joined = word.contains(['\'', '’']);
        for part in parts {
            let from = at + start;
            start += part.len();
            let body = part.trim_end_matches(breaks);
            // The rest of an elision or a possessive: l’énergie, Newton’s, don’t.
            let is_rest = is_joined && body.chars().count() < 2;
            if body.is_empty() || is_rest {
                continue;
            }
            let folded = fold(body);
            if folded.is_empty() {
                continue;
            }
            words.push(Word {
                range: from..from + body.len(),
                is_function: is_function_word(&folded, self.language.as_deref()),
                term: self.stem(&folded),
                is_single: false,
            });
        }
    }

    fn stem(&self, folded: &str) -> String {
        let stemmed = match &self.stemmer {
            Some(stemmer) => stemmer.stem(folded),
            None => folded.into(),
        };
        stemmed.chars().take(TERM_MAX).collect()
    }
}

/// Without case, accents and width.
#[must_use]
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let bare = word.nfkd().filter(|&c| !is_accent(c)).nfkc();
    let lower = bare.collect::<String>().to_lowercase();
    // What lower case brings back (İ), and letters that have no accent to take off.
    lower
        .chars()
        .filter(|&c| !is_accent(c) && (!c.is_ascii() || c.is_ascii_alphanumeric()))
        .fold(String::with_capacity(word.len()), |mut folded, c| {
            match c {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' => folded.push('d'),
                'ı' => folded.push('i'),
                'ς' => folded.push('σ'),
                other => folded.push(other),
            }
            folded
        })
}

/// Latin, Greek and Cyrillic accents; Arabic vowel signs and the stretching of its words.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}' | '\u{640}')
}

/// Whether a character belongs to a script that is looked for in pairs of characters.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    is_ideograph(c)
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}'
            | '\u{ac00}'..='\u{d7a3}' | '\u{e00}'..='\u{e7f}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2fa1f}' | '々')
}

/// The pairs of a run of such characters, and its ideographs by themselves: many of them
/// are words. A run of one character is that character.
fn pairs(run: &[(usize, char)], words: &mut Vec<Word>) {
    let mut push = |of: &[(usize, char)], is_single: bool| {
        if let (Some(&(first, _)), Some(&(last, end))) = (of.first(), of.last()) {
            let text: String = of.iter().map(|&(_, c)| c).collect();
            words.push(Word {
                range: first..last + end.len_utf8(),
                term: fold(&text),
                is_function: false,
                is_single,
            });
        }
    };
    if run.len() == 1 {
        return push(run, false);
    }
    for (place, one) in run.iter().enumerate() {
        if let Some(pair) = run.get(place..place + 2) {
            push(pair, false);
        }
        if is_ideograph(one.1) {
            push(std::slice::from_ref(one), true);
        }
    }
}

fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "nl" => Algorithm::Dutch,
        "en" => Algorithm::English,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "es" => Algorithm::Spanish,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str, language: &str) -> Vec<String> {
        let words = Analyser::new(Some(language)).words(text);
        words.into_iter().map(|word| word.term).collect()
    }

    #[test]
    fn case_accents_and_endings_do_not_matter() {
        for (language, one, other) in [
            ("en", "Limits of FUNCTIONS", "limit of function"),
            ("fr", "Dérivées", "derivee"),
            ("de", "Größen", "grosse"),
            ("es", "Funciones", "función"),
            ("ja", "ＤＮＡ", "dna"),
            ("ar", "الخَلِيَّة", "الخلية"),
        ] {
            assert_eq!(terms(one, language), terms(other, language), "{one}");
        }
    }

    #[test]
    fn elisions_possessives_and_points_part_words() {
        assert_eq!(terms("l’énergie", "fr"), terms("energie", "fr"));
        assert_eq!(terms("Newton's law", "en"), ["newton", "law"]);
        assert_eq!(
            terms("foo_bar 3.14 C++", "en"),
            ["foo", "bar", "3", "14", "c"]
        );
    }

    #[test]
    fn japanese_is_read_in_pairs() {
        let words = Analyser::new(Some("ja")).words("機械学習");
        let told: Vec<_> = words
            .iter()
            .map(|w| (w.term.as_str(), w.is_single))
            .collect();
        assert_eq!(
            told,
            [
                ("機械", false),
                ("機", true),
                ("械学", false),
                ("械", true),
                ("学習", false),
                ("学", true),
                ("習", true)
            ]
        );
        assert_eq!(terms("力", "ja"), ["力"]);
        // A voiced sound is another letter, not an accent.
        assert_ne!(terms("かぎ", "ja"), terms("かき", "ja"));
    }

    #[test]
    fn words_say_where_they_stand() {
        let text = "Über die l’énergie, 学習!";
        for word in Analyser::new(None).words(text) {
            assert!(text.get(word.range.clone()).is_some_and(|t| !t.is_empty()));
        }
    }
}
