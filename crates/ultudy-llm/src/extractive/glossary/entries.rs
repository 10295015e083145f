//! The entries of a document's glossary that a text needs, among its sentences.

use std::collections::HashSet;

use ultudy_domain::glossary::GlossaryEntry;

use super::{named, quotation};
use crate::extractive::definitions::Defined;
use crate::extractive::mentions::{self, Index};
use crate::extractive::text::{Origin, Text};
use crate::extractive::word::WordId;

/// Entries of a lesson at most, of those that define and of those that only speak of their
/// term: each term is compared with each other.
const DEFINED_MAX: usize = 80;
const NAMED_MAX: usize = 60;

/// Adds the entries whose terms the text uses, then those of the nearest pages, in the
/// document's order; but not the text's own sentences once more.
pub(in crate::extractive) fn append(text: &mut Text, glossary: &[GlossaryEntry]) {
    let own = text.own().iter();
    let own: HashSet<_> = own.map(|sentence| sentence.plain.to_lowercase()).collect();
    let keys: Vec<_> = glossary
        .iter()
        .map(|entry| key(text, &entry.term))
        .collect();
    for at in chosen(text, glossary, &keys) {
        push(text, &glossary[at], &keys[at], &own);
    }
}

fn key(text: &mut Text, term: &str) -> Vec<WordId> {
    let words = text.lexicon.words(term);
    words.iter().map(|word| word.stem).collect()
}

fn chosen(text: &Text, glossary: &[GlossaryEntry], keys: &[Vec<WordId>]) -> Vec<usize> {
    let index = Index::new(text);
    let pages = text.pages;
    let mut order: Vec<_> = glossary
        .iter()
        .zip(keys)
        .enumerate()
        .map(|(at, (entry, key))| {
            let unused = index.mentions(key, text).is_empty();
            (unused, distance(pages, entry.pages), at)
        })
        .collect();
    order.sort_unstable();
    let at = order.into_iter().map(|(.., at)| at);
    let (mut chosen, mut named): (Vec<_>, Vec<_>) = at.partition(|&at| defines(&glossary[at]));
    chosen.truncate(DEFINED_MAX);
    named.truncate(NAMED_MAX);
    chosen.extend(named);
    chosen.sort_unstable();
    chosen
}

/// Whether an entry says what its term is.
fn defines(entry: &GlossaryEntry) -> bool {
    entry.strength > named::SPEAKS
}

/// Pages between two places; none where they touch.
fn distance(left: [u32; 2], right: [u32; 2]) -> u32 {
    let gap = left[0].saturating_sub(right[1]);
    gap.max(right[0].saturating_sub(left[1]))
}

/// Adds a quotation and what it defines; none that acts or does not name its term.
fn push(
    text: &mut Text,
    entry: &GlossaryEntry,
    key: &[WordId],
    own: &HashSet<String>,
) -> Option<()> {
    let (sentence, passage) =
        quotation::read(text, &entry.sentence, entry.pages, Origin::Glossary)?;
    let lower = sentence.plain.to_lowercase();
    let known = own.contains(&lower);
    if known && defines(entry) {
        return None;
    }
    let words = (0..sentence.words.len())
        .map(|start| start..start + key.len())
        .find(|place| !key.is_empty() && mentions::stands_at(&sentence, place, key))?;
    let own = || {
        text.own()
            .iter()
            .position(|own| own.plain.to_lowercase() == lower)
    };
    let at = if known { own()? } else { text.sentences.len() };
    text.defined.push(Defined {
        sentence: at,
        words,
        strength: entry.strength,
    });
    if known {
        return Some(());
    }
    if entry.seldom {
        text.seldom.push(text.sentences.len());
    }
    if entry.common {
        text.common.push(text.sentences.len());
    }
    text.sentences.push(sentence);
    text.passages.push(passage);
    Some(())
}
