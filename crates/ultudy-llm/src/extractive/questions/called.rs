//! “What does the text call this?”

use super::choice::Candidate;
use super::cloze::unlikeness;
use super::definiens::{Form, after_bracket};
use super::echo::{echoed, echoes_all};
use super::forms::Gap;
use super::gloss::{Gloss, words_within};
use super::rivals::Asked;
use super::{Answer, Draft, Maker};
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::study::Support;
use crate::extractive::terms::Term;
use crate::extractive::word::Word;

impl Maker<'_> {
    /// The question for the name of what the text says a term is.
    pub(super) fn called(
        &self,
        index: usize,
        subject: &Term,
        support: &[Support],
    ) -> Option<Draft> {
        let gloss = self.gloss(index)?;
        let says = gloss.says.as_deref()?;
        if gloss.form != Form::Is || !self.says_all(gloss) {
            return None;
        }
        let sentence = self.study.sentence(gloss.sentence);
        let places = [gloss.place.clone()];
        let asked = Asked {
            index,
            term: subject,
            gloss: Some(gloss),
            sentence: gloss.sentence,
            places: &places,
        };
        let told = words_within(&sentence.words, &gloss.definiens);
        let shared = echoed(subject, told, &sentence.plain);
        let gap = Gap::free(&subject.name, gloss.adjective);
        let rivals = self.rivals(&asked).into_iter();
        let candidates = rivals.filter_map(|rival| {
            let text = self.form_in(&gap, rival.term, false)?;
            Some(Candidate {
                agrees: true,
                echoes: echoes_all(rival.term, &shared, &sentence.plain),
                unlike: unlikeness(&text, gap.model),
                text,
                rival,
            })
        });
        let wrong = self.choose(candidates.collect(), gloss.sentence, !shared.is_empty())?;
        Some(Draft {
            question: fill(self.study.phrases.what_called, &[says]),
            right: Answer {
                text: escaped(&subject.name),
                reason: fill(
                    self.study.phrases.right,
                    &[&self.study.quoted(gloss.sentence)],
                ),
            },
            wrong,
            hint: self.hint(subject, support, gloss.sentence),
            pages: sentence.pages,
        })
    }

    /// Whether what a gloss says needs nothing of what hangs on the term: “the derivative *of
    /// a function* is the slope of *its* graph”.
    pub(super) fn says_all(&self, gloss: &Gloss) -> bool {
        let sentence = self.study.sentence(gloss.sentence);
        let last = gloss.place.end.checked_sub(1);
        let Some(last) = last.and_then(|at| sentence.words.get(at)) else {
            return false;
        };
        let end = after_bracket(&sentence.plain, last.range.end);
        let lexicon = &self.study.text.lexicon;
        let points =
            |word: &Word| lexicon.grammar.is_backward(word) && !lexicon.grammar.is_relative(word);
        let told = words_within(&sentence.words, &gloss.definiens);
        gloss.subject.end <= end || !told.iter().any(points)
    }
}
