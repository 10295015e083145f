//! Which sentences define which terms.

use std::ops::Range;

use super::cues::{self, Shape};
use super::labels::Kind;
use super::language::{Language, is_hiragana};
use super::lexicon::Lexicon;
use super::nouns;
use super::text::{Sentence, Text};
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

/// Words within which more is told of a noun.
const TOLD_WITHIN: usize = 6;
/// Strength up to which a cue alone does not define.
const WEAK: u8 = 2;

/// A cue as words to compare.
struct Cue {
    shape: Shape,
    strength: u8,
    first: Vec<WordId>,
    second: Vec<WordId>,
}

/// All definitions of a text, in order.
pub(super) fn find(text: &mut Text) -> Vec<Defined> {
    let cues = compile(&mut text.lexicon);
    let mut found = Vec::new();
    for (index, sentence) in text.sentences.iter().enumerate() {
        if sentence.plain.ends_with('?') {
            continue;
        }
        let mut terms = by_cues(text, sentence, &cues);
        terms.extend(by_script(sentence));
        terms.extend(by_label(text, sentence));
        for (words, strength) in terms {
            found.push(Defined {
                sentence: index,
                words,
                strength,
            });
        }
    }
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

type Found = (Range<usize>, u8);

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
            let after = place + cue.first.len();
            let weak = cue.strength <= WEAK && !is_noun_at(sentence, after, &text.lexicon);
            let term = emphasised_in(&run, &marks).unwrap_or(run);
            let known = found.iter().any(|(known, _)| *known == term);
            if !weak && !known && !is_adverb(sentence, &term) {
                // “The key point of a plan is the” defines no “key point”.
                let tailed = cue.shape == Shape::Before && has_tail(words, &term, place);
                let strength = if tailed { WEAK } else { cue.strength };
                found.push((term, strength));
            }
        }
    }
    found
}

/// Whether more than letters stands between a term and its verb.
fn has_tail(words: &[Word], term: &Range<usize>, verb: usize) -> bool {
    let between = words.get(term.end..verb).unwrap_or_default();
    between.iter().any(|word| word.role != Role::Symbol)
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
        Shape::After => Some(named(
            nouns::run_after(words, after, lexicon)?,
            words,
            lexicon,
        )),
        Shape::Before => nouns::subject_before(words, place, lexicon),
        Shape::Apposition => nouns::run_before(words, place, lexicon),
        Shape::Last => last_noun(words, after, lexicon),
        Shape::Between => {
            let run = nouns::run_after(words, after, lexicon)?;
            let closed = |at: &usize| stands_at(words, *at, &cue.second);
            let end = (run.start + 1..=run.end).find(closed)?;
            Some(named(run.start..end, words, lexicon))
        }
    }
}

/// In “Grenzwert der Folge”, what is named is the first word.
fn named(run: Range<usize>, words: &[Word], lexicon: &Lexicon) -> Range<usize> {
    let genitive = |at: &usize| words.get(*at).is_some_and(|word| word.role == Role::Stop);
    match run.clone().find(genitive) {
        Some(at) if lexicon.language == Language::German => run.start..at,
        _ => run,
    }
}

/// The last noun phrase of the clause that begins at `from`: what something is called.
fn last_noun(words: &[Word], from: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let clause = words.get(from..)?;
    let goes_on = |at: &usize| {
        let word = &clause[*at];
        let grammar = word.role == Role::Stop;
        word.joined
            && (!grammar
                || lexicon.grammar.is_determiner(word)
                || lexicon.grammar.is_link(clause, *at))
    };
    let length = 1 + (1..clause.len()).take_while(goes_on).count();
    let end = from + length.min(12);
    let article = (from + 1..end)
        .rev()
        .find(|&at| lexicon.grammar.is_determiner(&words[at]))?;
    let run = nouns::run_after(words, article, lexicon)?;
    (run.end <= end).then_some(run)
}

/// Whether a noun phrase that says what something is follows: “are cells that” may
/// define, “are divided” and “are small” do not.
fn is_noun_at(sentence: &Sentence, at: usize, lexicon: &Lexicon) -> bool {
    let words = sentence.words.get(at..).unwrap_or_default();
    words.first().is_some_and(|word| {
        let participle = sentence.plain[word.range.clone()].ends_with("ed");
        let noun = word.role != Role::Stop && !participle;
        let told = words
            .iter()
            .take(TOLD_WITHIN)
            .skip(1)
            .any(|word| lexicon.grammar.extends_nouns(word));
        word.joined && (noun || lexicon.grammar.is_determiner(word)) && told
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

/// “Definition 3: A *group* is …”: what a definition emphasises, it defines.
fn by_label(text: &Text, sentence: &Sentence) -> Vec<Found> {
    if sentence.kind != Some(Kind::Definition) {
        return Vec::new();
    }
    let marked = text.emphasised(sentence);
    let terms = marked.filter_map(|mark| words_in(&sentence.words, &mark));
    terms
        .filter(|run| sentence.words.get(run.clone()).is_some_and(nouns::is_term))
        .map(|run| (run, 5))
        .collect()
}

/// The words that lie in a range of the text.
pub(super) fn words_in(words: &[Word], range: &Range<usize>) -> Option<Range<usize>> {
    let start = words.partition_point(|word| word.range.start < range.start);
    let end = words.partition_point(|word| word.range.end <= range.end);
    (start < end && end - start <= 12).then_some(start..end)
}

/// Definitions in Japanese and Chinese, whose words are not parted by spaces.
fn by_script(sentence: &Sentence) -> Vec<Found> {
    let text = &sentence.plain;
    let clause = |end: usize| {
        text[..end]
            .rfind(['、', '，', '。', '：'])
            .map_or(0, |at| at + 3)
    };
    let mut ranges = Vec::new();
    for (cue, strength) in [
        ("とは", 5),
        ("是指", 5),
        ("是一种", 4),
        ("是一個", 3),
        ("是一个", 3),
    ] {
        ranges.extend(text.find(cue).map(|at| (clause(at)..at, strength)));
    }
    if text.ends_with("である。") || text.ends_with("です。") {
        let subject = text
            .find('は')
            .filter(|&at| !text[..at].contains('、') && !text[..at].ends_with('と'));
        ranges.extend(subject.map(|at| (0..at, 3)));
    }
    for cue in ["と呼ぶ", "と呼ばれ", "とよぶ", "という。"] {
        if let Some(at) = text.find(cue) {
            let start = text[..at].rfind(['を', 'は', '、']).map_or(0, |at| at + 3);
            ranges.push((start..at, 5));
        }
    }
    for cue in ["称为", "稱為", "叫做", "称作"] {
        if let Some(at) = text.find(cue).map(|at| at + cue.len()) {
            let end = text[at..]
                .find(['，', '。', '、', '；'])
                .map_or(text.len(), |end| at + end);
            ranges.push((at..end, 5));
        }
    }
    ranges
        .into_iter()
        .filter(|(range, _)| is_cjk_term(&text[range.clone()]))
        .filter_map(|(range, strength)| Some((words_in(&sentence.words, &range)?, strength)))
        .collect()
}

fn is_cjk_term(text: &str) -> bool {
    let characters = text.chars().count();
    let grammar = text.chars().filter(|&c| is_hiragana(c)).count();
    (2..=12).contains(&characters) && grammar * 2 < characters
}
