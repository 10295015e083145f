//! The glossary of a whole document: each term that it truly defines, with the sentence that
//! does.

pub(super) mod entries;
mod name;
pub(super) mod named;
mod quotation;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use ultudy_domain::glossary::GlossaryEntry;

use super::alone;
use super::definitions::{self, Defined};
use super::introduced;
use super::labels::Kind;
use super::mentions::{self, Index, Mention};
use super::reading;
use super::text::Text;
use super::word::WordId;
use crate::LessonPart;

/// How surely a sentence of the glossary defines at least.
const STRENGTH_MIN: u8 = 3;
/// How surely a sentence says that it names what the one before it tells of.
const NAMED: u8 = 5;
/// Words before a term that its sentence is about.
const SUBJECT_BEFORE: usize = 1;
/// A term that more than one of so many sections use is common, where there are enough.
const COMMON: usize = 4;
/// Sections of a document that tell what is common in it.
const SECTIONS_MIN: usize = 12;
/// Uses below which a term is hardly used.
const SELDOM: usize = 4;
/// Other forms kept of a term.
const FORMS_MAX: usize = 4;

/// The terms that a document defines in sentences that can be understood alone, and those of
/// its concepts of which such sentences only speak, in the order of these sentences; each term
/// once.
///
/// `parts` are the document's sections in order. The same parts give the same glossary.
#[must_use]
pub(super) fn glossary(parts: &[LessonPart]) -> Vec<GlossaryEntry> {
    let mut text = reading::read(parts, &[]);
    let found = definitions::find(&mut text);
    let mut best: HashMap<Vec<WordId>, Defined> = HashMap::new();
    for defined in found {
        let Some(defined) = stated(&mut text, defined) else {
            continue;
        };
        let key = key(&text, &defined);
        let known = best.entry(key).or_insert_with(|| defined.clone());
        if worth(&text, &defined) > worth(&text, known) {
            *known = defined;
        }
    }
    let named = named::find(&mut text, &best);
    let index = Index::new(&text);
    let mut chosen: Vec<_> = best.into_iter().chain(named).collect();
    chosen.sort_by_key(|(_, defined)| (defined.sentence, defined.words.start));
    chosen
        .iter()
        .filter_map(|(key, defined)| entry(&text, defined, &index.mentions(key, &text)))
        .collect()
}

/// A definition that can stand alone, with the sentences it needs for that.
fn stated(text: &mut Text, defined: Defined) -> Option<Defined> {
    let sentence = &text.sentences[defined.sentence];
    let kind = !matches!(
        sentence.kind,
        Some(Kind::Proof | Kind::Example | Kind::Exercise | Kind::Caption)
    );
    let key = key(text, &defined);
    // “X heißt glatt, wenn X eine glatte Kurve ist” says nothing.
    let places = (0..sentence.words.len()).map(|at| at..at + key.len());
    let named = places.filter(|place| mentions::stands_at(sentence, place, &key));
    if defined.words.start > SUBJECT_BEFORE && named.count() > 1 {
        return None;
    }
    let unknown = introduced::has_unknown_subject(text, sentence, &defined.words);
    if defined.strength < STRENGTH_MIN || !kind || unknown || !name::is_name(text, &defined) {
        None
    } else if let Some(cut) = quotation::cut(text, &defined) {
        Some(cut)
    } else if alone::is_complete(text, &text.sentences[defined.sentence]) {
        Some(defined)
    } else if text.sentences[defined.sentence].open {
        quotation::listed(text, &defined)
    } else if defined.strength >= NAMED {
        quotation::joined(text, &defined)
    } else {
        None
    }
}

fn key(text: &Text, defined: &Defined) -> Vec<WordId> {
    let words = &text.sentences[defined.sentence].words[defined.words.clone()];
    words.iter().map(|word| word.stem).collect()
}

/// Of several definitions the one the author labels so or that is about nothing else, then
/// the surest, then the first.
fn worth(text: &Text, defined: &Defined) -> (u8, Reverse<usize>) {
    let sentence = &text.sentences[defined.sentence];
    let labelled = u8::from(sentence.kind == Some(Kind::Definition));
    let subject = u8::from(defined.words.start <= SUBJECT_BEFORE);
    (
        defined.strength + 2 * labelled + 2 * subject,
        Reverse(defined.sentence),
    )
}

fn entry(text: &Text, defined: &Defined, mentions: &[Mention]) -> Option<GlossaryEntry> {
    let sentence = &text.sentences[defined.sentence];
    let term = sentence.written(&defined.words)?.to_owned();
    Some(GlossaryEntry {
        forms: forms(text, mentions, &term),
        sentence: sentence.quote.clone(),
        pages: sentence.pages,
        strength: defined.strength,
        common: is_common(text, mentions),
        seldom: mentions.len() < SELDOM,
        term,
    })
}

/// Whether a good part of the document's sections use a term.
fn is_common(text: &Text, mentions: &[Mention]) -> bool {
    let part = |mention: &Mention| text.sentences.get(mention.sentence).map(|found| found.part);
    let used: HashSet<_> = mentions.iter().filter_map(part).collect();
    let all: HashSet<_> = text.own().iter().map(|sentence| sentence.part).collect();
    let many = mentions.len() >= mentions::MENTIONS_MAX;
    all.len() >= SECTIONS_MIN && (many || used.len() * COMMON > all.len())
}

/// The other forms a term is printed in, the commonest first.
fn forms(text: &Text, mentions: &[Mention], term: &str) -> Vec<String> {
    let written = |mention: &Mention| {
        let written = text.sentences[mention.sentence].written(&mention.words);
        written.filter(|written| *written != term)
    };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for form in mentions.iter().filter_map(written) {
        *counts.entry(form).or_default() += 1;
    }
    let mut forms: Vec<_> = counts.into_iter().collect();
    forms.sort_by(|(left, a), (right, b)| b.cmp(a).then(left.cmp(right)));
    let mut known = HashSet::from([term.to_lowercase()]);
    forms
        .into_iter()
        .filter(|(form, _)| known.insert(form.to_lowercase()))
        .map(|(form, _)| form.to_owned())
        .take(FORMS_MAX)
        .collect()
}

#[cfg(test)]
mod tests;
