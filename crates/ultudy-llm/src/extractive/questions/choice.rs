//! Which rivals become the wrong answers.

use super::genus::Likeness;
use super::rivals::Rival;
use super::{Answer, Maker, Rigor, WRONG};
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;

/// Wrong options that could be taken for the right one, at least.
const PLAUSIBLE_MIN: usize = 2;
/// Steps in the book within which a name may be meant though no kind is told.
pub(super) const NEAR: u32 = 3;
/// Rivals the variant chooses from.
const CHOICE: usize = 6;

/// A rival with the words it would stand there with.
pub(super) struct Candidate<'a> {
    pub rival: Rival<'a>,
    pub text: String,
    /// Whether it can stand there by its grammar.
    pub agrees: bool,
    /// Whether it shares with the question what the right answer shares with it.
    pub echoes: bool,
    /// How easily its length tells it from the right answer.
    pub unlike: usize,
}

/// What makes a candidate better than another, the least first: whether it lacks what it
/// should have, how unlike its kind is, whether it is slight, how far it is, and how unlike its looks are.
type Order = (bool, Likeness, bool, u32, usize);

fn order(candidate: &Candidate<'_>, echo: bool) -> Order {
    let rival = &candidate.rival;
    let untold = !rival.told || !candidate.agrees;
    (
        untold || (echo && !candidate.echoes),
        rival.likeness,
        rival.slight && rival.likeness > Likeness::Same,
        rival.far,
        candidate.unlike,
    )
}

/// The candidates, best first; those as good as the first in an order that `turn` decides.
fn turned(mut candidates: Vec<Candidate<'_>>, echo: bool, turn: usize) -> Vec<Candidate<'_>> {
    candidates.sort_by_key(|candidate| order(candidate, echo));
    let Some(first) = candidates.first().map(|first| order(first, echo)) else {
        return candidates;
    };
    let as_good = |candidate: &&Candidate<'_>| {
        let (lacks, likeness, slight, far, _) = order(candidate, echo);
        (lacks, likeness, slight) == (first.0, first.1, first.2) && far <= first.3 + 1
    };
    let good = candidates.iter().take_while(as_good).count();
    if good >= WRONG
        && let Some(good) = candidates.get_mut(..good.min(CHOICE))
    {
        good.rotate_left(turn % good.len());
    }
    candidates
}

impl Maker<'_> {
    /// The wrong answers, chosen so that none is a part of another and enough could be taken
    /// for the right one; `echo` says that the right one shares a word with the question.
    pub(super) fn choose(
        &self,
        candidates: Vec<Candidate<'_>>,
        sentence: usize,
        echo: bool,
    ) -> Option<Vec<Answer>> {
        let mut chosen: Vec<Candidate<'_>> = Vec::new();
        for candidate in turned(candidates, echo, self.study.variant + sentence) {
            let apart = chosen.iter().all(|known| self.are_apart(known, &candidate));
            if chosen.len() < WRONG && apart {
                chosen.push(candidate);
            }
        }
        let echoes = chosen.iter().filter(|candidate| candidate.echoes).count();
        let choosy = self.rigor <= Rigor::Told && !(self.lone && self.rigor == Rigor::Loose);
        let given_away = echo && echoes < PLAUSIBLE_MIN && choosy;
        if chosen.len() < WRONG || given_away || !self.are_plausible(&chosen) {
            return None;
        }
        chosen.into_iter().map(|found| self.answer(found)).collect()
    }

    /// Whether enough of the wrong answers could be taken for the right one by their kind, as
    /// far as the rigor asks for it.
    fn are_plausible(&self, chosen: &[Candidate<'_>]) -> bool {
        let within = |likeness: Likeness| {
            // Of two things of which no kind is told, those of other chapters are not meant.
            let fits = |candidate: &&Candidate<'_>| {
                let rival = &candidate.rival;
                let told = rival.likeness <= Likeness::Alike || self.rigor != Rigor::Loose;
                rival.likeness <= likeness && (told || (rival.far <= NEAR && !rival.slight))
            };
            chosen.iter().filter(fits).count()
        };
        match self.rigor {
            Rigor::Defined if self.lone => within(Likeness::Alike) >= PLAUSIBLE_MIN,
            // Where there is no other section, too few terms are defined to be choosy.
            Rigor::Loose if self.lone => true,
            Rigor::Defined => within(Likeness::Same) >= PLAUSIBLE_MIN,
            Rigor::Loose => within(Likeness::Alike) >= WRONG,
            Rigor::Near => {
                let near = |candidate: &&Candidate<'_>| {
                    let rival = &candidate.rival;
                    rival.told && rival.far <= NEAR && rival.likeness <= Likeness::Opaque
                };
                // One that is of the same kind shows that the others are not.
                let alike = within(Likeness::Alike);
                chosen.iter().filter(near).count() >= PLAUSIBLE_MIN
                    && (alike == 0 || alike >= PLAUSIBLE_MIN)
            }
            Rigor::Told | Rigor::Named | Rigor::Any => within(Likeness::Opaque) >= PLAUSIBLE_MIN,
            Rigor::Last | Rigor::Law => true,
        }
    }

    /// Whether two wrong answers differ, and what is said of them.
    fn are_apart(&self, left: &Candidate<'_>, right: &Candidate<'_>) -> bool {
        let said = |candidate: &Candidate<'_>| self.said(candidate.rival.index);
        !left.rival.term.is_within(right.rival.term)
            && !right.rival.term.is_within(left.rival.term)
            && left.text.to_lowercase() != right.text.to_lowercase()
            && (said(left) != said(right) || self.rigor >= Rigor::Last)
    }

    fn answer(&self, candidate: Candidate<'_>) -> Option<Answer> {
        let said = self.quotation(candidate.rival.index)?;
        let name = escaped(&candidate.rival.term.name);
        Some(Answer {
            reason: fill(self.study.phrases.says_of, &[&name, &said]),
            text: candidate.text,
        })
    }

    /// What says best what a term is, in quotation marks.
    fn quotation(&self, term: usize) -> Option<String> {
        let frame = self.study.frame(term);
        match frame.filter(|_| self.told(term).is_none()) {
            Some(frame) => Some(self.quoted_frame(frame)),
            None => Some(self.study.quoted(self.said(term)?)),
        }
    }

    /// The sentence that says best what a term is.
    fn said(&self, term: usize) -> Option<usize> {
        let framed = self.study.frame(term).map(|frame| frame.sentence);
        self.told(term)
            .or(framed)
            .or_else(|| Some(self.study.support(term).first()?.sentence))
    }
}
