//! “Which reason does the text give for this?”

use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::language::Language;
use crate::extractive::phrases::fill;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;
use crate::extractive::word::Word;

/// Characters of a reason, and of what it is the reason of.
const LENGTH: std::ops::RangeInclusive<usize> = 25..=200;
/// Likeness of two sentences from which on the one's reason may be the other's.
const SAME: f32 = 0.3;

/// What opens a reason.
const fn openings(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &[" because "],
        Language::German => &[", weil "],
        Language::French => &[" parce que ", " parce qu"],
        Language::Spanish => &[" porque "],
        Language::Japanese | Language::Other => &[],
    }
}

/// A statement and its reason.
struct Reasoned {
    sentence: usize,
    statement: String,
    reason: String,
}

impl Maker<'_> {
    /// The question, where the text gives three other reasons for something else.
    pub(super) fn reason(&self, subject: &Term, support: &[Support]) -> Option<Draft> {
        let asked = support
            .iter()
            .filter(|found| found.clean && self.is_subject(found))
            .find_map(|found| self.reasoned(found.sentence))?;
        let unlike = |other: &Reasoned| {
            let like = self
                .study
                .ranking
                .similarity(asked.sentence, other.sentence);
            other.sentence != asked.sentence && like < SAME
        };
        let wrong: Vec<_> = (0..self.study.text.own)
            .filter_map(|at| self.reasoned(at))
            .filter(unlike)
            .take(WRONG)
            .map(|other| Answer {
                reason: fill(
                    self.study.phrases.reason_of,
                    &[&self.study.quoted(other.sentence)],
                ),
                text: format!("… {}", other.reason),
            })
            .collect();
        (wrong.len() == WRONG).then(|| Draft {
            question: fill(
                self.study.phrases.which_reason,
                &[&format!("{} …", asked.statement)],
            ),
            right: Answer {
                text: format!("… {}", asked.reason),
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(asked.sentence)],
                ),
            },
            wrong,
            hint: self.hint_in_full(subject, support, asked.sentence),
            pages: self.study.sentence(asked.sentence).pages,
        })
    }

    fn reasoned(&self, sentence: usize) -> Option<Reasoned> {
        let text = &self.study.text;
        let plain = &self.study.sentence(sentence).plain;
        if !self.study.complete[sentence] || plain.contains("because of") {
            return None;
        }
        let openings = openings(text.lexicon.language);
        let at = openings.iter().find_map(|opening| plain.find(opening))?;
        let end = at + usize::from(plain[at..].starts_with(','));
        let words = &self.study.sentence(sentence).words;
        let pointing = |word: &Word| {
            let grammar = &text.lexicon.grammar;
            word.range.start > end && grammar.is_backward(word) && !grammar.is_determiner(word)
        };
        // “… because it grows” says nothing beside another statement.
        if words.iter().any(pointing) {
            return None;
        }
        let (statement, reason) = text.cut_at(sentence, end)?;
        let fits = [&statement, &reason]
            .iter()
            .all(|half| LENGTH.contains(&half.chars().count()));
        fits.then_some(Reasoned {
            sentence,
            statement,
            reason,
        })
    }
}
