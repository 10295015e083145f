//! “Which ending makes this a statement of the text?”

use std::ops::Range;

use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::phrases::fill;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Characters of an ending that says something.
const LENGTH: Range<usize> = 12..240;
/// How much longer or shorter than the right ending a wrong one may be, as a factor.
const LENGTHS: usize = 3;
/// What another verb at its head counts against an ending, in characters.
const OTHER_VERB: usize = 60;
/// What it counts against an ending that it defines nothing.
const NO_DEFINITION: usize = 40;

/// A sentence cut after the term it begins with.
struct Cut {
    sentence: usize,
    head: String,
    rest: String,
}

impl Maker<'_> {
    /// The question, where the term and three others each begin a sentence.
    pub(super) fn completion(&self, subject: &Term, support: &[Support]) -> Option<Draft> {
        let (found, cut) = support
            .iter()
            .filter(|found| self.tells(found))
            .find_map(|found| Some((found, self.cut(found)?)))?;
        let mut wrong: Vec<(usize, Answer)> = self
            .rivals(subject, found)
            .into_iter()
            .filter_map(|rival| self.wrong_rest(subject, rival.index, &cut))
            .collect();
        wrong.sort_by_key(|&(unlike, _)| unlike);
        let turn = self.study.variant % wrong.len().saturating_sub(WRONG).clamp(1, WRONG);
        let wrong: Vec<_> = wrong
            .into_iter()
            .map(|(_, answer)| answer)
            .skip(turn)
            .take(WRONG)
            .collect();
        let sentence = self.study.sentence(cut.sentence);
        (wrong.len() == WRONG).then(|| Draft {
            question: fill(self.study.phrases.which_end, &[&cut.head]),
            right: Answer {
                text: format!("… {}", cut.rest),
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(cut.sentence)],
                ),
            },
            wrong,
            hint: self.hint_in_full(subject, support, cut.sentence),
            pages: sentence.pages,
        })
    }

    /// Cuts a sentence in which the term is the subject and stands only there.
    fn cut(&self, found: &Support) -> Option<Cut> {
        let sentence = self.study.sentence(found.sentence);
        let [place] = found.places.as_slice() else {
            return None;
        };
        if !self.is_subject(found) {
            return None;
        }
        let object = sentence.words.get(place.end + 1)?;
        if self.study.text.lexicon.grammar.is_backward(object) {
            return None;
        }
        let end = sentence.words.get(place.end - 1)?.range.end;
        let (head, rest) = self.study.text.cut_at(found.sentence, end)?;
        LENGTH.contains(&rest.chars().count()).then_some(Cut {
            sentence: found.sentence,
            head,
            rest,
        })
    }

    /// How a sentence about a rival goes on, if it is silent on the subject.
    fn wrong_rest(&self, subject: &Term, rival: usize, right: &Cut) -> Option<(usize, Answer)> {
        let support = self.study.support(rival);
        let silent = |found: &&Support| {
            !subject
                .mentions
                .iter()
                .any(|mention| mention.sentence == found.sentence)
        };
        let (found, cut) = support
            .iter()
            .filter(|found| self.tells(found))
            .filter(silent)
            .find_map(|found| Some((found, self.cut(found)?)))?;
        let verb = |rest: &str| rest.split(' ').next().map(str::to_lowercase);
        let [length, wanted] = [&cut.rest, &right.rest].map(|rest| rest.chars().count());
        if length > wanted * LENGTHS || wanted > length * LENGTHS {
            return None;
        }
        let mut unlike = length.abs_diff(wanted);
        if verb(&cut.rest) != verb(&right.rest) {
            unlike += OTHER_VERB;
        }
        if !self.defines(found) {
            unlike += NO_DEFINITION;
        }
        let reason = fill(
            self.study.phrases.says_of,
            &[&cut.head, &self.study.quoted(cut.sentence)],
        );
        let text = format!("… {}", cut.rest);
        Some((unlike, Answer { text, reason }))
    }
}
