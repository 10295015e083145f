//! Check-ins from the text's own sentences.

mod cloze;
mod completion;
mod open;
mod reason;
mod rivals;
mod sound;

use ultudy_domain::check_in::{AnswerOption, CheckInContent, LETTERS};

use super::language::Language;
use super::phrases::fill;
use super::quotes::{self, GAP, escaped};
use super::study::{Study, Support};
use super::terms::Term;

/// Questions of one concept at most.
const QUESTIONS_MAX: usize = 3;
/// Wrong options of a question.
const WRONG: usize = 3;
/// Mentions looked at for a form of a term.
const FORMS_MAX: usize = 40;
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
    /// What a sentence must do to be asked about.
    pub rigor: Rigor,
}

/// What a sentence must do to be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rigor {
    /// Say what a term is or does, and be understood alone.
    Defined,
    /// The same, with wrong answers the text says less of.
    Loose,
    /// Name the section's matter, be understood alone, and be what the text turns on.
    Complete,
    /// Name a term, and be understood alone: for texts that have nothing better.
    Any,
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
        let support = self.study.support(term);
        if !self.is_name(subject) {
            return Vec::new();
        }
        let (defining, loose) = self.clozes(subject, support);
        let mut drafts: Vec<Draft> = self.completion(subject, support).into_iter().collect();
        drafts.extend(defining);
        drafts.extend(self.reason(subject, support));
        if drafts.is_empty() {
            drafts.extend(loose);
        }
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
            .filter(|found| found.sentence != asked && self.study.complete[found.sentence])
            .find_map(|found| {
                let gapped = self.gapped(found)?;
                let pages = study.sentence(found.sentence).pages;
                Some(study.phrases.quote(&gapped, pages))
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

    /// Another sentence about the term: here the term is known, its sentence is asked.
    fn hint_in_full(&self, subject: &Term, support: &[Support], asked: usize) -> String {
        let other = support
            .iter()
            .find(|found| found.sentence != asked && self.study.complete[found.sentence]);
        match other {
            Some(found) => {
                let quote = self.study.quoted(found.sentence);
                fill(self.study.phrases.compare, &[&quote])
            }
            None => self.hint(subject, support, asked),
        }
    }

    /// A term in the form closest to another's, which may stand at the head of a
    /// sentence: number and capital must not tell the right answer from the wrong ones.
    fn form_like(&self, term: &Term, model: &str, at_head: bool) -> String {
        let forms = term.mentions.iter().take(FORMS_MAX).filter_map(|mention| {
            self.study
                .sentence(mention.sentence)
                .written(&mention.words)
        });
        let unlike = |form: &&str| {
            u8::from(form.ends_with('s') != model.ends_with('s'))
                + u8::from(starts_upper(form) != starts_upper(model))
        };
        let best = [term.name.as_str()]
            .into_iter()
            .chain(forms)
            .min_by_key(unlike);
        let best = best.unwrap_or(&term.name);
        if at_head && starts_upper(model) {
            escaped(&with_first(best, |first| first.to_uppercase().collect()))
        } else if !starts_upper(model) && self.is_capital_by_place(term, best) {
            escaped(&with_first(best, |first| first.to_lowercase().collect()))
        } else {
            escaped(best)
        }
    }

    /// Whether a term has its capital only from the head of its sentences.
    fn is_capital_by_place(&self, term: &Term, form: &str) -> bool {
        let at_head = term.mentions.iter().all(|mention| mention.words.start == 0);
        let acronym = form.chars().nth(1).is_some_and(char::is_uppercase);
        at_head && !acronym && self.study.text.lexicon.language != Language::German
    }

    /// What the text says best about a term, quoted.
    fn saying(&self, term: usize) -> Option<String> {
        let support = self.study.support(term);
        let telling = support.iter().find(|found| self.tells(found));
        let best = telling.or(support.first())?;
        Some(self.study.quoted(best.sentence))
    }
}

fn with_first(text: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(change).unwrap_or_default();
    first + characters.as_str()
}

fn starts_upper(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
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
