//! Practice: a set of questions from the student's lessons; where there are no lessons yet,
//! from questions made on the spot.

use std::collections::HashSet;

use serde::Serialize;
use ultudy_domain::{
    check_in::{self, CheckInContent},
    field::{self, CHAPTER_MAX},
    mastery::Mastery,
    practice::{Difficulty, hardness, need},
};
use ultudy_store::{
    TenantTx,
    chunks::Within,
    courses, documents,
    practice::{self, PracticeQuestion, Scope},
};
use uuid::Uuid;

use crate::{
    App, Error, Result,
    search::hybrid::{self, Question},
};

mod made;

/// Most questions of a set.
pub const QUESTIONS_MAX: usize = 20;
/// Questions of a set if no number is named.
pub const QUESTIONS_DEFAULT: usize = 10;
/// Most stored questions that are chosen from.
const CHOICE_MAX: i64 = 500;
/// Longest topic, in characters.
const TOPIC_MAX: usize = 500;
/// Passages that a topic is looked for in.
const PASSAGES: usize = 24;

/// A set to be put together.
#[derive(Debug, Clone, Default)]
pub struct PracticeRequest {
    /// What it is about, in words.
    pub topic: Option<String>,
    /// In this course.
    pub course_id: Option<Uuid>,
    /// In this document.
    pub document_id: Option<Uuid>,
    /// In documents of this chapter.
    pub chapter: Option<String>,
    /// Concepts that need it most first.
    pub weak_areas: bool,
    /// How many questions.
    pub count: usize,
    /// How hard.
    pub difficulty: Difficulty,
}

/// A question of a set.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PracticeItem {
    /// The question.
    pub question: String,
    /// Four answers.
    pub choices: Vec<String>,
    /// Which of them is right, from 0.
    #[serde(rename = "correctIndex")]
    pub correct_index: usize,
    /// Why.
    pub rationale: String,
    /// Why each answer is right or wrong.
    pub explanations: Vec<String>,
    /// Where it comes from.
    pub source: PracticeSource,
    /// The question's id, to submit an answer to; null if it was made just now and is not
    /// kept, so that an answer moves no mastery.
    pub check_in_id: Option<Uuid>,
    /// The concept it asks about.
    pub concept: String,
}

/// Where a question comes from.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PracticeSource {
    /// The document.
    pub document_id: Uuid,
    /// First page.
    pub page_start: u32,
    /// Last page.
    pub page_end: u32,
}

/// A question that may be taken, and how well it fits.
struct Candidate {
    item: PracticeItem,
    need: u8,
    distance: f64,
}

/// Puts a set together; shorter than asked for, or empty, where there is not enough.
///
/// # Errors
/// Fields that cannot be taken; [`Error::NotFound`] for the course or document;
/// [`Error::Unavailable`] when questions must be made and the generator does not answer.
pub async fn set(app: &App, owner_id: &str, asked: &PracticeRequest) -> Result<Vec<PracticeItem>> {
    let topic = field::optional("topic", asked.topic.as_deref(), TOPIC_MAX)?;
    let scope = Scope {
        course_id: asked.course_id,
        document_id: asked.document_id,
        chapter: field::optional("chapter", asked.chapter.as_deref(), CHAPTER_MAX)?,
    };
    if !(1..=QUESTIONS_MAX).contains(&asked.count) {
        let reason = format!("must be between 1 and {QUESTIONS_MAX}");
        return Err(Error::field("n", reason));
    }
    let question = match &topic {
        Some(topic) => Some(hybrid::question(app, owner_id, topic).await),
        None => None,
    };
    let mut tx = app.store.read(owner_id).await?;
    exists(&mut tx, &scope).await?;
    let sections = match &question {
        Some(question) => Some(sections_about(app, &mut tx, question, &scope).await?),
        None => None,
    };
    let stored = practice::questions(&mut tx, &scope, CHOICE_MAX).await?;
    let unlearnt = practice::unlearnt(&mut tx, &scope, CHOICE_MAX).await?;
    drop(tx);
    let about = |section: Option<Uuid>| match &sections {
        Some(found) => section.is_some_and(|id| found.contains(&id)),
        None => true,
    };
    let stored = stored
        .into_iter()
        .filter(|one| about(one.concept.section_id));
    let mut candidates: Vec<Candidate> = stored
        .filter_map(|one| Candidate::stored(one, asked.difficulty))
        .collect();
    let missing = asked.count.saturating_sub(candidates.len());
    if missing > 0 {
        let places = match &sections {
            // In the order of the hits.
            Some(found) => found
                .iter()
                .copied()
                .filter(|id| unlearnt.contains(id))
                .collect(),
            None => unlearnt,
        };
        candidates
            .extend(made::questions(app, owner_id, &places, missing, asked.difficulty).await?);
    }
    Ok(chosen(app, candidates, asked))
}

async fn exists(tx: &mut TenantTx, scope: &Scope) -> Result<()> {
    if let Some(id) = scope.course_id {
        let course = courses::find(tx, id).await?;
        course.ok_or(Error::NotFound("course"))?;
    }
    if let Some(id) = scope.document_id {
        let document = documents::find(tx, id).await?;
        document.ok_or(Error::NotFound("document"))?;
    }
    Ok(())
}

/// The sections whose passages speak of a topic, the best first.
async fn sections_about(
    app: &App,
    tx: &mut TenantTx,
    topic: &Question<'_>,
    scope: &Scope,
) -> Result<Vec<Uuid>> {
    let within = Within {
        course_id: scope.course_id,
        document_id: scope.document_id,
    };
    let ranked = hybrid::find(app, tx, topic, within, (0, PASSAGES)).await?;
    let mut sections: Vec<Uuid> = Vec::new();
    for (chunk, _) in ranked.chunks {
        if !sections.contains(&chunk.section_id) {
            sections.push(chunk.section_id);
        }
    }
    Ok(sections)
}

/// The best fitting, no two alike; among equals chance decides.
fn chosen(app: &App, mut candidates: Vec<Candidate>, asked: &PracticeRequest) -> Vec<PracticeItem> {
    for candidate in &mut candidates {
        // Chance moves a question a little: no two sets are the same.
        candidate.distance += 0.1 * app.clock.jitter();
        if !asked.weak_areas {
            candidate.need = 0;
        }
    }
    candidates.sort_by(|left, right| {
        let need = left.need.cmp(&right.need);
        need.then(left.distance.total_cmp(&right.distance))
    });
    let mut seen: HashSet<String> = HashSet::new();
    let items = candidates.into_iter().map(|candidate| candidate.item);
    items
        .filter(|item| seen.insert(check_in::fold(&item.question)))
        .take(asked.count)
        .collect()
}

impl Candidate {
    fn stored(one: PracticeQuestion, difficulty: Difficulty) -> Option<Self> {
        let PracticeQuestion { check_in, concept } = one;
        let item = item(&check_in.content, concept.document_id, &concept.name)?;
        Some(Self {
            need: need(&concept.mastery),
            distance: difficulty.distance(hardness(&check_in.content, &concept.mastery)),
            item: PracticeItem {
                check_in_id: Some(check_in.id),
                ..item
            },
        })
    }

    fn made(
        content: &CheckInContent,
        document_id: Uuid,
        concept: &str,
        difficulty: Difficulty,
    ) -> Option<Self> {
        Some(Self {
            item: item(content, document_id, concept)?,
            need: need(&Mastery::NEW),
            distance: difficulty.distance(hardness(content, &Mastery::NEW)),
        })
    }
}

fn item(content: &CheckInContent, document_id: Uuid, concept: &str) -> Option<PracticeItem> {
    let options = &content.options;
    let correct_index = options.iter().position(|option| option.correct)?;
    Some(PracticeItem {
        question: content.question.clone(),
        choices: options.iter().map(|option| option.text.clone()).collect(),
        correct_index,
        rationale: options[correct_index].explanation.clone(),
        explanations: options
            .iter()
            .map(|option| option.explanation.clone())
            .collect(),
        source: PracticeSource {
            document_id,
            page_start: content.pages[0],
            page_end: content.pages[1],
        },
        check_in_id: None,
        concept: concept.to_owned(),
    })
}
