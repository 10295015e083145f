//! Definitions by how they are set or built: under a label, as an entry of a list, as what
//! something of a kind does.

use std::ops::Range;

use super::Found;
use crate::extractive::labels::{self, Kind};
use crate::extractive::language::Language;
use crate::extractive::nouns;
use crate::extractive::telling;
use crate::extractive::text::{Sentence, Text, words_in};
use crate::extractive::word::Role;

/// Words that carry meaning behind the name of an entry.
const LEAD_MIN: usize = 3;
/// Verbs so common that they count as grammar.
const PLAIN_VERBS: [&str; 8] = [
    "gives", "takes", "makes", "keeps", "gets", "uses", "needs", "says",
];
/// Place of the verb in a sentence on what something does, at most.
const DEED_AT_MAX: usize = 4;

/// “Definition 3: A *group* is …”: what a definition emphasises, it defines.
pub(super) fn by_label(text: &Text, sentence: &Sentence) -> Vec<Found> {
    if sentence.kind != Some(Kind::Definition) {
        return Vec::new();
    }
    let marked = text.emphasised(sentence);
    let titled = title(text, sentence).and_then(|title| place_of(sentence, title));
    let terms = marked.chain(titled);
    terms
        .filter_map(|mark| words_in(&sentence.words, &mark))
        .filter(|run| sentence.words.get(run.clone()).is_some_and(nouns::is_term))
        .map(|run| (run, 5))
        .collect()
}

/// “**Group**: a set with …”: what opens an entry of a list of terms.
pub(super) fn by_lead(text: &Text, sentence: &Sentence) -> Option<Found> {
    let mark = text
        .emphasised(sentence)
        .next()
        .filter(|mark| mark.start == 0)?;
    let run = words_in(&sentence.words, &mark)?;
    let rest = sentence.plain.get(mark.end..)?.trim_start();
    let colon = sentence.plain.get(mark.clone())?.trim_end().ends_with(':');
    let led = colon || rest.starts_with([':', '–', '—', '：']);
    let words = sentence.words.get(run.clone())?;
    let told = telling::meaning(sentence.words.get(run.end..)?) >= LEAD_MIN;
    (led && told && nouns::is_term(words)).then_some((run, 4))
}

/// “A painter draws an image that …”: what something of a kind does.
pub(super) fn by_deed(text: &Text, sentence: &Sentence) -> Option<Found> {
    let words = &sentence.words;
    let written = |at: usize| {
        let word = words.get(at).filter(|word| at == 0 || word.joined);
        word.and_then(|word| sentence.plain.get(word.range.clone()))
    };
    let english = text.lexicon.language == Language::English;
    let kind = english && matches!(written(0)?, "A" | "An");
    let means = |at: usize| matches!(words[at].role, Role::Content | Role::Weak);
    let verb = (2..=DEED_AT_MAX.min(words.len().checked_sub(2)?)).find(|&at| {
        let plain = written(at).is_some_and(|word| PLAIN_VERBS.contains(&word));
        let third = written(at).is_some_and(|word| {
            word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
        });
        let object = words[at + 1].joined && text.lexicon.grammar.is_determiner(&words[at + 1]);
        object && (plain || (third && means(at)))
    })?;
    let term = 1..verb;
    let told = telling::meaning(words.get(verb + 1..)?) >= LEAD_MIN;
    let whole = term.clone().all(means) && nouns::is_term(&words[term.clone()]);
    (kind && whole && told).then_some((term, 3))
}

/// The title that the label of a sentence's paragraph or heading carries.
fn title<'a>(text: &'a Text, sentence: &Sentence) -> Option<&'a str> {
    let heading = sentence.heading.and_then(|at| text.headings.get(at));
    let passage = text.passages.get(sentence.paragraph);
    let labelled = [
        passage.map(|passage| &passage.plain),
        heading.map(|heading| &heading.plain),
    ];
    labelled.into_iter().flatten().find_map(|plain| {
        let title = labels::parse(plain)?.title?;
        plain.get(title)
    })
}

/// Where a title stands in a sentence, in whatever capitals.
fn place_of(sentence: &Sentence, title: &str) -> Option<Range<usize>> {
    let lower = sentence.plain.to_lowercase();
    // Lower case may have other lengths; then the place is not known.
    let at = lower.find(&title.to_lowercase())?;
    (lower.len() == sentence.plain.len()).then_some(at..at + title.len())
}
