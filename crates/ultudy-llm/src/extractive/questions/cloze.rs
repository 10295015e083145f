//! “Which term does the text use here?”

use super::rivals::{Rank, Rival};
use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;

/// Rivals the variant chooses from.
const CHOICE: usize = 7;

impl Maker<'_> {
    /// Questions on sentences that define the term, and on others about it.
    pub(super) fn clozes(&self, subject: &Term, support: &[Support]) -> (Vec<Draft>, Vec<Draft>) {
        let telling = support.iter().filter(|found| self.tells(found));
        let (defining, loose): (Vec<_>, Vec<_>) = telling.partition(|found| self.defines(found));
        let make = |sentences: Vec<&Support>| {
            let drafts = sentences
                .into_iter()
                .filter_map(|found| self.cloze(subject, support, found));
            let mut drafts: Vec<_> = drafts.take(2).collect();
            let turn = self.study.variant % drafts.len().max(1);
            drafts.rotate_left(turn);
            drafts
        };
        (make(defining), make(loose))
    }

    fn cloze(&self, subject: &Term, support: &[Support], found: &Support) -> Option<Draft> {
        let sentence = self.study.sentence(found.sentence);
        let gapped = self.gapped(found)?;
        let right = sentence.written(found.places.first()?)?;
        let at_head = found.places.first()?.start == 0;
        let wrong: Vec<_> = self
            .choice(subject, found)
            .into_iter()
            .filter_map(|rival| self.wrong_name(rival, right, at_head))
            .take(WRONG)
            .collect();
        (wrong.len() == WRONG).then(|| Draft {
            question: fill(self.study.phrases.which_term, &[&gapped]),
            right: Answer {
                text: escaped(right),
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(found.sentence)],
                ),
            },
            wrong,
            hint: self.hint(subject, support, found.sentence),
            pages: sentence.pages,
        })
    }

    /// Rivals in an order that the sentence and the variant decide, none of which is
    /// another's part: concepts, if there are enough of them.
    fn choice(&self, subject: &Term, found: &Support) -> Vec<Rival<'_>> {
        let rivals = self.rivals(subject, found);
        let concepts = rivals
            .iter()
            .take_while(|rival| rival.told && rival.rank == Rank::Concept)
            .count();
        let turned = if concepts < WRONG {
            0
        } else {
            concepts.min(CHOICE)
        };
        let turn = (self.study.variant + found.sentence) % turned.max(1);
        let first = (0..turned).map(|at| rivals[(at + turn) % turned]);
        let mut chosen: Vec<Rival<'_>> = Vec::new();
        for rival in first.chain(rivals[turned..].iter().copied()) {
            let related = |known: &Rival<'_>| {
                rival.term.is_within(known.term) || known.term.is_within(rival.term)
            };
            if !chosen.iter().any(related) {
                chosen.push(rival);
            }
        }
        chosen
    }

    fn wrong_name(&self, rival: Rival<'_>, right: &str, at_head: bool) -> Option<Answer> {
        let name = self.form_like(rival.term, right, at_head);
        let saying = self.saying(rival.index)?;
        Some(Answer {
            reason: fill(self.study.phrases.says_of, &[&name, &saying]),
            text: name,
        })
    }
}
