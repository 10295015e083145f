//! Which terms can stand as a wrong answer beside a right one.

use super::Maker;
use crate::extractive::lexicon::{Role, WordId};
use crate::extractive::study::Support;
use crate::extractive::terms::{Term, contains};

/// Terms closer than this in a sentence may be two names of one thing.
const APART_MIN: usize = 4;
/// Likeness of two definitions from which on they may define the same.
const SAME: f32 = 0.45;
/// Terms looked at.
const RIVALS_MAX: usize = 60;

impl Maker<'_> {
    /// Terms that are not the subject and do not fit its sentence, the likest first.
    pub(super) fn rivals(&self, subject: &Term, asked: &Support) -> Vec<&Term> {
        let mut rivals: Vec<(u32, &Term)> = self
            .rivals
            .iter()
            .take(RIVALS_MAX)
            .enumerate()
            .filter_map(|(place, &index)| {
                let rival = self.study.terms.get(index)?;
                let fits = self.is_other(subject, rival) && !self.could_fill(rival, asked);
                fits.then(|| (unlikeness(subject, rival) + self.distance(place), rival))
            })
            .collect();
        rivals.sort_by_key(|&(unlike, _)| unlike);
        rivals.into_iter().map(|(_, rival)| rival).collect()
    }

    fn distance(&self, place: usize) -> u32 {
        if place < self.concepts { 0 } else { 4 }
    }

    /// Whether two terms mean different things, as far as the text tells.
    pub(super) fn is_other(&self, subject: &Term, rival: &Term) -> bool {
        let shares_name = contains(&subject.key, &rival.key) || contains(&rival.key, &subject.key);
        !shares_name && !self.stand_together(subject, rival) && !self.say_the_same(subject, rival)
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
            .take(16)
            .any(|(left, right)| left == right || self.study.ranking.similarity(left, right) > SAME)
    }

    /// Whether the text itself uses the rival where the gap is: in the sentence, or
    /// beside the same words in another.
    fn could_fill(&self, rival: &Term, asked: &Support) -> bool {
        let sentence = self.study.sentence(asked.sentence);
        let stems: Vec<_> = sentence.words.iter().map(|word| word.stem).collect();
        if rival.key.iter().all(|stem| stems.contains(stem)) {
            return true;
        }
        let beside: Vec<_> = asked
            .places
            .iter()
            .map(|place| self.neighbours(asked.sentence, place.start, place.end))
            .collect();
        rival.mentions.iter().any(|mention| {
            let (before, after) =
                self.neighbours(mention.sentence, mention.words.start, mention.words.end);
            beside.iter().any(|&(left, right)| {
                (left.is_some() && left == before) || (right.is_some() && right == after)
            })
        })
    }

    /// The meaning words that touch the words from `start` to `end`.
    fn neighbours(
        &self,
        sentence: usize,
        start: usize,
        end: usize,
    ) -> (Option<WordId>, Option<WordId>) {
        let words = &self.study.sentence(sentence).words;
        let before = start.checked_sub(1).and_then(|at| words.get(at));
        let joined = words.get(start).is_some_and(|word| word.joined);
        let after = words.get(end).filter(|word| word.joined);
        let content = |word: &&crate::extractive::lexicon::Word| word.role == Role::Content;
        let stem = |word: &crate::extractive::lexicon::Word| word.stem;
        (
            before.filter(|_| joined).filter(content).map(stem),
            after.filter(content).map(stem),
        )
    }
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
