//! Check-ins from the text's own sentences.

mod cloze;
mod continuation;
mod gap;
mod rivals;

use ultudy_domain::check_in::{AnswerOption, CheckInContent, LETTERS};

use super::phrases::fill;
use super::quotes::{self, GAP, cited};
use super::study::{Study, Support};
use super::terms::Term;

/// Questions of one concept at most.
const QUESTIONS_MAX: usize = 3;
/// Characters of a sentence in a question or an option at most.
const LENGTH_MAX: usize = 320;

/// Makes questions; wrong answers come from the other terms.
pub(super) struct Maker<'a> {
    /// The text.
    pub study: &'a Study,
    /// The terms that became concepts, then the others.
    pub rivals: &'a [usize],
    /// How many of `rivals` are concepts.
    pub concepts: usize,
}

/// An answer to choose and why it is right or wrong.
struct Answer {
    text: String,
    reason: String,
}

/// A question in the making.
struct Draft {
    question: String,
    right: Answer,
    wrong: Vec<Answer>,
    hint: String,
    pages: [u32; 2],
}

impl Maker<'_> {
    /// The questions about a term, none that is unsound.
    pub(super) fn check_ins(&self, term: usize) -> Vec<CheckInContent> {
        let Some(subject) = self.study.terms.get(term) else {
            return Vec::new();
        };
        let support = self.study.support(subject);
        let mut drafts = self.clozes(subject, &support);
        let second = drafts.split_off(drafts.len().min(1));
        drafts.extend(self.continuation(subject, &support));
        drafts.extend(self.gap(subject, &support));
        drafts.extend(second);
        let mut check_ins: Vec<CheckInContent> = Vec::new();
        for check_in in drafts.into_iter().map(Draft::finish) {
            let known = check_ins
                .iter()
                .any(|known| known.question == check_in.question);
            if check_in.fault().is_none() && !known && check_ins.len() < QUESTIONS_MAX {
                check_ins.push(check_in);
            }
        }
        check_ins
    }

    /// Points to where the answer can be found, without giving it.
    fn hint(&self, subject: &Term, support: &[Support], asked: usize) -> String {
        let study = self.study;
        let other = support
            .iter()
            .filter(|found| found.sentence != asked && found.worth > 0.0)
            .find_map(|found| {
                let gapped = self.gapped(found)?;
                let pages = study.sentence(found.sentence).pages;
                Some(cited(&format!("“{gapped}”"), pages))
            });
        if let Some(other) = other {
            return fill(study.phrases.compare, &[&other]);
        }
        let sentence = study.sentence(asked);
        let page = quotes::citation(sentence.pages);
        let heading = sentence.heading.and_then(|at| study.text.headings.get(at));
        let silent = heading.filter(|heading| {
            !heading
                .plain
                .to_lowercase()
                .contains(&subject.name.to_lowercase())
        });
        match silent {
            Some(heading) => fill(study.phrases.look_under, &[&heading.quote, &page]),
            None => fill(study.phrases.look_at, &[&page]),
        }
    }

    /// The sentence with a gap for the term, wherever the term stands in it.
    fn gapped(&self, support: &Support) -> Option<String> {
        let sentence = self.study.sentence(support.sentence);
        let gaps: Option<Vec<_>> = support
            .places
            .iter()
            .map(|place| {
                let words = sentence.words.get(place.clone())?;
                Some(words.first()?.range.start..words.last()?.range.end)
            })
            .collect();
        let gapped = self.study.text.with_gaps(support.sentence, &gaps?, GAP)?;
        (gapped.chars().count() <= LENGTH_MAX).then_some(gapped)
    }

    /// What the text says best about a term, quoted.
    fn saying(&self, term: &Term) -> Option<String> {
        let support = self.study.support(term);
        let best = support.first()?;
        Some(quotes::quoted(self.study.sentence(best.sentence)))
    }
}

impl Draft {
    fn finish(self) -> CheckInContent {
        let expected_answer = self.right.text.clone();
        let answers = [self.right].into_iter().chain(self.wrong);
        let options = answers
            .zip(LETTERS)
            .enumerate()
            .map(|(place, (answer, letter))| AnswerOption {
                letter: letter.to_owned(),
                text: answer.text,
                correct: place == 0,
                explanation: answer.reason,
            })
            .collect();
        CheckInContent {
            question: self.question,
            options,
            expected_answer,
            hint: self.hint,
            pages: self.pages,
        }
    }
}
