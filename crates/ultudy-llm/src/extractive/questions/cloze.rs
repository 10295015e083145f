//! “Which term fills the gap in this sentence of the text?”

use super::{Answer, Draft, Maker};
use crate::extractive::phrases::fill;
use crate::extractive::quotes::{escaped, quoted};
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Meaning words a sentence must keep, that tell which term is missing.
const MEANING_MIN: usize = 4;
/// The same where the sentence does not define the term.
const MEANING_MIN_LOOSE: usize = 6;
/// Rivals the variant chooses from.
const CHOICE: usize = 5;

impl Maker<'_> {
    /// A question for each of the best sentences about a term.
    pub(super) fn clozes(&self, subject: &Term, support: &[Support]) -> Vec<Draft> {
        let good: Vec<_> = support.iter().filter(|found| self.tells(found)).collect();
        let mut drafts: Vec<_> = good
            .into_iter()
            .filter_map(|found| self.cloze(subject, support, found))
            .take(2)
            .collect();
        let turn = self.study.variant % drafts.len().max(1);
        drafts.rotate_left(turn);
        drafts
    }

    /// Whether a sentence says enough to know the term by it.
    pub(super) fn tells(&self, found: &Support) -> bool {
        let sentence = self.study.sentence(found.sentence);
        let enough = if found.defines > 2 {
            MEANING_MIN
        } else {
            MEANING_MIN_LOOSE
        };
        sentence.meaning_outside(&found.places) >= enough
    }

    fn cloze(&self, subject: &Term, support: &[Support], found: &Support) -> Option<Draft> {
        let sentence = self.study.sentence(found.sentence);
        let gapped = self.gapped(found)?;
        let rivals = self.rivals(subject, found);
        let choice = rivals.len().min(CHOICE);
        let wrong: Vec<_> = (0..choice)
            .map(|at| rivals[(at + self.study.variant) % choice])
            .filter_map(|rival| self.wrong_name(rival))
            .take(3)
            .collect();
        (wrong.len() == 3).then(|| Draft {
            question: fill(self.study.phrases.which_term, &[&gapped]),
            right: Answer {
                text: escaped(&subject.name),
                reason: fill(self.study.phrases.right, &[&quoted(sentence)]),
            },
            wrong,
            hint: self.hint(subject, support, found.sentence),
            pages: sentence.pages,
        })
    }

    fn wrong_name(&self, rival: &Term) -> Option<Answer> {
        let name = escaped(&rival.name);
        let saying = self.saying(rival)?;
        Some(Answer {
            reason: fill(self.study.phrases.says_of, &[&name, &saying]),
            text: name,
        })
    }
}
