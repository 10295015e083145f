//! An answer taken apart into sentences of words.

use super::negation;
use crate::search::words::{Analyser, Word};

/// Bytes of an answer that are read.
const READ_MAX: usize = 100_000;

/// An answer, read.
pub(super) struct Answer {
    pub(super) sentences: Vec<Sentence>,
    /// Marks that part the members of a list.
    pub(super) separators: usize,
}

/// A clause: what stands between full stops, commas and the like.
pub(super) struct Sentence {
    pub(super) text: String,
    /// Its words; of scripts without spaces, its pairs.
    pub(super) words: Vec<Word>,
    /// Whether it denies.
    pub(super) is_negative: bool,
}

impl Answer {
    pub(super) fn read(text: &str, analyser: &Analyser, language: Option<&str>) -> Self {
        let text = &text[..text.floor_char_boundary(READ_MAX)];
        let ends = |c: char| ".!?;:,。、，；：！？\n".contains(c);
        let clauses = text
            .split(ends)
            .flat_map(|clause| negation::at_contrasts(clause, language));
        let sentences = clauses.filter_map(|clause| {
            let mut words = analyser.words(&clause);
            words.retain(|word| !word.is_single);
            (!words.is_empty()).then(|| Sentence {
                is_negative: negation::is_negative(&clause, language),
                text: clause.trim().to_owned(),
                words,
            })
        });
        Self {
            sentences: sentences.collect(),
            separators: text.matches(|c| ",;、，/•·|\n".contains(c)).count(),
        }
    }

    /// All runs of so many sentences; the whole if it has no more.
    pub(super) fn runs(&self, length: usize) -> impl Iterator<Item = Vec<&Sentence>> {
        let size = length.min(self.sentences.len()).max(1);
        self.sentences.windows(size).map(|run| run.iter().collect())
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.sentences.iter().flat_map(|sentence| &sentence.words)
    }
}

impl Sentence {
    /// Its terms of meaning.
    pub(super) fn terms(&self) -> impl Iterator<Item = &str> {
        let words = self.words.iter().filter(|word| !word.is_function);
        words.map(|word| word.term.as_str())
    }
}
