//! How much a phrase deserves a place in the index.

use super::phrases::Candidate;
use crate::extractive::text::Text;

/// What each further word of a phrase adds to the worth of its uses, and for how many.
const LONGER: (f32, f32) = (0.3, 2.0);
/// What general words take from a phrase that has no others.
const GENERAL: f32 = 2.0;
/// What emphasis and a heading of its own add.
const EMPHASISED: f32 = 1.0;
const HEADING: f32 = 0.5;
/// What is written like a name in a program adds, where a good part of the book is code.
const IDENTIFIER: f32 = 1.0;
/// Blocks of code that make a book one of code: one to so many sentences.
const SENTENCES_PER_CODE: usize = 20;

/// Weighs phrases by what is known of the whole text.
pub(super) struct Weights {
    /// Whether a good part of the book is code.
    code: bool,
}

impl Weights {
    pub(super) fn of(text: &Text) -> Self {
        Self {
            code: text.codes.len() * SENTENCES_PER_CODE > text.sentences.len(),
        }
    }

    /// The weight of a phrase: its own uses, their density in the sections that have any,
    /// and what the author says of it by definitions and type.
    pub(super) fn of_phrase(&self, text: &Text, phrase: &Candidate) -> f32 {
        let longer = (phrase.roots.len() as f32 - 1.0).min(LONGER.1);
        let often = (1.0 + own_uses(phrase)).ln() * (1.0 + LONGER.0 * longer);
        let dense = (phrase.count as f32 / phrase.sections.max(1) as f32).ln();
        let defined = (1.0 + phrase.defined as f32).ln();
        let mut weight = often + dense + defined - GENERAL * general_share(text, phrase);
        for (applies, worth) in [
            (phrase.emphasised > 0, EMPHASISED),
            (phrase.headings_alone > 0, HEADING),
            (self.code && phrase.is_identifier(), IDENTIFIER),
        ] {
            if applies {
                weight += worth;
            }
        }
        weight
    }
}

/// Uses by itself, not as a part of a longer phrase.
fn own_uses(phrase: &Candidate) -> f32 {
    let count = phrase.count as f32;
    if phrase.longer == 0 {
        count
    } else {
        (count - phrase.nested as f32 / phrase.longer as f32).max(0.0)
    }
}

fn general_share(text: &Text, phrase: &Candidate) -> f32 {
    let general = phrase
        .roots
        .iter()
        .filter(|&&root| text.lexicon.is_general(root));
    general.count() as f32 / phrase.roots.len().max(1) as f32
}
