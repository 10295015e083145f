//! From what the model wrote to a lesson: item by item, what is not sound is dropped and what is
//! sound is kept.

use std::{collections::HashSet, ops::RangeInclusive};

use serde::de::DeserializeOwned;
use serde_json::Value;
use ultudy_domain::{
    check_in::{AnswerOption, CheckInContent, LETTERS, fold},
    lesson::{ConceptContent, Formula, LessonContent, SummaryParts},
};

use super::{
    chain::Unfit,
    draft::{Concept, Draft, Question},
};
use crate::LessonInput;

/// Most concepts of a lesson, and questions of a concept; the prompt asks for fewer.
const CONCEPTS_MAX: usize = 15;
const QUESTIONS_MAX: usize = 5;
/// Longest name of a concept, in characters.
const NAME_MAX: usize = 120;
/// Longest question, option or reason, in characters.
const LINE_MAX: usize = 4_000;

/// What an answer is checked by.
pub(super) struct Asked {
    title: String,
    pages: RangeInclusive<u32>,
}

impl Asked {
    /// What remains of this.
    pub(super) fn of(input: LessonInput) -> Self {
        let first = input.parts.iter().map(|part| part.page_start).min();
        let last = input.parts.iter().map(|part| part.page_end).max();
        Self {
            title: input.title,
            pages: first.unwrap_or(1)..=last.unwrap_or(1),
        }
    }
}

/// Reads and checks what the model wrote.
pub(super) fn checked(text: &str, asked: &Asked) -> Result<LessonContent, Unfit> {
    let draft: Draft = serde_json::from_str(text).map_err(|_| Unfit::Unsound("not as asked"))?;
    if draft.concepts.is_empty() {
        return Err(Unfit::NothingTaught);
    }
    let written = draft.concepts.len();
    let mut checks = Checks::new(asked.pages.clone());
    let concepts = draft
        .concepts
        .into_iter()
        .filter_map(|item| checks.concept(item));
    let concepts: Vec<_> = concepts.take(CONCEPTS_MAX).collect();
    let (kept, dropped) = (concepts.len(), checks.dropped_questions);
    if kept < written || dropped > 0 {
        tracing::info!(
            written,
            kept,
            dropped_questions = dropped,
            "left out of a model's lesson"
        );
    }
    if concepts.is_empty() {
        return Err(Unfit::Unsound("no sound concept"));
    }
    let summary = clean(&draft.summary);
    let explanation = clean(&draft.explanation);
    if summary.is_empty() || explanation.is_empty() {
        return Err(Unfit::Unsound("no summary or explanation"));
    }
    Ok(LessonContent {
        topic: asked.title.trim().to_owned(),
        summary_parts: SummaryParts {
            what: texts(&draft.what),
            why: clean(&draft.why),
            outcome: clean(&draft.outcome),
        },
        summary,
        explanation,
        examples: texts(&draft.examples),
        analogies: texts(&draft.analogies),
        concepts,
    })
}

/// What the items so far leave open to those that follow.
struct Checks {
    pages: RangeInclusive<u32>,
    names: HashSet<String>,
    questions: HashSet<String>,
    dropped_questions: usize,
}

impl Checks {
    fn new(pages: RangeInclusive<u32>) -> Self {
        Self {
            pages,
            names: HashSet::new(),
            questions: HashSet::new(),
            dropped_questions: 0,
        }
    }

    /// The concept, if it is sound and at least one of its questions is.
    fn concept(&mut self, item: Value) -> Option<ConceptContent> {
        let concept: Concept = read(item)?;
        let name = line(&concept.name, NAME_MAX)?;
        let pages = self.pages(concept.page_start, concept.page_end)?;
        let explanation = Some(clean(&concept.explanation)).filter(|text| !text.is_empty())?;
        if self.names.contains(&fold(&name)) {
            return None;
        }
        let written = concept.questions.len();
        let questions = concept.questions.into_iter();
        let questions = questions.filter_map(|item| self.question(item));
        let check_ins: Vec<_> = questions.take(QUESTIONS_MAX).collect();
        self.dropped_questions += written - check_ins.len();
        if check_ins.is_empty() {
            return None;
        }
        self.names.insert(fold(&name));
        let formulas = concept.formulas.iter().map(|formula| Formula {
            formula: clean(&formula.formula),
            variables: clean(&formula.variables),
        });
        Some(ConceptContent {
            name,
            explanation,
            examples: texts(&concept.examples),
            analogies: texts(&concept.analogies),
            formulas: formulas
                .filter(|formula| !formula.formula.is_empty())
                .collect(),
            important_notes: texts(&concept.important_notes),
            pages,
            check_ins,
            text_check_ins: Vec::new(),
        })
    }

    fn question(&mut self, item: Value) -> Option<CheckInContent> {
        let asked: Question = read(item)?;
        let pages = self.pages(asked.page_start, asked.page_end)?;
        let options = asked.options.iter().zip(LETTERS).map(|(option, letter)| {
            Some(AnswerOption {
                letter: letter.to_owned(),
                text: line(&option.text, LINE_MAX)?,
                correct: option.correct,
                explanation: line(&option.explanation, LINE_MAX)?,
            })
        });
        let options = options.collect::<Option<Vec<_>>>()?;
        let right = options.iter().find(|option| option.correct)?;
        let check_in = CheckInContent {
            question: line(&asked.question, LINE_MAX)?,
            expected_answer: right.text.clone(),
            hint: line(&asked.hint, LINE_MAX)?,
            pages,
            options,
        };
        let is_sound = asked.options.len() == LETTERS.len() && check_in.fault().is_none();
        // Answers find their question by its words.
        (is_sound && self.questions.insert(fold(&check_in.question))).then_some(check_in)
    }

    fn pages(&self, first: u32, last: u32) -> Option<[u32; 2]> {
        let is_within = self.pages.contains(&first) && self.pages.contains(&last);
        (is_within && first <= last).then_some([first, last])
    }
}

fn read<T: DeserializeOwned>(item: Value) -> Option<T> {
    serde_json::from_value(item).ok()
}

/// A text that says something and is no longer than that.
fn line(text: &str, longest: usize) -> Option<String> {
    let text = clean(text);
    (!text.is_empty() && text.chars().count() <= longest).then_some(text)
}

fn texts(texts: &[String]) -> Vec<String> {
    let clean = texts.iter().map(|text| clean(text));
    clean.filter(|text| !text.is_empty()).collect()
}

/// Without control characters, which databases refuse, and without what turns the direction of a
/// text round, which can make it read as something else than it is.
fn clean(text: &str) -> String {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || turns(*c));
    let text: String = text.chars().filter(kept).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests;
