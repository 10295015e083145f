//! “Which term does the text use here?”

use std::ops::Range;

use super::choice::Candidate;
use super::echo::{echoed, echoes_all};
use super::forms::{Gap, with_open_articles};
use super::genus::Likeness;
use super::rivals::Asked;
use super::{Answer, Draft, Maker, Rigor};
use crate::extractive::language::Language;
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;
use crate::extractive::word::Word;

impl Maker<'_> {
    /// The question for the term that a sentence about it has.
    pub(super) fn cloze(
        &self,
        index: usize,
        subject: &Term,
        support: &[Support],
        found: &Support,
    ) -> Option<Draft> {
        let sentence = self.study.sentence(found.sentence);
        let place = found.places.first()?;
        let gloss = self.gloss(index);
        let gapped = self.gapped(found)?;
        let question = if self.study.text.lexicon.language == Language::English {
            with_open_articles(&gapped)
        } else {
            gapped
        };
        let asked = Asked {
            index,
            term: subject,
            gloss,
            sentence: found.sentence,
            places: &found.places,
        };
        let property = gloss.is_some_and(|gloss| gloss.adjective);
        let gap = Gap::at(self, sentence, place, property)?;
        if self.rigor < Rigor::Law && self.is_declined(&gap, subject) {
            return None;
        }
        let outside = self.outside(found.sentence, &found.places);
        let shared = echoed(subject, &outside, &sentence.plain);
        let defining = gloss.is_none_or(|gloss| gloss.sentence == found.sentence);
        let mut candidates = Vec::new();
        for rival in self.rivals(&asked) {
            // Elsewhere than in its definition, what a term does tells of which kind it is.
            if !defining && rival.likeness > Likeness::Alike {
                continue;
            }
            let form = self.form_in(&gap, rival.term, true);
            // Better an article that may not fit than no question.
            let loose = matches!(self.rigor, Rigor::Loose | Rigor::Near) && form.is_none();
            let text = match form {
                None if loose => self.form_in(&gap, rival.term, false),
                form => form,
            };
            let text = text.filter(|_| !self.could_fill(&rival, &asked));
            candidates.extend(text.map(|text| Candidate {
                agrees: !loose,
                echoes: echoes_all(rival.term, &shared, &sentence.plain),
                unlike: unlikeness(&text, gap.model),
                text,
                rival,
            }));
        }
        let wrong = self.choose(candidates, found.sentence, !shared.is_empty())?;
        Some(Draft {
            question: fill(self.study.phrases.which_term, &[&question]),
            right: Answer {
                text: escaped(gap.model),
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

    /// The words of a sentence that stand outside the gaps for a term at its places.
    pub(super) fn outside(&self, sentence: usize, places: &[Range<usize>]) -> Vec<Word> {
        let gaps = self.gaps(sentence, places).unwrap_or_default();
        let within = |word: &&Word| gaps.iter().any(|gap| gap.contains(&word.range.start));
        let words = self.study.sentence(sentence).words.iter();
        words.filter(|word| !within(word)).cloned().collect()
    }
}

/// How easily two names are told apart by their looks.
pub(super) fn unlikeness(text: &str, model: &str) -> usize {
    let length = |text: &str| text.chars().count();
    let words = |text: &str| text.split(' ').count();
    words(text).abs_diff(words(model)) + length(text).abs_diff(length(model)) / 6
}
