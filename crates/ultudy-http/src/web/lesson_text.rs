//! A lesson's texts as HTML, kept for a while: a lesson never changes (another version is
//! another lesson), and setting its texts costs more than all the rest of its page.

use std::sync::Arc;

use moka::sync::Cache;
use ultudy_domain::{
    check_in::{CheckIn, TextCheckIn},
    lesson::{Formula, Lesson, LessonConcept},
};
use uuid::Uuid;

use super::markdown::{self, Html, Pictures};

/// Most memory the kept lessons take, in bytes.
const KEPT_BYTES: u64 = 16 << 20;

/// A lesson's texts. What is right and why is left out until it is answered.
#[derive(Debug)]
pub(super) struct LessonText {
    pub(super) lesson_id: Uuid,
    pub(super) summary: Html,
    pub(super) what: Vec<Html>,
    pub(super) why: Html,
    pub(super) outcome: Html,
    pub(super) explanation: Html,
    pub(super) examples: Vec<Html>,
    pub(super) analogies: Vec<Html>,
    pub(super) concepts: Vec<ConceptText>,
}

/// A concept's texts.
#[derive(Debug)]
pub(super) struct ConceptText {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) explanation: Html,
    pub(super) examples: Vec<Html>,
    pub(super) analogies: Vec<Html>,
    pub(super) formulas: Vec<FormulaText>,
    pub(super) notes: Vec<Html>,
    pub(super) pages: [u32; 2],
    pub(super) check_ins: Vec<CheckInText>,
    pub(super) text_check_ins: Vec<OwnWordsText>,
}

/// A formula and its letters.
#[derive(Debug)]
pub(super) struct FormulaText {
    pub(super) formula: Html,
    pub(super) variables: Html,
}

/// A question without its answer.
#[derive(Debug)]
pub(super) struct CheckInText {
    pub(super) id: Uuid,
    pub(super) question: Html,
    pub(super) hint: Html,
    pub(super) options: Vec<OptionText>,
    pub(super) pages: [u32; 2],
}

/// A question to answer in one's own words.
#[derive(Debug)]
pub(super) struct OwnWordsText {
    pub(super) id: Uuid,
    pub(super) question: Html,
    pub(super) pages: [u32; 2],
}

/// One of the four.
#[derive(Debug)]
pub(super) struct OptionText {
    pub(super) letter: String,
    /// What is sent when it is chosen: its text as it is stored, since a letter may also
    /// be the text of another option.
    pub(super) answer: String,
    pub(super) text: Html,
}

/// The lessons shown lately.
#[derive(Debug, Clone)]
pub(super) struct LessonTexts(Cache<Uuid, Arc<LessonText>>);

impl LessonTexts {
    pub(super) fn new() -> Self {
        let weigher =
            |_: &Uuid, text: &Arc<LessonText>| u32::try_from(text.bytes()).unwrap_or(u32::MAX);
        Self(
            Cache::builder()
                .max_capacity(KEPT_BYTES)
                .weigher(weigher)
                .build(),
        )
    }

    /// The texts of a lesson shown lately. Whoever asks has found the id to be the
    /// visitor's own.
    pub(super) fn kept(&self, lesson_id: Uuid) -> Option<Arc<LessonText>> {
        self.0.get(&lesson_id)
    }

    /// The texts of a lesson, kept from now on.
    pub(super) fn set(&self, lesson: &Lesson, pictures: &Pictures) -> Arc<LessonText> {
        self.0
            .get_with(lesson.id, || Arc::new(LessonText::new(lesson, pictures)))
    }
}

impl LessonText {
    pub(super) fn new(lesson: &Lesson, pictures: &Pictures) -> Self {
        let parts = &lesson.summary_parts;
        Self {
            lesson_id: lesson.id,
            summary: markdown::block_with(&lesson.summary, pictures),
            what: blocks(&parts.what, pictures),
            why: markdown::block(&parts.why),
            outcome: markdown::block(&parts.outcome),
            explanation: markdown::block_with(&lesson.explanation, pictures),
            examples: blocks(&lesson.examples, pictures),
            analogies: blocks(&lesson.analogies, pictures),
            concepts: lesson
                .concepts
                .iter()
                .map(|concept| ConceptText::new(concept, pictures))
                .collect(),
        }
    }

    /// Roughly what it takes in memory.
    fn bytes(&self) -> usize {
        let own = [&self.summary, &self.why, &self.outcome, &self.explanation];
        let lists = [&self.what, &self.examples, &self.analogies];
        let texts = own.into_iter().chain(lists.into_iter().flatten());
        let concepts = self.concepts.iter().map(ConceptText::bytes).sum::<usize>();
        texts.map(weight).sum::<usize>() + concepts
    }
}

impl ConceptText {
    fn new(concept: &LessonConcept, pictures: &Pictures) -> Self {
        Self {
            id: concept.id,
            name: concept.name.clone(),
            explanation: markdown::block_with(&concept.explanation, pictures),
            examples: blocks(&concept.examples, pictures),
            analogies: blocks(&concept.analogies, pictures),
            formulas: concept.formulas.iter().map(FormulaText::new).collect(),
            notes: blocks(&concept.important_notes, pictures),
            pages: concept.pages,
            check_ins: concept.check_ins.iter().map(CheckInText::new).collect(),
            text_check_ins: concept
                .text_check_ins
                .iter()
                .map(OwnWordsText::new)
                .collect(),
        }
    }

    fn bytes(&self) -> usize {
        let lists = [&self.examples, &self.analogies, &self.notes];
        let formulas = self
            .formulas
            .iter()
            .flat_map(|one| [&one.formula, &one.variables]);
        let check_ins = self.check_ins.iter().flat_map(|check_in| {
            let options = check_in.options.iter().map(|option| &option.text);
            options.chain([&check_in.question, &check_in.hint])
        });
        let own_words = self.text_check_ins.iter().map(|one| &one.question);
        let texts = lists.into_iter().flatten().chain(formulas).chain(check_ins);
        let texts = texts.chain(own_words);
        texts.map(weight).sum::<usize>() + weight(&self.explanation) + self.name.len()
    }
}

impl FormulaText {
    fn new(formula: &Formula) -> Self {
        Self {
            formula: markdown::block(&formula.formula),
            variables: markdown::block(&formula.variables),
        }
    }
}

impl CheckInText {
    fn new(check_in: &CheckIn) -> Self {
        let option = |option: &ultudy_domain::check_in::AnswerOption| OptionText {
            letter: option.letter.clone(),
            answer: option.text.clone(),
            text: markdown::inline(&option.text),
        };
        Self {
            id: check_in.id,
            question: markdown::block(&check_in.content.question),
            hint: markdown::block(&check_in.content.hint),
            options: check_in.content.options.iter().map(option).collect(),
            pages: check_in.content.pages,
        }
    }
}

impl OwnWordsText {
    fn new(check_in: &TextCheckIn) -> Self {
        Self {
            id: check_in.id,
            question: markdown::block(&check_in.content.question),
            pages: check_in.content.pages,
        }
    }
}

fn blocks(texts: &[String], pictures: &Pictures) -> Vec<Html> {
    let block = |text: &String| markdown::block_with(text, pictures);
    texts.iter().map(block).collect()
}

/// A text's bytes and the room its place takes.
fn weight(text: &Html) -> usize {
    text.len() + size_of::<Html>()
}
