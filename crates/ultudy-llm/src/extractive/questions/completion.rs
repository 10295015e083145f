//! “Which ending makes this a statement of the text?”

use std::ops::Range;

use super::choice::Candidate;
use super::genus::Likeness;
use super::rivals::{Asked, Rival};
use super::{Answer, Draft, Maker};
use crate::extractive::phrases::fill;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Characters of an ending that says something.
const LENGTH: Range<usize> = 12..240;
/// How much longer or shorter than the right ending a wrong one may be, as a factor.
const LONGER: usize = 2;
/// What another verb at its head counts against an ending.
const OTHER_VERB: usize = 4;

/// A sentence cut after the term it begins with.
struct Cut {
    sentence: usize,
    head: String,
    rest: String,
}

impl Maker<'_> {
    /// The question how the text goes on about a term with which others begin sentences as
    /// well.
    pub(super) fn completion(
        &self,
        index: usize,
        subject: &Term,
        support: &[Support],
    ) -> Option<Draft> {
        let telling = support.iter().filter(|found| self.tells(found));
        let (found, cut) = telling
            .into_iter()
            .find_map(|found| Some((found, self.cut(found)?)))?;
        let asked = Asked {
            index,
            term: subject,
            gloss: self.gloss(index),
            sentence: found.sentence,
            places: &found.places,
        };
        let rivals = self.rivals(&asked).into_iter();
        let candidates = rivals.filter_map(|rival| self.wrong_rest(subject, rival, &cut));
        let wrong = self.choose(candidates.collect(), cut.sentence, false)?;
        Some(Draft {
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
            pages: self.study.sentence(cut.sentence).pages,
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
        let grammar = &self.study.text.lexicon.grammar;
        let object = sentence.words.get(place.end + 1)?;
        if grammar.is_backward(object) && !grammar.is_determiner(object) {
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

    /// How the sentence that says best what a rival is goes on, if it is silent on the
    /// subject.
    fn wrong_rest<'a>(
        &self,
        subject: &Term,
        rival: Rival<'a>,
        right: &Cut,
    ) -> Option<Candidate<'a>> {
        let support = self.study.support(rival.index);
        let said = rival.gloss?.sentence;
        let found = support.iter().find(|found| found.sentence == said)?;
        let mut mentions = subject.mentions.iter();
        if mentions.any(|mention| mention.sentence == said) {
            return None;
        }
        let cut = self.cut(found)?;
        if rival.likeness > Likeness::Alike {
            return None;
        }
        let verb = |rest: &str| rest.split(' ').next().map(str::to_lowercase);
        let [length, wanted] = [&cut.rest, &right.rest].map(|rest| rest.chars().count());
        if length > wanted * LONGER || wanted > length * LONGER {
            return None;
        }
        let verbs = [verb(&cut.rest)?, verb(&right.rest)?];
        if is_plural(&verbs[0]) != is_plural(&verbs[1]) {
            return None;
        }
        let other = if verbs[0] == verbs[1] { 0 } else { OTHER_VERB };
        Some(Candidate {
            text: format!("… {}", cut.rest),
            agrees: true,
            echoes: false,
            unlike: length.abs_diff(wanted) / 20 + other,
            rival,
        })
    }
}

/// Whether a verb has a subject in the plural, as far as its form is known.
fn is_plural(verb: &str) -> bool {
    [
        "are", "have", "were", "sind", "haben", "sont", "ont", "son", "tienen",
    ]
    .contains(&verb)
}
