//! Names that a text gives to what it has just told of: “… Such a process is called linear.”

use std::ops::Range;

use crate::extractive::alone;
use crate::extractive::cues;
use crate::extractive::definitions::{Cues, Found};
use crate::extractive::labels::Kind;
use crate::extractive::text::{Sentence, Text};

/// How surely a sentence gives a name.
const NAMES: u8 = 3;
/// Sentences before it that are quoted, at most.
const BEFORE_MAX: usize = 2;

/// The sentences to quote together, the last of which gives the names, with these.
pub(super) fn find(text: &Text, cues: &Cues) -> Vec<(Range<usize>, Vec<Found>)> {
    let numbered = text.own().iter().enumerate();
    numbered
        .filter(|(_, sentence)| gives_name(text, sentence))
        .filter_map(|(at, sentence)| {
            let mut terms = cues.terms(text, sentence);
            terms.retain(|&(_, strength)| strength >= NAMES);
            let run = run(text, at).filter(|_| !terms.is_empty())?;
            Some((run, terms))
        })
        .collect()
}

/// Whether a sentence says in so many words that it gives a name, and needs others for that.
fn gives_name(text: &Text, sentence: &Sentence) -> bool {
    let apart = matches!(
        sentence.kind,
        Some(Kind::Definition | Kind::Proof | Kind::Exercise)
    );
    let closed = !sentence.open && !sentence.plain.ends_with('?');
    let lower = sentence.plain.to_lowercase();
    cues::is_naming(&lower, text.lexicon.language)
        && !apart
        && closed
        && !sentence.is_about_the_book()
        && !alone::is_complete(text, sentence)
}

/// The sentence and those right before it, as far as they are clear one after another.
fn run(text: &Text, last: usize) -> Option<Range<usize>> {
    let follows = |&at: &usize| {
        let [before, after] = [&text.sentences[at], &text.sentences[at + 1]];
        let item = |sentence: &Sentence| {
            let passage = text.passages.get(sentence.paragraph);
            passage.is_some_and(|passage| passage.item)
        };
        let next = before.paragraph + 1 == after.paragraph
            && is_last(text, before)
            && after.place == 0
            && !item(after);
        let parted = text.codes.iter().any(|code| code.at == at + 1);
        (before.is_followed_by(after) || (next && !parted)) && is_clear(text, before)
    };
    let before = (0..last).rev().take(BEFORE_MAX).take_while(follows);
    let first = before.last().unwrap_or(last);
    // What points back at its head points out of the quotation.
    let mut starts = (first..last).filter(|&at| text.sentences[at].stands_alone());
    let first = starts.next()?;
    is_clear(text, &text.sentences[last]).then_some(first..last + 1)
}

/// Whether nothing of its paragraph stands behind it, not even what is no sentence.
fn is_last(text: &Text, sentence: &Sentence) -> bool {
    let passage = text.passages.get(sentence.paragraph);
    let rest = passage.and_then(|passage| passage.plain.get(sentence.range.end..));
    rest.is_some_and(|rest| rest.trim().is_empty())
}

fn is_clear(text: &Text, sentence: &Sentence) -> bool {
    alone::is_clear_after(text, sentence)
}
