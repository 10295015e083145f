//! Names of what is explained without a sentence: entries of lists, headings.

use crate::extractive::definitions::Found;
use crate::extractive::nouns;
use crate::extractive::telling;
use crate::extractive::text::{Sentence, words_in};
use crate::extractive::word::Role;

/// How surely an entry or the points under a heading say what something is.
const STRENGTH: u8 = 3;
/// Words of an entry's name at most.
const NAME_MAX: usize = 4;
/// Words that carry meaning behind it, at least.
const TOLD_MIN: usize = 3;
/// What parts a name from what it is.
const PARTING: [&str; 4] = [": ", " – ", " — ", "："];

/// The term of “Term: what it is”.
pub(super) fn term(sentence: &Sentence) -> Option<Found> {
    let plain = &sentence.plain;
    let parting = PARTING.iter().filter_map(|mark| {
        let at = plain.find(mark)?;
        Some((at, at + mark.len()))
    });
    let (end, rest) = parting.min()?;
    let run = words_in(&sentence.words, &(0..end))?;
    let from = sentence
        .words
        .partition_point(|word| word.range.start < rest);
    let told = sentence.words.get(from..)?;
    // “Formats: PDF, DVI” lists, “Goal: see above” has no more to say.
    let grammar = told.iter().any(|word| word.role == Role::Stop);
    let words = sentence.words.get(run.clone())?;
    let noun = words.iter().all(|word| word.role != Role::Symbol) && telling::meaning(words) > 0;
    let opens = words.first().is_some_and(|word| word.role != Role::Stop);
    // “(atTop : Filter N), made of”: nothing else stands before the mark.
    let bounds = words.first()?.range.start..words.last()?.range.end;
    let named = noun
        && opens
        && bounds == (0..end)
        && words.len() <= NAME_MAX
        && !plain.get(..end)?.contains(',');
    let says = telling::meaning(told) >= TOLD_MIN && grammar && !plain.ends_with(':');
    (run.start == 0 && named && says).then_some((run, STRENGTH))
}

/// What a heading names, if it names one thing.
pub(super) fn title(sentence: &Sentence) -> Option<Found> {
    let run = nouns::trimmed(&sentence.words, 0..sentence.words.len())?;
    let whole = run.len() == sentence.words.len();
    let noun = sentence.words.iter().all(|word| word.role != Role::Stop);
    (whole && noun && run.len() <= NAME_MAX).then_some((run, STRENGTH))
}
