//! From what the model wrote to a lesson: item by item, what is not sound is dropped, with the reason,
//! and what is sound is kept.

use std::collections::HashSet;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use ultudy_domain::{
    check_in::{AnswerOption, CheckInContent, LETTERS, TextCheckInContent, fold},
    lesson::{ConceptContent, Formula, LessonContent, SummaryParts},
};

use super::{
    chain::Unfit,
    draft::{Concept, Draft, OpenQuestion, Overview, Question},
    grounding::Source,
    inert, tex,
};

/// Most concepts of a lesson, and questions of either kind of a concept; the prompt asks for fewer.
pub(super) const CONCEPTS_MAX: usize = 15;
const QUESTIONS_MAX: usize = 5;
/// Most key points of an answer in one's own words.
const KEY_POINTS_MAX: usize = 8;
/// Longest name of a concept and key point, in characters.
const NAME_MAX: usize = 120;
/// Longest question, option or reason, in characters.
const LINE_MAX: usize = 4_000;
/// Most examples, notes and the like of one item.
const TEXTS_MAX: usize = 20;
/// Concepts that a lesson should have at least.
const CONCEPTS_MIN: usize = 3;

/// What is wrong with an item.
pub(super) type Reason = &'static str;

const SHAPE: Reason = "it is not as the schema has it";
const BLANK: Reason = "a text of it is missing or too long";
const PAGES: Reason = "its pages are not among the pages that were given";
const TWICE: Reason = "another one says the same";
const UNGROUNDED: Reason = "the pages do not say this";
const UNASKED: Reason = "none of its questions can be used";
const TOO_MANY: Reason = "there are too many of its kind";
const HIDDEN_KEY: Reason = "its key points are missing, or stand in the question";

/// An item that was dropped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Fault {
    /// The concept it belongs to; none if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) concept: Option<String>,
    /// The item as it was written.
    pub(super) item: Value,
    pub(super) reason: Reason,
}

/// What is kept of an answer, and what is not.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Checked {
    pub(super) overview: Overview,
    pub(super) concepts: Vec<ConceptContent>,
    pub(super) faults: Vec<Fault>,
    /// How many concepts and questions there were.
    written: usize,
}

impl Checked {
    /// Of what is sound.
    pub(super) fn of(overview: Overview, concepts: Vec<ConceptContent>) -> Self {
        Self {
            overview,
            concepts,
            ..Self::default()
        }
    }

    /// Whether so much is wrong that it is worth asking once more.
    pub(super) fn needs_repair(&self) -> bool {
        let are_few = self.concepts.len() < CONCEPTS_MIN;
        !self.faults.is_empty() && (are_few || self.faults.len() * 2 > self.written)
    }

    /// The lesson on this.
    pub(super) fn lesson(self, title: &str) -> LessonContent {
        let overview = self.overview;
        LessonContent {
            topic: title.trim().to_owned(),
            summary: overview.summary,
            summary_parts: SummaryParts {
                what: overview.what,
                why: overview.why,
                outcome: overview.outcome,
            },
            explanation: overview.explanation,
            examples: overview.examples,
            analogies: overview.analogies,
            concepts: self.concepts,
        }
    }

    fn log(&self) {
        if self.faults.is_empty() {
            return;
        }
        let mut reasons: Vec<Reason> = self.faults.iter().map(|fault| fault.reason).collect();
        reasons.sort_unstable();
        for reason in &reasons {
            super::metrics::dropped(reason);
        }
        let (written, dropped) = (self.written, self.faults.len());
        tracing::info!(written, dropped, ?reasons, "left out of a model's lesson");
    }
}

/// Reads and checks what the model wrote on this text.
pub(super) fn checked(text: &str, source: &mut Source) -> Result<Checked, Unfit> {
    let draft: Draft = serde_json::from_str(text).map_err(|_| Unfit::Unsound("not as asked"))?;
    if draft.concepts.is_empty() {
        return Err(Unfit::NothingTaught);
    }
    source.is_told_in(&draft.told());
    let overview = overview(&draft.overview).ok_or(Unfit::Unsound("no summary or explanation"))?;
    let mut checks = Checks::new(source, &[]);
    let concepts = checks.concepts(draft.concepts);
    let checked = Checked {
        overview,
        concepts,
        written: checks.written,
        faults: checks.faults,
    };
    checked.log();
    match checked.concepts.is_empty() {
        true => Err(Unfit::Unsound("no sound concept")),
        false => Ok(checked),
    }
}

/// Adds what was written instead of the faults to what was sound; whether that was anything.
///
/// # Errors
/// It is not what was asked for.
pub(super) fn repaired(text: &str, source: &Source, before: &mut Checked) -> Result<bool, Unfit> {
    #[derive(serde::Deserialize)]
    struct Again {
        concepts: Vec<Value>,
    }
    let again: Again = serde_json::from_str(text).map_err(|_| Unfit::Unsound("not as asked"))?;
    let mut checks = Checks::new(source, &before.concepts);
    let concepts = checks.concepts(again.concepts);
    before.faults = checks.faults;
    before.log();
    let is_better = !concepts.is_empty();
    for concept in concepts {
        let name = fold(&concept.name);
        let mut known = before.concepts.iter_mut();
        match known.find(|known| fold(&known.name) == name) {
            Some(known) => {
                known.check_ins.extend(concept.check_ins);
                known.check_ins.truncate(QUESTIONS_MAX);
                known.text_check_ins.extend(concept.text_check_ins);
                known.text_check_ins.truncate(QUESTIONS_MAX);
            }
            None => before.concepts.push(concept),
        }
    }
    before.concepts.truncate(CONCEPTS_MAX);
    Ok(is_better)
}

/// What is said of the whole, if it is said.
pub(super) fn overview(written: &Overview) -> Option<Overview> {
    let overview = Overview {
        summary: inert::text(&written.summary),
        what: texts(&written.what),
        why: inert::text(&written.why),
        outcome: inert::text(&written.outcome),
        explanation: inert::text(&written.explanation),
        examples: texts(&written.examples),
        analogies: texts(&written.analogies),
    };
    let is_said = !overview.summary.is_empty() && !overview.explanation.is_empty();
    is_said.then_some(overview)
}

/// What the items so far leave open to those that follow.
struct Checks<'a> {
    source: &'a Source,
    /// Of concepts that are there, whose questions may still come.
    known: HashSet<String>,
    names: HashSet<String>,
    questions: HashSet<String>,
    faults: Vec<Fault>,
    written: usize,
}

impl<'a> Checks<'a> {
    fn new(source: &'a Source, known: &[ConceptContent]) -> Self {
        let asked = known.iter().flat_map(|concept| {
            let open = concept.text_check_ins.iter().map(|it| fold(&it.question));
            let choices = concept.check_ins.iter().map(|it| fold(&it.question));
            choices.chain(open)
        });
        Self {
            source,
            known: known.iter().map(|concept| fold(&concept.name)).collect(),
            names: HashSet::new(),
            questions: asked.collect(),
            faults: Vec::new(),
            written: 0,
        }
    }

    fn concepts(&mut self, items: Vec<Value>) -> Vec<ConceptContent> {
        let mut sound = Vec::new();
        for item in items {
            self.written += 1;
            let made = match sound.len() == CONCEPTS_MAX {
                true => Err(TOO_MANY),
                false => self.concept(&item),
            };
            match made {
                Ok(concept) => sound.push(concept),
                Err(reason) => self.faults.push(Fault {
                    concept: None,
                    item,
                    reason,
                }),
            }
        }
        sound
    }

    /// The concept, if it is sound and at least one of its questions is.
    fn concept(&mut self, item: &Value) -> Result<ConceptContent, Reason> {
        let concept: Concept = read(item)?;
        let name = line(&concept.name, NAME_MAX)?;
        let explanation = some(&concept.explanation)?;
        let folded = fold(&name);
        if self.names.contains(&folded) {
            return Err(TWICE);
        }
        let claim = self.source.concept(&name, &explanation);
        let pages = self.pages([concept.page_start, concept.page_end])?;
        let pages = self.source.place(&claim, pages).ok_or(UNGROUNDED)?;
        let before = (self.faults.len(), self.questions.clone());
        let check_ins = self.questions(&name, &concept.questions, Self::question);
        let open = &concept.open_questions;
        let text_check_ins = self.questions(&name, open, Self::open_question);
        let has_questions = !check_ins.is_empty() || self.known.contains(&folded);
        if !has_questions {
            // It is asked for again as a whole, with the reasons of its questions in it.
            let first = self.faults.get(before.0).map(|fault| fault.reason);
            self.faults.truncate(before.0);
            self.questions = before.1;
            return Err(first.unwrap_or(UNASKED));
        }
        self.names.insert(folded);
        Ok(ConceptContent {
            name,
            explanation,
            examples: texts(&concept.examples),
            analogies: texts(&concept.analogies),
            formulas: self.formulas(&concept),
            important_notes: texts(&concept.important_notes),
            pages,
            check_ins,
            text_check_ins,
        })
    }

    /// Those of the text, among as many as may be kept: no more are looked for.
    fn formulas(&self, concept: &Concept) -> Vec<Formula> {
        let formulas = concept.formulas.iter().take(TEXTS_MAX);
        let formulas = formulas.filter_map(|item| {
            let formula = inert::text(&item.formula);
            let is_kept = tex::is_harmless(&formula) && self.source.has_formula(&formula);
            is_kept.then(|| Formula {
                formula,
                variables: inert::text(&item.variables),
            })
        });
        formulas.collect()
    }

    fn questions<T>(
        &mut self,
        concept: &str,
        items: &[Value],
        check: impl Fn(&mut Self, &Value) -> Result<T, Reason>,
    ) -> Vec<T> {
        let mut sound = Vec::new();
        for item in items {
            self.written += 1;
            let made = match sound.len() == QUESTIONS_MAX {
                true => Err(TOO_MANY),
                false => check(self, item),
            };
            match made {
                Ok(question) => sound.push(question),
                Err(reason) => self.faults.push(Fault {
                    concept: Some(concept.to_owned()),
                    item: item.clone(),
                    reason,
                }),
            }
        }
        sound
    }

    fn question(&mut self, item: &Value) -> Result<CheckInContent, Reason> {
        let asked: Question = read(item)?;
        let options = asked.options.iter().zip(LETTERS).map(|(option, letter)| {
            Ok(AnswerOption {
                letter: letter.to_owned(),
                text: line(&option.text, LINE_MAX)?,
                correct: option.correct,
                explanation: line(&option.explanation, LINE_MAX)?,
            })
        });
        let options = options.collect::<Result<Vec<_>, Reason>>()?;
        let right = options.iter().find(|option| option.correct);
        let mut check_in = CheckInContent {
            question: line(&asked.question, LINE_MAX)?,
            expected_answer: right.map(|right| right.text.clone()).unwrap_or_default(),
            hint: line(&asked.hint, LINE_MAX)?,
            pages: self.pages([asked.page_start, asked.page_end])?,
            options,
        };
        if asked.options.len() != LETTERS.len() {
            return Err("there are not four options");
        }
        if let Some(fault) = check_in.fault() {
            return Err(fault);
        }
        let (question, answer) = (&check_in.question, &check_in.expected_answer);
        check_in.pages = self.placed(question, answer, check_in.pages)?;
        self.asked_once(&check_in.question)?;
        Ok(check_in)
    }

    fn open_question(&mut self, item: &Value) -> Result<TextCheckInContent, Reason> {
        let asked: OpenQuestion = read(item)?;
        let question = line(&asked.question, LINE_MAX)?;
        let expected_answer = line(&asked.answer, LINE_MAX)?;
        let said = fold(&question);
        let points = asked.key_points.iter().filter_map(|point| {
            let point = line(point, NAME_MAX).ok()?;
            (!said.contains(&fold(&point))).then_some(point)
        });
        let key_points: Vec<_> = points.take(KEY_POINTS_MAX).collect();
        if key_points.is_empty() {
            return Err(HIDDEN_KEY);
        }
        let pages = self.pages([asked.page_start, asked.page_end])?;
        let pages = self.placed(&question, &expected_answer, pages)?;
        self.asked_once(&question)?;
        Ok(TextCheckInContent {
            question,
            expected_answer,
            key_points,
            pages,
        })
    }

    fn placed(&self, question: &str, right: &str, pages: [u32; 2]) -> Result<[u32; 2], Reason> {
        let claim = self.source.question(question, right);
        self.source.place(&claim, pages).ok_or(UNGROUNDED)
    }

    /// Answers find their question by its words.
    fn asked_once(&mut self, question: &str) -> Result<(), Reason> {
        match self.questions.insert(fold(question)) {
            true => Ok(()),
            false => Err(TWICE),
        }
    }

    fn pages(&self, [first, last]: [u32; 2]) -> Result<[u32; 2], Reason> {
        let range = self.source.range();
        let is_within = range.contains(&first) && range.contains(&last) && first <= last;
        is_within.then_some([first, last]).ok_or(PAGES)
    }
}

fn read<T: DeserializeOwned>(item: &Value) -> Result<T, Reason> {
    T::deserialize(item).map_err(|_| SHAPE)
}

/// A text that says something and is no longer than that.
fn line(text: &str, longest: usize) -> Result<String, Reason> {
    let text = some(text)?;
    (text.chars().count() <= longest)
        .then_some(text)
        .ok_or(BLANK)
}

fn some(text: &str) -> Result<String, Reason> {
    let text = inert::text(text);
    (!text.is_empty()).then_some(text).ok_or(BLANK)
}

fn texts(texts: &[String]) -> Vec<String> {
    let harmless = texts.iter().map(|text| inert::text(text));
    let some = harmless.filter(|text| !text.is_empty());
    some.take(TEXTS_MAX).collect()
}

#[cfg(test)]
mod tests;
