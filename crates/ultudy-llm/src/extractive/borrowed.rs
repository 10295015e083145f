//! Whether what another section says a term is holds here, too, and is worth saying again.

use super::questions::Maker;
use super::study::Study;
use super::word::{Role, WordId};

/// Pages before a text on which a term is defined in the sense the text goes on with.
const PAGES_NEAR: u32 = 12;
/// Pages before it, those of a chapter, where the text shares more with the definition than
/// the term.
const PAGES_FAR: u32 = 30;
/// Sentences of a text that speak of a term that is central to it, at least.
const SENTENCES_MIN: usize = 2;
/// One of so many of its sentences does.
const SHARE: usize = 8;
/// Words that carry meaning in a sentence that says something of the term, besides it.
const MEANING_MIN: usize = 3;

/// Whether a term that another section defines is central to the text, in the same sense, as
/// far as can be told, and the text says something of its own about it.
pub(super) fn is_same(study: &Study, maker: &Maker<'_>, index: usize) -> bool {
    let text = &study.text;
    let Some(sentence) = maker.telling(index) else {
        return false;
    };
    !text.is_near(sentence)
        && !text.common.contains(&sentence)
        && is_central(study, index)
        && has_more_to_say(study, index)
        && is_meant(study, index, sentence)
}

/// Whether a good part of the text speaks of the term, or a heading does.
fn is_central(study: &Study, index: usize) -> bool {
    let own = study.support(index).iter();
    let own = own.filter(|found| found.sentence < study.text.own).count();
    let often = own >= SENTENCES_MIN && own * SHARE >= study.text.own;
    study.terms[index].heading.is_some() || often
}

/// Whether the text itself says something of the term that can be understood alone.
fn has_more_to_say(study: &Study, index: usize) -> bool {
    let mut own = study.support(index).iter();
    own.any(|found| {
        let says = study
            .sentence(found.sentence)
            .meaning_outside(&found.places);
        let clear = study.complete[found.sentence] && found.clean;
        found.sentence < study.text.own && clear && says >= MEANING_MIN
    })
}

/// Whether the definition stands so little before the text that it is meant, or has more in
/// common with it: a circle of graphs is none of geometry.
fn is_meant(study: &Study, index: usize, sentence: usize) -> bool {
    let [first, _] = study.text.pages;
    let [_, last] = study.sentence(sentence).pages;
    match first.checked_sub(last) {
        None => false,
        Some(pages) if pages <= PAGES_NEAR => true,
        Some(pages) => pages <= PAGES_FAR && shares(study, index, sentence),
    }
}

/// Whether the text uses one of the definition's other words of the matter.
fn shares(study: &Study, index: usize, sentence: usize) -> bool {
    let lexicon = &study.text.lexicon;
    let term = &study.terms[index].roots;
    let matter = |root: &WordId| !term.contains(root) && !lexicon.is_general(*root);
    let words = study.sentence(sentence).words.iter();
    let said: Vec<_> = words
        .filter(|word| word.role == Role::Content && matter(&word.root))
        .map(|word| word.root)
        .collect();
    let mut used = study.text.own().iter().flat_map(|own| &own.words);
    used.any(|word| said.contains(&word.root))
}
