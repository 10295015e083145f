//! Which terms can stand as a wrong answer beside a right one.

use std::ops::Range;

use super::echo::is_echoed;
use super::genus::{Genus, Likeness};
use super::gloss::Gloss;
use super::sound::DEFINES;
use super::{Maker, Rigor};
use crate::extractive::language::Language;
use crate::extractive::mentions::Mention;
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word, WordId};

/// Terms closer than this in a sentence may be two names of one thing.
const APART_MIN: usize = 4;
/// What stands between two names of one thing, lower case, parted by `;`.
const ALTERNATIVES: &str = " or ;(;i.e;aka;/; oder ;bzw; ou ; o ; u ;または;もしくは;あるいは;（;=";
/// Likeness of two sentences from which on they may say the same; of two that each define a
/// term, which may differ in a word and everything by it.
const SAME: f32 = 0.42;
const SAME_DEFINITION: f32 = 0.8;
/// Pairs of definitions compared of two terms.
const PAIRS_MAX: usize = 16;
/// Words behind a subject within which it is said what it is.
const SAID_WITHIN: usize = 7;
/// Words on either side that tell what a gap wants.
const COMPANY: usize = 3;
/// Mentions of a term the text speaks of again and again.
const AGAIN: usize = 2;
/// Steps, each twice as long as the last, from which on all is far.
const FAR_MAX: u32 = 9;

/// What is asked: a sentence, and the term's places in it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub index: usize,
    pub term: &'a Term,
    pub gloss: Option<&'a Gloss>,
    pub sentence: usize,
    pub places: &'a [Range<usize>],
}

/// A term that can stand as a wrong answer.
#[derive(Clone, Copy)]
pub(super) struct Rival<'a> {
    /// Its number.
    pub index: usize,
    /// The term.
    pub term: &'a Term,
    /// What the text says it is.
    pub gloss: Option<&'a Gloss>,
    /// Whether the text says what it is or does.
    pub told: bool,
    /// Whether the document hardly uses it, or any text does: it is no rival of terms.
    pub slight: bool,
    /// How like its kind is.
    pub likeness: Likeness,
    /// How far away in the book it is told of.
    pub far: u32,
}

impl Maker<'_> {
    /// Terms that are not the subject and are not meant by its sentence, in the order of
    /// the text's terms.
    pub(super) fn rivals<'a>(&'a self, asked: &Asked<'a>) -> Vec<Rival<'a>> {
        self.rivals
            .iter()
            .filter(|&&index| index != asked.index)
            .filter_map(|&index| {
                let term = self.study.terms.get(index)?;
                let gloss = self.gloss(index);
                let fits = self.is_known(index, term)
                    && self.is_same_kind(asked, term, gloss)
                    && self.is_other(asked, index, term)
                    && !self.are_related(asked, term, gloss)
                    && !self.is_said_to_be(asked.index, term)
                    && !self.is_said_to_be(index, asked.term);
                fits.then(|| Rival {
                    index,
                    term,
                    gloss,
                    told: self.is_told(index),
                    slight: self.is_slight(index, term),
                    likeness: self.kind(asked.index).likeness(self.kind(index)),
                    far: self.distance(index),
                })
            })
            .collect()
    }

    /// Whether the text says what a term is or does.
    fn is_told(&self, index: usize) -> bool {
        self.told(index).is_some() || self.study.frame(index).is_some()
    }

    /// Whether the document hardly uses a term, or all texts do.
    fn is_slight(&self, index: usize, term: &Term) -> bool {
        let text = &self.study.text;
        let seldom = self.told(index).is_some_and(|at| text.seldom.contains(&at));
        let general = |&root: &WordId| text.lexicon.is_general(root);
        // In text without spaces no list tells general words: 「行動」, 「アルゴリズム」.
        let language = text.lexicon.language;
        let japanese = language == Language::Japanese
            && (term.name.chars().count() <= 2 || Genus::is_listed(&term.name, language));
        let known = self.gloss(index).is_some();
        seldom || (!known && (japanese || term.roots.iter().all(general)))
    }

    /// Whether a term is one a student could take for the answer: the text says what it is,
    /// or, where that must be enough, names it again and again.
    fn is_known(&self, index: usize, term: &Term) -> bool {
        let matter = || {
            let often = term.heading.is_some() || term.mentions.len() >= AGAIN;
            self.is_name(index, term) && (often || self.rigor >= Rigor::Last)
        };
        let defined = || {
            let mut own = term.definitions.iter();
            own.any(|&(at, strength)| strength >= DEFINES && at < self.study.text.own)
        };
        self.is_told(index)
            || (self.lone
                && matches!(self.rigor, Rigor::Loose | Rigor::Near)
                && self.is_name(index, term)
                && defined())
            || (self.rigor >= Rigor::Named && matter())
    }

    /// Whether both are properties or neither is; whether both are nouns or neither is, as
    /// far as German writing shows it.
    fn is_same_kind(&self, asked: &Asked<'_>, rival: &Term, gloss: Option<&Gloss>) -> bool {
        let noun = |term: &Term| {
            let last = term.name.split(' ').next_back();
            last.is_some_and(|word| word.starts_with(char::is_uppercase))
        };
        let property = |gloss: Option<&Gloss>| gloss.is_some_and(|gloss| gloss.adjective);
        let german = self.study.text.lexicon.language == Language::German;
        let untold = gloss.is_none() && german;
        (untold || property(asked.gloss) == property(gloss))
            && (!german || noun(asked.term) == noun(rival))
    }

    /// Whether two terms mean different things, as far as the text tells.
    fn is_other(&self, asked: &Asked<'_>, index: usize, rival: &Term) -> bool {
        let said = asked.gloss.map_or(asked.sentence, |gloss| gloss.sentence);
        let same = match self.gloss(index) {
            Some(gloss) => {
                let alike = self.study.ranking.similarity(said, gloss.sentence);
                gloss.sentence == said || alike > SAME_DEFINITION
            }
            None => self.say_the_same(asked.term, rival),
        };
        !same
            && !are_compounds(&asked.term.name, &rival.name)
            && !asked.term.is_within(rival)
            && !rival.is_within(asked.term)
            && !self.are_alternatives(asked.term, rival)
    }

    fn are_alike(&self, left: usize, right: usize) -> bool {
        self.study.ranking.similarity(left, right) > SAME
    }

    /// Whether the question names the rival, or the rival is of the kind that is asked for:
    /// what is said of the kind is then true of both.
    fn are_related(&self, asked: &Asked<'_>, rival: &Term, gloss: Option<&Gloss>) -> bool {
        let kind = gloss.and_then(|gloss| gloss.genus.as_ref());
        let narrower = kind.is_some_and(|kind| kind.is_named(&asked.term.name));
        let (said, places, subject) = (asked.sentence, asked.places, asked.term);
        let asked = [
            Some(asked.sentence),
            asked.gloss.map(|gloss| gloss.sentence),
        ];
        // “A sequence of frames” may be a “stream of frames”, where nothing says what that is.
        let shares = gloss.is_none() && {
            let outside = self.outside(said, places);
            is_echoed(rival, &outside, &self.study.sentence(said).plain)
        };
        // “Procedure” and “algorithm” may be one thing, where nothing says what the other is.
        let language = self.study.text.lexicon.language;
        let general = |term: &Term| Genus::is_listed(&term.name.to_lowercase(), language);
        let same = gloss.is_none() && general(subject) && general(rival) && {
            let [own, other] = [subject, rival].map(|term| Genus::of(&term.name, language));
            own.likeness(&other) <= Likeness::Alike
        };
        narrower || shares || same || asked.into_iter().flatten().any(|at| self.names(at, rival))
    }

    /// Whether the text says of a term that it is another: “the learning rate is the most
    /// important hyperparameter”. What is true of the other is then true of it.
    fn is_said_to_be(&self, term: usize, other: &Term) -> bool {
        let support = self.study.support(term).iter();
        let mut subjects = support.filter(|found| self.is_subject(found));
        subjects.any(|found| {
            let end = found.places.first().map_or(0, |place| place.end);
            let words = &self.study.sentence(found.sentence).words;
            let mut mentions = other.mentions.iter();
            mentions.any(|mention| {
                let between = words.get(end..mention.words.start);
                let is_phrase = |between: &[Word]| {
                    (1..=SAID_WITHIN).contains(&between.len())
                        && between.iter().all(|word| word.joined)
                        && between.iter().skip(1).all(|word| self.opens_phrase(word))
                };
                mention.sentence == found.sentence && between.is_some_and(is_phrase)
            })
        })
    }

    /// Whether a word may stand between a verb and the noun it governs.
    fn opens_phrase(&self, word: &Word) -> bool {
        let lexicon = &self.study.text.lexicon;
        word.role != Role::Stop
            || (lexicon.grammar.is_determiner(word) && !lexicon.grammar.extends_nouns(word))
    }

    /// Whether a sentence names a term, in whatever form.
    pub(super) fn names(&self, sentence: usize, term: &Term) -> bool {
        let words = &self.study.sentence(sentence).words;
        let roots: Vec<_> = words.iter().map(|word| word.root).collect();
        term.roots.iter().all(|root| roots.contains(root))
    }

    /// Whether two terms stand beside each other as two names: “limit or cluster point”.
    fn are_alternatives(&self, left: &Term, right: &Term) -> bool {
        let mut others = right.mentions.iter().peekable();
        left.mentions.iter().any(|mention| {
            while others
                .next_if(|other| other.sentence < mention.sentence)
                .is_some()
            {}
            let same = others
                .clone()
                .take_while(|other| other.sentence == mention.sentence);
            same.into_iter()
                .any(|other| self.are_names_of_one(mention, other))
        })
    }

    fn are_names_of_one(&self, left: &Mention, right: &Mention) -> bool {
        let sentence = self.study.sentence(left.sentence);
        let [first, second] = if left.words.start < right.words.start {
            [left, right]
        } else {
            [right, left]
        };
        if second.words.start.saturating_sub(first.words.end) >= APART_MIN {
            return false;
        }
        let place = |mention: &Mention, at: usize| {
            Some(sentence.words.get(mention.words.start + at)?.range.clone())
        };
        let last = first.words.len().saturating_sub(1);
        let between = place(first, last)
            .zip(place(second, 0))
            .and_then(|(first, second)| sentence.plain.get(first.end..second.start));
        between.is_none_or(|between| {
            let lower = between.to_lowercase();
            ALTERNATIVES.split(';').any(|turn| lower.contains(turn))
        })
    }

    fn say_the_same(&self, left: &Term, right: &Term) -> bool {
        let pairs = left.definitions.iter().flat_map(|&(left, _)| {
            let rights = right.definitions.iter();
            rights.map(move |&(right, _)| (left, right))
        });
        pairs
            .take(PAIRS_MAX)
            .any(|(left, right)| left == right || self.are_alike(left, right))
    }

    /// Whether the text itself uses the rival where the gap is: in a sentence like it, or
    /// beside the same words. What defines one term defines no other.
    pub(super) fn could_fill(&self, rival: &Rival<'_>, asked: &Asked<'_>) -> bool {
        let defined = asked.gloss.map(|gloss| gloss.sentence);
        if defined == Some(asked.sentence) && rival.gloss.is_some() {
            return false;
        }
        let sentence = self.study.sentence(asked.sentence);
        let support = self.study.support(rival.index);
        let alike = support
            .iter()
            .any(|found| self.are_alike(asked.sentence, found.sentence));
        alike
            || rival.term.mentions.iter().any(|mention| {
                let other = self.study.sentence(mention.sentence);
                let mut places = asked.places.iter();
                places.any(|place| same_company(sentence, place, other, &mention.words))
            })
    }

    /// How far from the text what is said of a term stands, in steps.
    pub(in crate::extractive) fn distance(&self, term: usize) -> u32 {
        let Some(told) = self.told(term) else {
            return FAR_MAX;
        };
        if told < self.study.text.own {
            return 0;
        }
        let [first, last] = self.study.text.pages;
        let page = self.study.sentence(told).pages[0];
        let pages = first.saturating_sub(page).max(page.saturating_sub(last));
        pages.saturating_add(2).ilog2().min(FAR_MAX)
    }
}

/// Whether one name is written within the other: “Basis” and “Subbasis”.
fn are_compounds(left: &str, right: &str) -> bool {
    const LENGTH_MIN: usize = 4;
    let [left, right] = [left.to_lowercase(), right.to_lowercase()];
    let long = left.chars().count().min(right.chars().count()) >= LENGTH_MIN;
    long && (left.contains(&right) || right.contains(&left))
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
