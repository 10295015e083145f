//! The terms of a text: what its concepts are chosen from.

use std::collections::HashMap;
use std::ops::Range;

use super::definitions;
use super::keyphrases;
use super::mentions::{Index, Mention};
use super::names;
use super::nouns;
use super::text::{Sentence, Text, words_in};
use super::word::{Role, Word, WordId};

/// What a definition is worth, by how surely it defines.
const DEFINED: [f32; 6] = [0.0, 1.0, 2.5, 4.0, 4.5, 5.0];
/// Share of it where another section defines the term.
const FOREIGN: f32 = 0.4;
/// The same of a term that all of the document uses.
const COMMON: f32 = 0.1;
/// Terms kept of one text: the best by score.
const TERMS_MAX: usize = 240;

/// A word or phrase that means something of its own in the text.
#[derive(Debug, Clone)]
pub(super) struct Term {
    /// As printed, without Markdown.
    pub name: String,
    /// Its stems.
    pub key: Vec<WordId>,
    /// Its roots.
    pub roots: Vec<WordId>,
    /// How much it deserves to be a concept.
    pub score: f32,
    /// Where it is defined, surest first: sentence and how surely.
    pub definitions: Vec<(usize, u8)>,
    /// Where it stands, in order.
    pub mentions: Vec<Mention>,
    /// The first heading that names it.
    pub heading: Option<usize>,
}

impl Term {
    /// Whether the text itself uses it, not only the glossary.
    pub(super) fn is_used(&self, text: &Text) -> bool {
        let first = self.mentions.first();
        let framed = |&(sentence, _): &(usize, u8)| text.is_framed(sentence);
        self.heading.is_some()
            || first.is_some_and(|mention| mention.sentence < text.own)
            || self.definitions.iter().any(framed)
    }

    /// Whether all that it is made of is in another, in whatever form.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        contains(&other.key, &self.key) || self.roots.iter().all(|root| other.roots.contains(root))
    }
}

#[cfg(test)]
impl Term {
    /// A term of which only the name is known.
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            key: Vec::new(),
            roots: Vec::new(),
            score: 0.0,
            definitions: Vec::new(),
            mentions: Vec::new(),
            heading: None,
        }
    }
}

/// The terms of a text, best first.
pub(super) fn find(text: &mut Text) -> Vec<Term> {
    let mut drafts = Drafts::default();
    let defined = definitions::find(text);
    for found in defined {
        let sentence = &text.sentences[found.sentence];
        let draft = drafts.of(&sentence.words[found.words.clone()]);
        draft.definitions.push((found.sentence, found.strength));
    }
    add_headings(text, &mut drafts);
    add_emphasised(text, &mut drafts);
    for phrase in keyphrases::find(text) {
        let sentence = &text.sentences[phrase.sentence];
        drafts.of(&sentence.words[phrase.words]).phrase = phrase.score;
    }
    let index = Index::new(text);
    let mut terms: Vec<_> = drafts
        .best(text)
        .into_iter()
        .filter_map(|draft| draft.into_term(text, &index))
        .collect();
    terms.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| first_place(a).cmp(&first_place(b)))
    });
    terms.truncate(TERMS_MAX);
    without_parts(terms)
}

/// Where a term first stands.
pub(super) fn first_place(term: &Term) -> (usize, usize) {
    let first = term.mentions.first();
    first.map_or((usize::MAX, 0), |mention| {
        (mention.sentence, mention.words.start)
    })
}

#[derive(Default)]
struct Drafts {
    list: Vec<Draft>,
    by_key: HashMap<Vec<WordId>, usize>,
}

#[derive(Default)]
struct Draft {
    key: Vec<WordId>,
    definitions: Vec<(usize, u8)>,
    /// The first heading that names it, and whether it names nothing else.
    heading: Option<(usize, bool)>,
    emphasised: u32,
    code: u32,
    phrase: f32,
}

impl Drafts {
    fn of(&mut self, words: &[Word]) -> &mut Draft {
        let key: Vec<_> = words.iter().map(|word| word.stem).collect();
        let next = self.list.len();
        let place = *self.by_key.entry(key.clone()).or_insert(next);
        if place == next {
            self.list.push(Draft {
                key,
                ..Draft::default()
            });
        }
        &mut self.list[place]
    }

    fn best(self, text: &Text) -> Vec<Draft> {
        let mut list = self.list;
        list.sort_by(|a, b| b.score(text, 0).total_cmp(&a.score(text, 0)));
        list.truncate(TERMS_MAX * 2);
        list
    }
}

/// A heading names its section's concept: as a whole, or in each of its noun phrases.
fn add_headings(text: &Text, drafts: &mut Drafts) {
    for (index, heading) in text.headings.iter().enumerate() {
        let meaning = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
        let mut start = 0;
        while start < heading.words.len() {
            let goes_on = |at: &usize| {
                let word = &heading.words[*at];
                let joined = *at == start || word.joined;
                joined && (meaning(word) || text.lexicon.grammar.is_link(&heading.words, *at))
            };
            let length = (start..heading.words.len()).take_while(goes_on).count();
            let run = nouns::trimmed(&heading.words, start..start + length);
            if let Some(run) = run.filter(|run| run.len() <= nouns::WORDS_MAX) {
                let whole = heading.words.iter().enumerate();
                let others = whole.filter(|(at, word)| meaning(word) && !run.contains(at));
                let alone = others.count() == 0;
                drafts
                    .of(&heading.words[run])
                    .heading
                    .get_or_insert((index, alone));
            }
            start += length.max(1);
        }
    }
}

fn add_emphasised(text: &Text, drafts: &mut Drafts) {
    for sentence in text.own() {
        for mark in text.emphasised(sentence) {
            if let Some(run) = marked_term(sentence, &mark) {
                drafts.of(&sentence.words[run]).emphasised += 1;
            }
        }
        for mark in text.code(sentence) {
            if let Some(run) = marked_term(sentence, &mark) {
                drafts.of(&sentence.words[run]).code += 1;
            }
        }
    }
}

fn marked_term(sentence: &Sentence, mark: &Range<usize>) -> Option<Range<usize>> {
    let run = words_in(&sentence.words, mark)?;
    let run = nouns::trimmed(&sentence.words, run)?;
    (run.len() <= nouns::WORDS_MAX).then_some(run)
}

impl Draft {
    fn into_term(mut self, text: &Text, index: &Index) -> Option<Term> {
        let mentions = index.mentions(&self.key, text);
        self.definitions
            .sort_by_key(|&(sentence, strength)| (std::cmp::Reverse(strength), sentence));
        self.definitions.dedup_by_key(|&mut (sentence, _)| sentence);
        let sure = self
            .definitions
            .first()
            .filter(|&&(_, strength)| strength > 2);
        let defined = sure.map(|&(sentence, _)| sentence);
        let name = names::choose(text, index, &mentions, defined)?;
        let own = mentions.partition_point(|mention| mention.sentence < text.own);
        Some(Term {
            score: self.score(text, own),
            roots: roots(text, mentions.first()?),
            key: self.key,
            definitions: self.definitions,
            heading: self.heading.map(|(heading, _)| heading),
            mentions,
            name,
        })
    }

    /// What it is worth with so many mentions in the text itself.
    fn score(&self, text: &Text, mentions: usize) -> f32 {
        let defined = self
            .definitions
            .first()
            .map_or(0.0, |&(sentence, strength)| {
                let worth = DEFINED[usize::from(strength).min(5)];
                worth * nearness(text, sentence)
            });
        let heading = match self.heading {
            Some((_, true)) => 3.0,
            Some((_, false)) => 1.5,
            None => 0.0,
        };
        // Teachers print a term in italics where they introduce it.
        let emphasised = if self.emphasised > 0 { 2.5 } else { 0.0 };
        let code = if self.code > 0 { 0.8 } else { 0.0 };
        let often = (1.0 + mentions as f32).ln() * 0.6;
        defined + heading + emphasised + code + self.phrase.min(4.0) + often
    }
}

/// Share of a definition's worth, by where it stands.
fn nearness(text: &Text, sentence: usize) -> f32 {
    if text.is_near(sentence) {
        1.0
    } else if text.common.contains(&sentence) {
        COMMON
    } else {
        FOREIGN
    }
}

fn roots(text: &Text, mention: &Mention) -> Vec<WordId> {
    let words = text.sentences[mention.sentence]
        .words
        .get(mention.words.clone());
    words
        .unwrap_or_default()
        .iter()
        .map(|word| word.root)
        .collect()
}

/// Drops terms that stand only within longer ones of the list.
fn without_parts(terms: Vec<Term>) -> Vec<Term> {
    let covered = |term: &Term| {
        let longer: Vec<_> = terms
            .iter()
            .filter(|other| other.key.len() > term.key.len() && contains(&other.key, &term.key))
            .collect();
        term.mentions.iter().all(|mention| {
            longer.iter().any(|other| {
                other.mentions.iter().any(|around| {
                    around.sentence == mention.sentence
                        && around.words.start <= mention.words.start
                        && mention.words.end <= around.words.end
                })
            })
        })
    };
    let kept: Vec<_> = terms.iter().map(|term| !covered(term)).collect();
    let mut kept = kept.into_iter();
    terms
        .into_iter()
        .filter(|_| kept.next().unwrap_or(false))
        .collect()
}

/// Whether one key stands within another.
pub(super) fn contains(long: &[WordId], short: &[WordId]) -> bool {
    !short.is_empty() && long.windows(short.len()).any(|window| window == short)
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    fn names(markdown: &str) -> Vec<String> {
        let mut text = text(markdown);
        find(&mut text).into_iter().map(|term| term.name).collect()
    }

    #[test]
    fn a_defined_term_with_a_heading_comes_first() {
        let names = names(
            "# Metric spaces\n\nA metric space is a set with a distance between its points. In \
             every metric space the triangle inequality holds for all points.",
        );
        assert_eq!(names[0], "metric space");
    }

    #[test]
    fn a_word_that_stands_only_in_longer_terms_is_none() {
        let names = names(
            "The triangle inequality holds in the plane of points. By the triangle inequality a \
             detour is longer. The triangle inequality is a law of all distances.",
        );
        assert!(names.contains(&"triangle inequality".to_owned()));
        assert!(!names.contains(&"inequality".to_owned()));
    }
}
