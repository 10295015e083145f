//! Where terms stand in the text.

use std::collections::HashMap;
use std::ops::Range;

use super::text::{Sentence, Text};
use super::word::{Word, WordId};

/// Mentions kept of one term.
pub(super) const MENTIONS_MAX: usize = 200;
/// Places looked at for one term.
const PLACES_MAX: usize = 20_000;

/// A term's words in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// The sentence.
    pub sentence: usize,
    /// The words.
    pub words: Range<usize>,
}

/// Where each stem stands.
pub(super) struct Index {
    places: HashMap<WordId, Vec<(usize, usize)>>,
}

impl Index {
    pub(super) fn new(text: &Text) -> Self {
        let mut places: HashMap<WordId, Vec<(usize, usize)>> = HashMap::new();
        for (index, sentence) in text.sentences.iter().enumerate() {
            for (at, word) in sentence.words.iter().enumerate() {
                places.entry(word.stem).or_default().push((index, at));
            }
        }
        Self { places }
    }

    /// Whether a word is written small somewhere but at the head of a sentence: one that never
    /// is may be a person's name.
    pub(super) fn is_written_small(&self, word: &Word, text: &Text) -> bool {
        let places = self.places.get(&word.stem).map_or(&[][..], Vec::as_slice);
        let mut places = places.iter().take(PLACES_MAX);
        places.any(|&(sentence, at)| at > 0 && !text.sentences[sentence].words[at].capital)
    }

    /// Where the stems stand one after another, outside formulas: those are written otherwise
    /// than seen, and no part of a name.
    pub(super) fn mentions(&self, key: &[WordId], text: &Text) -> Vec<Mention> {
        let count = |stem: &WordId| self.places.get(stem).map_or(0, Vec::len);
        let Some(rarest) = (0..key.len()).min_by_key(|&at| count(&key[at])) else {
            return Vec::new();
        };
        let places = self.places.get(&key[rarest]).map_or(&[][..], Vec::as_slice);
        places
            .iter()
            .take(PLACES_MAX)
            .filter_map(|&(sentence, at)| {
                let start = at.checked_sub(rarest)?;
                let words = start..start + key.len();
                let found = &text.sentences[sentence];
                let stands = stands_at(found, &words, key) && !is_in_formula(text, found, &words);
                stands.then_some(Mention { sentence, words })
            })
            .take(MENTIONS_MAX)
            .collect()
    }
}

fn is_in_formula(text: &Text, sentence: &Sentence, range: &Range<usize>) -> bool {
    let words = sentence.words.get(range.clone()).unwrap_or_default();
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return false;
    };
    let meets =
        |formula: Range<usize>| formula.start < last.range.end && first.range.start < formula.end;
    text.formulas(sentence).any(meets)
}

/// Whether the stems stand at a place in a sentence, one after another.
pub(super) fn stands_at(sentence: &Sentence, range: &Range<usize>, key: &[WordId]) -> bool {
    sentence.words.get(range.clone()).is_some_and(|words| {
        words
            .iter()
            .zip(key)
            .enumerate()
            .all(|(at, (word, &stem))| word.stem == stem && (at == 0 || word.joined))
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    #[test]
    fn a_name_that_a_formula_cuts_is_printed_nowhere() {
        for (markdown, count) in [
            ("状態空間とは問題の状態をすべて集めた集合である。", 1),
            ("状$態空間$とは問題の状態をすべて集めた集合である。", 0),
            ("$状態$空間とは問題の状態をすべて集めた集合である。", 0),
        ] {
            let mut text = text(markdown);
            let words = text.lexicon.words("状態空間");
            let key: Vec<_> = words.iter().map(|word| word.stem).collect();
            let found = Index::new(&text).mentions(&key, &text);
            assert_eq!(found.len(), count, "{markdown}");
        }
    }
}
