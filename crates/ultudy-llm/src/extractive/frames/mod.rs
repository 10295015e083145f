//! What a text sets apart to explain a term: a labelled definition, an entry of a list, the
//! points under a heading. All of it is quoted, so that nothing in it needs the rest.

mod collect;
mod entry;
mod named;

use std::ops::Range;

use ultudy_domain::check_in::TextCheckInContent;

use super::alone;
use super::definitions::{Cues, Defined, Found};
use super::keyphrases;
use super::labels::Kind;
use super::legible;
use super::nouns;
use super::passage::Passage;
use super::phrases::{Phrases, fill};
use super::quotable;
use super::quotes::{escaped, passages};
use super::reading;
use super::study::{Study, Support};
use super::telling;
use super::text::{Origin, Sentence, Text, fold};
use super::word::{Role, Word};

pub(super) use collect::Collector;

/// Characters of what is quoted.
const LENGTH: std::ops::RangeInclusive<usize> = 40..=800;
/// Passages of it at most.
const PASSAGES_MAX: usize = 10;
/// Points under a heading, at least.
const POINTS_MIN: usize = 2;
/// Key points of a question about it.
const KEY_POINTS: std::ops::RangeInclusive<usize> = 2..=6;
/// How surely a sentence says outright that it gives a name.
const OUTRIGHT: u8 = 5;
/// Marks that are no part of a name.
const MARKS: [char; 12] = [':', '=', '/', '(', ')', '[', ']', '.', '|', '…', '#', '?'];

/// How a text sets it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// “Definition 3”, with all that stands under it.
    Definition,
    /// “Term: what it is”, in a list.
    Entry,
    /// What was told of before it is given its name.
    Named,
    /// A heading, and a list of points under it.
    Outline,
}

/// Passages that are set apart.
#[derive(Debug, Clone)]
pub(super) struct Apart {
    /// How.
    pub shape: Shape,
    /// Numbers of the passages.
    pub passages: Range<usize>,
    /// The heading whose name the passages explain.
    pub heading: Option<Passage>,
    /// The part of the lesson they stand in.
    pub part: usize,
}

/// What explains a term, whole.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// How it is set apart.
    pub shape: Shape,
    /// What has the term, as a sentence of the text.
    pub sentence: usize,
    /// The quotation, paragraph by paragraph, each with its page.
    pub quote: String,
    /// The same without pages.
    pub bare: String,
    /// First and last page.
    pub pages: [u32; 2],
    /// What an answer should have of it.
    pub key_points: Vec<String>,
}

impl Frame {
    /// The question what a term is, to answer in one's own words.
    pub(super) fn question(&self, phrases: &Phrases, name: &str) -> TextCheckInContent {
        TextCheckInContent {
            question: fill(phrases.explain, &[&escaped(name)]),
            expected_answer: self.bare.clone(),
            key_points: self.key_points.clone(),
            pages: self.pages,
        }
    }

    /// The text's sentences that the quotation has.
    pub(super) fn sentences_of(&self, study: &Study, support: &[Support]) -> Vec<usize> {
        let own = support.iter().map(|found| found.sentence);
        own.filter(|&at| self.bare.contains(&study.sentence(at).quote))
            .collect()
    }
}

/// Adds to a text the frames that explain a term, each with a sentence behind the text's own
/// that is taken to define it.
pub(super) fn append(text: &mut Text) {
    let cues = Cues::of(&mut text.lexicon);
    for found in std::mem::take(&mut text.apart) {
        add(text, &cues, &found);
    }
    for (run, terms) in named::find(text, &cues) {
        let last = run.end - 1;
        let points = text.sentences.get(run).unwrap_or_default().to_vec();
        let Some(sentence) = points.last().cloned() else {
            continue;
        };
        for term in terms {
            if is_name(text, &sentence, &term) {
                frame(text, Shape::Named, &points, last, sentence.written(&term.0));
            }
        }
    }
}

fn add(text: &mut Text, cues: &Cues, found: &Apart) {
    let points: Vec<_> = found
        .passages
        .clone()
        .filter_map(|at| sentence(text, at, found))
        .collect();
    if !is_whole(text, found, &points) {
        return;
    }
    let title = found.heading.clone().and_then(|heading| {
        text.passages.push(heading);
        sentence(text, text.passages.len() - 1, found)
    });
    let named: Vec<_> = title.iter().chain(&points).cloned().collect();
    for sentence in named {
        let terms: Vec<Found> = match found.shape {
            Shape::Definition | Shape::Named => cues.terms(text, &sentence),
            Shape::Entry => entry::term(&sentence).into_iter().collect(),
            Shape::Outline => entry::title(&sentence).into_iter().collect(),
        };
        for term in terms {
            if is_name(text, &sentence, &term) {
                push(text, found.shape, &sentence, &points, term);
            }
        }
        if found.shape == Shape::Outline {
            break;
        }
    }
}

/// A whole passage as a sentence.
fn sentence(text: &mut Text, at: usize, found: &Apart) -> Option<Sentence> {
    let passage = text.passages.get(at)?;
    let range = 0..passage.plain.trim_end().len();
    let words = reading::words_of(passage, &range, &mut text.lexicon);
    Some(Sentence {
        origin: Origin::Section,
        plain: passage.plain.get(range.clone())?.to_owned(),
        quote: fold(&passage.markup),
        pages: passage.pages_of(&range),
        part: found.part,
        heading: None,
        kind: (found.shape == Shape::Definition).then_some(Kind::Definition),
        paragraph: at,
        place: 0,
        dependence: 0.0,
        open: false,
        words,
        range,
    })
}

/// Whether all came out of the page as it was printed, can be quoted, and points to nothing
/// else.
fn is_whole(text: &Text, found: &Apart, points: &[Sentence]) -> bool {
    let language = text.lexicon.language;
    let length: usize = points.iter().map(|own| own.plain.chars().count()).sum();
    let all: String = points.iter().map(|own| unlabelled(&own.plain)).collect();
    let least = if found.shape == Shape::Outline {
        POINTS_MIN
    } else {
        1
    };
    // What ends with a colon leads to something that is not here.
    let ended = points.last().is_some_and(|last| !last.plain.ends_with(':'));
    // “γ heißt geschlossen”: a letter that nothing introduces.
    let introduced = points
        .first()
        .is_some_and(|first| !begins_with_letter(first));
    ended
        && introduced
        && (least..=PASSAGES_MAX).contains(&points.len())
        && LENGTH.contains(&length)
        && quotable::is_balanced(&all)
        && points.iter().all(|point| {
            let whole = text.passages.get(point.paragraph);
            // What leads to a list is followed by it.
            let bare = legible::bare(text, point) + alone::ITEM;
            let bare = alone::without_demonstratives(&bare, language);
            // “Let X be” poses no task: what it introduces is used below it.
            let premise = alone::is_premise(&point.plain, language).is_some();
            let head = bare.find(' ').filter(|_| premise).unwrap_or(0);
            whole.is_some_and(quotable::is_plain)
                && !has_address(&point.plain)
                && legible::is_legible(text, point)
                && !alone::points_out(&bare[head..], &text.lexicon)
        })
}

/// Whether a formula opens a sentence, but for its label.
fn begins_with_letter(point: &Sentence) -> bool {
    let label = point.plain.len() - unlabelled(&point.plain).len();
    let mut words = point.words.iter();
    let first = words.find(|word| word.range.start >= label);
    first.is_some_and(|word| word.role == Role::Symbol)
}

/// An item's text without the label that the page gives it: “a) a map is”.
pub(super) fn unlabelled(plain: &str) -> &str {
    let label = plain.split_once(')');
    let (_, text) = label
        .filter(|(label, _)| label.chars().count() <= 2 && label.chars().all(char::is_alphanumeric))
        .unwrap_or(("", plain));
    text
}

/// Whether a text has an address of the web or of a person.
fn has_address(plain: &str) -> bool {
    ["://", "www.", "@"].iter().any(|mark| plain.contains(mark))
}

/// Whether what is explained has a name worth a concept.
fn is_name(text: &Text, sentence: &Sentence, (words, strength): &Found) -> bool {
    let (Some(named), Some(written)) = (sentence.words.get(words.clone()), sentence.written(words))
    else {
        return false;
    };
    // “Analysis: …” may be any; “reference analysis” is one, and so is what “is called” one.
    let own = |word: &Word| word.role == Role::Content && !text.lexicon.is_general(word.root);
    // “$n$-te Gruppe”: a part of a word is no name.
    let before = named
        .first()
        .map_or("", |first| &sentence.plain[..first.range.start]);
    named.len() <= nouns::WORDS_MAX
        && !before.ends_with(['-', '‐', '‑'])
        && (telling::meaning(named) > 1 || named.iter().any(own) || *strength >= OUTRIGHT)
        && !written.contains(MARKS)
}

fn push(
    text: &mut Text,
    shape: Shape,
    sentence: &Sentence,
    points: &[Sentence],
    (words, strength): Found,
) {
    let at = text.sentences.len();
    if frame(text, shape, points, at, sentence.written(&words)) {
        text.defined.push(Defined {
            sentence: at,
            words,
            strength,
        });
        text.sentences.push(sentence.clone());
    }
}

/// Adds a frame of these points for the term that the sentence numbered `sentence` has, if an
/// answer can be measured by it.
fn frame(
    text: &mut Text,
    shape: Shape,
    points: &[Sentence],
    sentence: usize,
    name: Option<&str>,
) -> bool {
    let name = name.unwrap_or_default().to_lowercase();
    let all: Vec<_> = points.iter().collect();
    let key_points = key_points(text, &all, &name);
    let pages = points.iter().map(|point| point.pages);
    let pages = pages.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    let Some(pages) = pages.filter(|_| is_asked(&key_points)) else {
        return false;
    };
    let quotes: Vec<_> = all.iter().map(|point| point.quote.as_str()).collect();
    text.frames.push(Frame {
        shape,
        sentence,
        quote: passages(&all),
        bare: quotes.join(if shape == Shape::Named { " " } else { "\n\n" }),
        pages,
        key_points,
    });
    true
}

/// Whether an answer can be measured by these.
pub(super) fn is_asked(key_points: &[String]) -> bool {
    key_points.len() >= *KEY_POINTS.start()
}

/// The noun phrases of what explains a term, but its own name; their words, where there is but
/// one phrase.
pub(super) fn key_points(text: &Text, points: &[&Sentence], name: &str) -> Vec<String> {
    let phrases = |point: &Sentence| {
        let runs = keyphrases::runs(point, &text.lexicon).into_iter();
        runs.filter_map(|run| nouns::trimmed(&point.words, run))
            .collect()
    };
    let words = |point: &Sentence| {
        let means = |&at: &usize| point.words[at].role == Role::Content;
        let words = (0..point.words.len()).filter(means);
        words.map(|at| at..at + 1).collect()
    };
    let found = listed(points, name, phrases);
    if found.len() < *KEY_POINTS.start() {
        listed(points, name, words)
    } else {
        found
    }
}

/// Ranges of the points' words as written, in lower case, each once.
fn listed(
    points: &[&Sentence],
    name: &str,
    ranges: impl Fn(&Sentence) -> Vec<Range<usize>>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for point in points {
        for range in ranges(point) {
            let lower = point.written(&range).unwrap_or_default().to_lowercase();
            let room = found.len() < *KEY_POINTS.end();
            if room && !lower.is_empty() && !found.contains(&lower) && !name.contains(&lower) {
                found.push(lower);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
