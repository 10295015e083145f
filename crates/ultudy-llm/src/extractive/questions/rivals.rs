//! Which terms can stand as a wrong answer beside a right one.

use std::ops::Range;

use super::{Maker, Rigor};
use crate::extractive::language::Language;
use crate::extractive::study::{LASTING, Support};
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// Terms closer than this in a sentence may be two names of one thing.
const APART_MIN: usize = 4;
/// Likeness of two sentences from which on they may say the same.
const SAME: f32 = 0.42;
/// Pairs of definitions compared of two terms.
const PAIRS_MAX: usize = 16;
/// Words on either side that tell what a gap wants.
const COMPANY: usize = 3;
/// Mentions of a term the text speaks of again and again.
const AGAIN: usize = 2;
/// Terms looked at.
const RIVALS_MAX: usize = 60;

/// A term that can stand as a wrong answer.
#[derive(Clone, Copy)]
pub(super) struct Rival<'a> {
    /// Its number.
    pub index: usize,
    /// The term.
    pub term: &'a Term,
    /// What it is in the lesson.
    pub rank: Rank,
    /// Whether the text says something of it that could be asked, too.
    pub told: bool,
    /// How easily it is told from the right answer by its looks.
    unlike: u32,
}

/// What a term is in the lesson, the best rivals first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Concept,
    Term,
    Phrase,
}

impl Maker<'_> {
    /// Terms that are not the subject and do not fit its sentence, the best first.
    pub(super) fn rivals(&self, subject: &Term, asked: &Support) -> Vec<Rival<'_>> {
        let mut rivals: Vec<Rival<'_>> = self
            .rivals
            .iter()
            .take(RIVALS_MAX)
            .enumerate()
            .filter_map(|(place, &index)| {
                let term = self.study.terms.get(index)?;
                let fits = self.is_other(subject, term)
                    && self.is_same_kind(subject, term)
                    && !self.could_fill(index, term, asked)
                    && (self.defines(asked)
                        || self.rigor != Rigor::Defined
                        || !self.are_related(subject, term))
                    && self.is_rival_name(index, term);
                fits.then(|| Rival {
                    index,
                    term,
                    rank: self.rank(place, term),
                    told: self.is_told(index),
                    unlike: unlikeness(subject, term),
                })
            })
            .collect();
        rivals.sort_by_key(|rival| (!rival.told, rival.rank, rival.unlike));
        rivals
    }

    /// Whether both are nouns or neither is, as far as German writing shows it.
    fn is_same_kind(&self, subject: &Term, rival: &Term) -> bool {
        let noun = |term: &Term| {
            let last = term.name.split(' ').next_back();
            last.is_some_and(|word| word.starts_with(char::is_uppercase))
        };
        self.study.text.lexicon.language != Language::German || noun(subject) == noun(rival)
    }

    /// Whether a term is one a student could take for the answer: what the text explains,
    /// names in a heading or speaks of again and again.
    fn is_rival_name(&self, index: usize, term: &Term) -> bool {
        let defined = term.definitions.iter().any(|&(_, strength)| strength > 2);
        let matter = defined || term.heading.is_some() || term.mentions.len() >= AGAIN;
        self.is_name(term) && (matter || self.rigor == Rigor::Any || self.is_told(index))
    }

    /// Whether the text says something of a term that could be asked, too.
    fn is_told(&self, index: usize) -> bool {
        self.study
            .support(index)
            .iter()
            .any(|found| self.tells(found))
    }

    fn rank(&self, place: usize, term: &Term) -> Rank {
        if place < self.concepts {
            Rank::Concept
        } else if term.score >= LASTING {
            Rank::Term
        } else {
            Rank::Phrase
        }
    }

    /// Whether two terms mean different things, as far as the text tells.
    fn is_other(&self, subject: &Term, rival: &Term) -> bool {
        !subject.is_within(rival)
            && !rival.is_within(subject)
            && !self.stand_together(subject, rival)
            && !self.say_the_same(subject, rival)
    }

    /// Whether a definition joins two terms, or one and what the other is a part of.
    fn are_related(&self, subject: &Term, rival: &Term) -> bool {
        let kin = self.study.terms.iter().take(RIVALS_MAX);
        defined_together(subject, rival)
            || kin
                .filter(|other| other.is_within(rival) || rival.is_within(other))
                .any(|other| defined_together(subject, other))
    }

    /// Whether two terms stand next to each other anywhere: “limit or cluster point”.
    fn stand_together(&self, left: &Term, right: &Term) -> bool {
        let mut others = right.mentions.iter().peekable();
        left.mentions.iter().any(|mention| {
            while others
                .next_if(|other| other.sentence < mention.sentence)
                .is_some()
            {}
            let same = others
                .clone()
                .take_while(|other| other.sentence == mention.sentence);
            same.into_iter().any(|other| {
                let gap = other.words.start.saturating_sub(mention.words.end);
                let back = mention.words.start.saturating_sub(other.words.end);
                gap.max(back) < APART_MIN
            })
        })
    }

    fn say_the_same(&self, left: &Term, right: &Term) -> bool {
        let pairs = left.definitions.iter().flat_map(|&(left, _)| {
            let rights = right.definitions.iter();
            rights.map(move |&(right, _)| (left, right))
        });
        pairs
            .take(PAIRS_MAX)
            .any(|(left, right)| left == right || self.study.ranking.similarity(left, right) > SAME)
    }

    /// Whether the text itself uses the rival where the gap is: in the sentence, in one
    /// like it, or beside the same words.
    fn could_fill(&self, index: usize, rival: &Term, asked: &Support) -> bool {
        let sentence = self.study.sentence(asked.sentence);
        let roots: Vec<_> = sentence.words.iter().map(|word| word.root).collect();
        let alike = |found: &Support| {
            self.study
                .ranking
                .similarity(asked.sentence, found.sentence)
                > SAME
        };
        rival.roots.iter().all(|root| roots.contains(root))
            || self.study.support(index).iter().any(alike)
            || rival.mentions.iter().any(|mention| {
                let other = self.study.sentence(mention.sentence);
                let places = asked.places.iter();
                places
                    .clone()
                    .any(|place| same_company(sentence, place, other, &mention.words))
            })
    }
}

/// Whether a definition of the one speaks of the other: what is said of the one may then
/// be true of both, if it does not define.
fn defined_together(left: &Term, right: &Term) -> bool {
    let speaks_of = |term: &Term, sentence: usize| {
        term.mentions
            .iter()
            .any(|mention| mention.sentence == sentence)
    };
    left.definitions.iter().any(|&(at, _)| speaks_of(right, at))
        || right.definitions.iter().any(|&(at, _)| speaks_of(left, at))
}

/// Whether the words before two places, or those behind them, are the same.
fn same_company(left: &Sentence, at: &Range<usize>, right: &Sentence, of: &Range<usize>) -> bool {
    let before = |sentence: &Sentence, range: &Range<usize>| -> Vec<Word> {
        let words = sentence.words.get(..range.start).unwrap_or_default();
        words.iter().rev().take(COMPANY).cloned().collect()
    };
    let after = |sentence: &Sentence, range: &Range<usize>| -> Vec<Word> {
        let words = sentence.words.get(range.end..).unwrap_or_default();
        words.iter().take(COMPANY).cloned().collect()
    };
    same_words(&before(left, at), &before(right, of))
        || same_words(&after(left, at), &after(right, of))
}

/// Whether words, nearest first, agree up to the first that means something.
fn same_words(left: &[Word], right: &[Word]) -> bool {
    let means = |word: &Word| matches!(word.role, Role::Content | Role::Weak);
    let agreeing = left.iter().zip(right).take_while(|(a, b)| a.root == b.root);
    agreeing.into_iter().any(|(word, _)| means(word))
}

/// How easily two names are told apart without knowing what they mean.
fn unlikeness(left: &Term, right: &Term) -> u32 {
    let words = left.key.len().abs_diff(right.key.len()) as u32;
    let differ = |test: fn(&str) -> bool| u32::from(test(&left.name) != test(&right.name));
    let capital = differ(|name| name.starts_with(char::is_uppercase));
    let plural = differ(|name| name.ends_with('s'));
    let code = differ(|name| name.contains(['_', '(', '?', '*']));
    let vowel = differ(|name| name.starts_with(['a', 'e', 'i', 'o', 'u']));
    let length = left
        .name
        .chars()
        .count()
        .abs_diff(right.name.chars().count()) as u32
        / 6;
    words * 2 + capital * 3 + plural * 2 + code * 3 + vowel + length
}
