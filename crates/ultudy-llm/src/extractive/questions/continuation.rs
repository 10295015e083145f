//! “How does the text go on after these words?”

use std::ops::Range;

use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::phrases::fill;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Characters of a rest that says something.
const LENGTH: Range<usize> = 25..240;

/// A sentence cut after the term it begins with.
struct Cut {
    sentence: usize,
    head: String,
    rest: String,
}

impl Maker<'_> {
    /// The question, where the term and three others each begin a sentence.
    pub(super) fn continuation(&self, subject: &Term, support: &[Support]) -> Option<Draft> {
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
        wrong.truncate(WRONG);
        let sentence = self.study.sentence(cut.sentence);
        (wrong.len() == WRONG).then(|| Draft {
            question: fill(self.study.phrases.goes_on, &[&cut.head]),
            right: Answer {
                text: format!("… {}", cut.rest),
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(cut.sentence)],
                ),
            },
            wrong: wrong.into_iter().map(|(_, answer)| answer).collect(),
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
        let head = sentence.words.get(..place.start)?;
        let lexicon = &self.study.text.lexicon;
        let opens = head
            .iter()
            .all(|word| lexicon.grammar.is_determiner(word) && !lexicon.grammar.is_backward(word));
        let verb = sentence.words.get(place.end).filter(|word| word.joined)?;
        let object = sentence.words.get(place.end + 1)?;
        if !opens
            || !sentence.stands_alone()
            || !lexicon.grammar.is_verb(verb)
            || lexicon.grammar.is_backward(object)
        {
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
        let cut = support
            .iter()
            .filter(|found| self.tells(found))
            .filter(silent)
            .find_map(|found| self.cut(found))?;
        let verb = |rest: &str| rest.split(' ').next().map(str::to_lowercase);
        let unlike = cut
            .rest
            .chars()
            .count()
            .abs_diff(right.rest.chars().count());
        let other_verb = if verb(&cut.rest) == verb(&right.rest) {
            0
        } else {
            60
        };
        let reason = fill(
            self.study.phrases.says_of,
            &[&cut.head, &self.study.quoted(cut.sentence)],
        );
        let text = format!("… {}", cut.rest);
        Some((unlike + other_verb, Answer { text, reason }))
    }
}
