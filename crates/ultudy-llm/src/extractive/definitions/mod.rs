//! Which sentences define which terms.

mod form;

use std::ops::Range;

use super::cues::{self, Shape};
use super::language::Language;
use super::lexicon::Lexicon;
use super::nouns;
use super::telling;
use super::text::{Sentence, Text, words_in};
use super::unspaced;
use super::word::{Role, Word, WordId};

/// A term where a sentence defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Defined {
    /// The sentence.
    pub sentence: usize,
    /// The term's words in it.
    pub words: Range<usize>,
    /// How surely: 5 says so, 2 may.
    pub strength: u8,
}

/// Strength up to which a cue alone does not define.
const WEAK: u8 = 2;

/// A cue as words to compare.
struct Cue {
    shape: Shape,
    strength: u8,
    /// Whether it ends in “are”.
    plural: bool,
    first: Vec<WordId>,
    second: Vec<WordId>,
}

/// The turns of phrase that define, in a text's own numbers.
pub(super) struct Cues(Vec<Cue>);

impl Cues {
    pub(super) fn of(lexicon: &mut Lexicon) -> Self {
        Self(compile(lexicon))
    }

    /// The terms that a sentence defines.
    pub(super) fn terms(&self, text: &Text, sentence: &Sentence) -> Vec<Found> {
        let mut terms = by_cues(text, sentence, &self.0);
        terms.extend(unspaced::definitions(sentence));
        terms.extend(form::by_label(text, sentence));
        terms.extend(form::by_lead(text, sentence));
        terms.extend(form::by_deed(text, sentence));
        terms
    }
}

/// All definitions of a text, in order.
pub(super) fn find(text: &mut Text) -> Vec<Defined> {
    let cues = Cues::of(&mut text.lexicon);
    let mut found = Vec::new();
    for (index, sentence) in text.own().iter().enumerate() {
        if sentence.plain.ends_with('?') {
            continue;
        }
        for (words, strength) in cues.terms(text, sentence) {
            found.push(Defined {
                sentence: index,
                words,
                strength,
            });
        }
    }
    found.extend(text.defined.iter().cloned());
    found
}

fn compile(lexicon: &mut Lexicon) -> Vec<Cue> {
    let mut compiled = Vec::new();
    for cues in cues::definitions(lexicon.language) {
        for turn in cues.turns.split(';') {
            let (first, second) = turn.split_once('|').unwrap_or((turn, ""));
            let mut ids = |half: &str| half.split(' ').map(|word| lexicon.id(word)).collect();
            compiled.push(Cue {
                shape: cues.shape,
                strength: cues.strength,
                plural: turn.ends_with(" are"),
                first: ids(first),
                second: if second.is_empty() {
                    Vec::new()
                } else {
                    ids(second)
                },
            });
        }
    }
    compiled
}

/// A term's words and how surely they are defined.
pub(super) type Found = (Range<usize>, u8);

fn by_cues(text: &Text, sentence: &Sentence, cues: &[Cue]) -> Vec<Found> {
    let words = &sentence.words;
    let marks: Vec<_> = text
        .emphasised(sentence)
        .chain(text.code(sentence))
        .filter_map(|mark| words_in(words, &mark))
        .collect();
    let mut found: Vec<Found> = Vec::new();
    for place in 0..words.len() {
        for cue in cues
            .iter()
            .filter(|cue| stands_at(words, place, &cue.first))
        {
            let Some(run) = term_of(cue, words, place, &text.lexicon) else {
                continue;
            };
            let term = emphasised_in(&run, &marks).unwrap_or(run);
            let known = found.iter().any(|(known, _)| *known == term);
            let strength = strength(text, sentence, cue, &term, place);
            if strength > 0 && !known && !is_adverb(sentence, &term) {
                found.push((term, strength));
            }
        }
    }
    found
}

/// How surely a cue at a place defines a term; 0 if it does not.
fn strength(text: &Text, sentence: &Sentence, cue: &Cue, term: &Range<usize>, place: usize) -> u8 {
    if cue.shape == Shape::Aside && !telling::is_told_aside(sentence, place, term, &text.lexicon) {
        return WEAK;
    }
    // “die eine Kugel enthält, d. h.” explains no noun.
    let noun = sentence
        .words
        .get(term.clone())
        .is_some_and(|words| words.last().is_some_and(|word| word.capital));
    let german = text.lexicon.language == Language::German;
    if cue.shape == Shape::Apposition && german && !noun {
        return 0;
    }
    let subject = matches!(cue.shape, Shape::Before | Shape::Apposition);
    let after = place + cue.first.len();
    if !subject {
        return cue.strength;
    }
    let weak = cue.strength <= WEAK;
    let says = cue.strength > 4 || telling::says_what(sentence, after, &text.lexicon);
    if weak && !(says && is_noun_at(sentence, after, &text.lexicon)) {
        return 0;
    }
    let words = sentence.words.get(term.clone()).unwrap_or_default();
    let general = words.iter().all(|word| text.lexicon.is_general(word.root));
    // “The key point of a plan is the” defines no “key point”, “the slope of a line” does.
    let tailed = cue.shape == Shape::Before && has_tail(&sentence.words, term, place);
    let clause = tailed && has_clause(sentence, term, place);
    let plural = cue.plural && !is_plural_at(sentence, after, &text.lexicon);
    // “Every ring is a group” tells what holds for rings, not what they are.
    let general_law = term.start.checked_sub(1).is_some_and(|before| {
        let written = &sentence.plain[sentence.words[before].range.clone()];
        telling::is_every(&written.to_lowercase())
    });
    if !says || general_law || clause || plural || (tailed && general) {
        0
    } else {
        cue.strength.max(WEAK + 1)
    }
}

/// Whether more than letters stands between a term and its verb.
fn has_tail(words: &[Word], term: &Range<usize>, verb: usize) -> bool {
    let between = words.get(term.end..verb).unwrap_or_default();
    between.iter().any(|word| word.role != Role::Symbol)
}

/// “Saying that x is a”: what stands before the verb is a clause of its own.
fn has_clause(sentence: &Sentence, term: &Range<usize>, verb: usize) -> bool {
    let between = sentence.words.get(term.end..verb).unwrap_or_default();
    between.iter().any(|word| {
        let written = sentence.plain.get(word.range.clone()).unwrap_or_default();
        matches!(
            written,
            "that" | "which" | "who" | "whether" | "dass" | "que" | "qui" | "how"
        )
    })
}

/// The emphasised part of a noun phrase: in “a Lisp *interpreter*” the term.
fn emphasised_in(run: &Range<usize>, marks: &[Range<usize>]) -> Option<Range<usize>> {
    let mut inside = marks
        .iter()
        .filter(|mark| run.start <= mark.start && mark.end <= run.end);
    match (inside.next(), inside.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

fn stands_at(words: &[Word], place: usize, cue: &[WordId]) -> bool {
    words
        .get(place..place + cue.len())
        .is_some_and(|here| here.iter().zip(cue).all(|(word, &form)| word.form == form))
}

fn term_of(cue: &Cue, words: &[Word], place: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let after = place + cue.first.len();
    match cue.shape {
        Shape::After | Shape::Aside => Some(nouns::named(
            nouns::run_after(words, after, lexicon)?,
            words,
            lexicon,
        )),
        Shape::Before => nouns::subject_before(words, place, lexicon),
        Shape::Apposition => nouns::run_before(words, place, lexicon),
        Shape::Last => nouns::last_run(words, after, lexicon),
        Shape::Between => {
            let run = nouns::run_after(words, after, lexicon)?;
            let closed = |at: &usize| stands_at(words, *at, &cue.second);
            let end = (run.start + 1..=run.end).find(closed)?;
            Some(nouns::named(run.start..end, words, lexicon))
        }
        Shape::Said => {
            let closed = |at: &usize| stands_at(words, *at, &cue.second);
            let end = (after..words.len()).find(closed)?;
            let verb = (after..end).rfind(|&at| lexicon.grammar.is_verb(&words[at]))?;
            let run = nouns::run_after(words, verb + 1, lexicon)?;
            (run.end <= end).then(|| nouns::named(run, words, lexicon))
        }
    }
}

/// Whether a noun may stand at a place: “are cells that”, not “are divided into”.
fn is_noun_at(sentence: &Sentence, at: usize, lexicon: &Lexicon) -> bool {
    let word = sentence.words.get(at).filter(|word| word.joined);
    word.is_some_and(|word| {
        let noun = word.role != Role::Stop && is_plural_at(sentence, at, lexicon);
        noun || lexicon.grammar.is_determiner(word)
    })
}

/// Whether the phrase at a place ends as an English plural does: “are cells that”, not “are
/// divided into”, “are flexible enough”. Other languages have an article there.
fn is_plural_at(sentence: &Sentence, at: usize, lexicon: &Lexicon) -> bool {
    let words = sentence.words.get(at..).unwrap_or_default();
    let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
    let phrase = words.iter().take_while(means).enumerate();
    let joined = phrase.take_while(|(at, word)| *at == 0 || word.joined);
    let written = |word: &Word| sentence.plain.get(word.range.clone()).unwrap_or_default();
    lexicon.language != Language::English
        || joined.last().is_some_and(|(_, word)| {
            let last = written(word);
            last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("ous")
        })
}

/// “is called recursively” defines nothing.
fn is_adverb(sentence: &Sentence, term: &Range<usize>) -> bool {
    term.len() == 1
        && sentence
            .words
            .get(term.start)
            .is_some_and(|word| sentence.plain[word.range.clone()].ends_with("ly"))
}

#[cfg(test)]
mod tests;
