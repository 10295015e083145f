//! Questions of students, and explanations once more: answered from passages of their own material,
//! by a model where there is one, else by the sentences that come closest. What the material does not
//! say no model is asked about.

use serde::Serialize;
use ultudy_domain::{field, usage::MadeFor};
use ultudy_llm::AnswerKind;
use ultudy_store::{chunks::Within, courses, documents};
use uuid::Uuid;

use crate::{App, Error, Result, limits::Kind, preferences, search::hybrid};

mod answering;
mod material;
mod quoted;

pub use answering::{Answering, Event};
use material::Material;

/// Longest question, in characters.
const QUESTION_MAX: usize = 2_000;

/// A question, and from what it is to be answered: of a document where one is named, else of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// In the student's words.
    pub question: String,
    /// Answered from this course's documents.
    pub course_id: Option<Uuid>,
    /// Answered from this document.
    pub document_id: Option<Uuid>,
    /// In this language, one of `language::CHOICES`; none: the one that the student wants, or the question's.
    pub language: Option<&'static str>,
}

/// What is explained once more: a concept where one is named, else a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// How.
    pub kind: Explanation,
    /// A concept of a lesson.
    pub concept_id: Option<Uuid>,
    /// A section.
    pub section_id: Option<Uuid>,
    /// In this language, one of `language::CHOICES`; none: the one that the student wants, or its own.
    pub language: Option<&'static str>,
}

/// How something is explained once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explanation {
    /// In another way.
    Again,
    /// In simpler words.
    Simpler,
    /// By another example.
    Example,
}

/// A passage that an answer is made from, and may cite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CitedSource {
    /// By which it is cited: `[1]`.
    pub number: usize,
    /// Its document.
    pub document_id: Uuid,
    /// The document's title.
    pub document_title: String,
    /// Its section.
    pub section_id: Uuid,
    /// The section's name.
    pub title: String,
    /// First page.
    pub page_start: i32,
    /// Last page.
    pub page_end: i32,
}

/// By whom an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// A language model, from the sources.
    Model,
    /// Nobody: sentences of the sources, as they stand.
    Quotations,
    /// Nobody: the material does not say anything about it.
    Nothing,
}

/// An answer that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Markdown; of its citations (`[1]`) only those of sources are left.
    pub text: String,
    /// The sources that it cites.
    pub cited: Vec<usize>,
    /// By whom it is.
    pub by: AnsweredBy,
}

impl Answered {
    /// Whether it says what in the material it is from.
    #[must_use]
    pub fn is_grounded(&self) -> bool {
        !self.cited.is_empty()
    }
}

/// Begins to answer a question. The answer goes on as long as it is listened to.
///
/// # Errors
/// A blank or too long question, or one of nothing; [`Error::NotFound`] for what it is of;
/// [`Error::Limited`].
pub async fn ask(app: &App, owner_id: &str, asked: &Question) -> Result<Answering> {
    let question = field::required("question", &asked.question, QUESTION_MAX)?;
    if asked.course_id.is_none() && asked.document_id.is_none() {
        return Err(Error::field("document_id", "or course_id is missing"));
    }
    let searched = hybrid::question(app, owner_id, &question).await;
    let mut tx = app.store.read(owner_id).await?;
    if let Some(id) = asked.course_id {
        let course = courses::find(&mut tx, id).await?;
        course.ok_or(Error::NotFound("course"))?;
    }
    let mut made_for = MadeFor {
        course_id: asked.course_id,
        document_id: asked.document_id,
        ..MadeFor::default()
    };
    if let Some(id) = asked.document_id {
        let document = documents::find(&mut tx, id).await?;
        made_for.course_id = document.ok_or(Error::NotFound("document"))?.course_id;
    }
    let within = Within {
        course_id: asked.course_id,
        document_id: asked.document_id,
    };
    let material = material::found(
        app,
        &mut tx,
        (AnswerKind::Answer, made_for),
        &searched,
        within,
    )
    .await?;
    drop(tx);
    begin(app, owner_id, material, asked.language).await
}

/// Begins to explain something once more, likewise.
///
/// # Errors
/// Nothing is named; [`Error::NotFound`] for what is; [`Error::Limited`].
pub async fn explain(app: &App, owner_id: &str, subject: Subject) -> Result<Answering> {
    let kind = match subject.kind {
        Explanation::Again => AnswerKind::Again,
        Explanation::Simpler => AnswerKind::Simpler,
        Explanation::Example => AnswerKind::Example,
    };
    let material = match (subject.concept_id, subject.section_id) {
        (Some(id), _) => material::of_concept(app, owner_id, kind, id).await?,
        (None, Some(id)) => material::of_section(app, owner_id, kind, id).await?,
        (None, None) => return Err(Error::field("concept_id", "or section_id is missing")),
    };
    begin(app, owner_id, material, subject.language).await
}

async fn begin(
    app: &App,
    owner_id: &str,
    mut material: Material,
    language: Option<&'static str>,
) -> Result<Answering> {
    if material.is_empty() {
        return Ok(Answering::nothing());
    }
    material.input.language = match (language, &app.tutor) {
        (None, Some(_)) => preferences::get(app, owner_id).await?.language,
        _ => language,
    };
    let id = app.clock.new_id();
    let place = app.reserve(owner_id, Kind::Questions, id).await?;
    Ok(Answering::begin(app, owner_id, material, place))
}
