//! “In which of these sentences does the term fill the gap?”

use super::rivals::Rival;
use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Characters of an option at most.
const LENGTH_MAX: usize = 220;

impl Maker<'_> {
    /// The question, where three other terms have a sentence of their own.
    pub(super) fn gap(&self, subject: &Term, support: &[Support]) -> Option<Draft> {
        let telling: Vec<_> = support.iter().filter(|found| self.tells(found)).collect();
        let defining = telling.iter().take_while(|found| found.defines > 0).count();
        let choice = defining.clamp(1, 2);
        let found = telling.get(self.study.variant % choice)?;
        let text = self.short_gapped(found)?;
        let wrong = self.wrong_sentences(subject, found, text.chars().count());
        let sentence = self.study.sentence(found.sentence);
        let form = sentence.written(found.places.first()?)?;
        (wrong.len() == WRONG).then(|| Draft {
            question: fill(self.study.phrases.which_sentence, &[&escaped(form)]),
            right: Answer {
                text,
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(found.sentence)],
                ),
            },
            wrong,
            hint: self.hint_in_full(subject, support, found.sentence),
            pages: sentence.pages,
        })
    }

    fn short_gapped(&self, found: &Support) -> Option<String> {
        self.gapped(found)
            .filter(|text| text.chars().count() <= LENGTH_MAX)
    }

    fn wrong_sentences(&self, subject: &Term, asked: &Support, length: usize) -> Vec<Answer> {
        let mut wrong: Vec<(usize, usize, Answer)> = self
            .rivals(subject, asked)
            .into_iter()
            .filter_map(|rival| self.wrong_sentence(subject, rival, length))
            .take(WRONG * 2)
            .collect();
        wrong.sort_by_key(|&(unlike, ..)| unlike);
        let mut taken: Vec<usize> = Vec::new();
        let mut answers = Vec::new();
        for (_, sentence, answer) in wrong {
            if !taken.contains(&sentence) && answers.len() < WRONG {
                taken.push(sentence);
                answers.push(answer);
            }
        }
        answers
    }

    /// A sentence about a rival that does not speak of the subject.
    fn wrong_sentence(
        &self,
        subject: &Term,
        rival: Rival<'_>,
        length: usize,
    ) -> Option<(usize, usize, Answer)> {
        let support = self.study.support(rival.index);
        let named = subject.name.to_lowercase();
        let mut silent = support.iter().filter(|found| {
            let sentence = self.study.sentence(found.sentence);
            self.tells(found) && !sentence.plain.to_lowercase().contains(&named)
        });
        let found = silent.next()?;
        let text = self.short_gapped(found)?;
        let full = self.study.quoted(found.sentence);
        let name = escaped(&rival.term.name);
        let unlike = text.chars().count().abs_diff(length);
        let reason = fill(self.study.phrases.gap_is, &[&name, &full]);
        Some((unlike, found.sentence, Answer { text, reason }))
    }

    /// Another sentence about the term: here the term is known, its sentence is asked.
    pub(super) fn hint_in_full(&self, subject: &Term, support: &[Support], asked: usize) -> String {
        let other = support
            .iter()
            .find(|found| found.sentence != asked && found.worth > 0.0);
        match other {
            Some(found) => {
                let quote = self.study.quoted(found.sentence);
                fill(self.study.phrases.compare, &[&quote])
            }
            None => self.hint(subject, support, asked),
        }
    }
}
