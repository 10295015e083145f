//! Where terms stand in the text.

use std::collections::HashMap;
use std::ops::Range;

use super::text::{Sentence, Text};
use super::word::WordId;

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

    /// Where the stems stand one after another.
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
                stands_at(&text.sentences[sentence], &words, key)
                    .then_some(Mention { sentence, words })
            })
            .take(MENTIONS_MAX)
            .collect()
    }
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
