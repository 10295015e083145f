//! A lesson on a topic: from the passages that say most about it, whatever document they
//! are in. It is made for the asking and not kept.

use serde::Serialize;
use ultudy_domain::{
    field::{self},
    lesson::LessonContent,
};
use ultudy_llm::LessonPart;
use ultudy_store::{
    chunks::{Chunk, Within},
    courses, sections,
};
use uuid::Uuid;

use crate::{App, Error, Result, passages, search::hybrid};

/// Most passages of a lesson.
pub const PASSAGES_MAX: usize = 12;
/// Passages of a lesson if no number is named.
pub const PASSAGES_DEFAULT: usize = 6;
/// Longest topic, in characters.
const TOPIC_MAX: usize = 500;

/// A lesson on a topic.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TopicLesson {
    /// The lesson.
    #[serde(flatten)]
    pub lesson: LessonContent,
    /// The passages it is made from, best first.
    pub sources: Vec<TopicSource>,
}

/// A passage that a lesson is made from.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TopicSource {
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
    /// How well it answers; comparable within one answer.
    pub score: f64,
}

/// Makes a lesson on `topic` from at most `count` passages.
///
/// # Errors
/// A blank topic or an impossible count; [`Error::NotFound`] for the course;
/// [`Error::Unprocessable`] when no passage, or too little text, is about the topic.
pub async fn lesson(
    app: &App,
    owner_id: &str,
    topic: &str,
    count: usize,
    course_id: Option<Uuid>,
) -> Result<TopicLesson> {
    let topic = field::required("query", topic, TOPIC_MAX)?;
    if !(1..=PASSAGES_MAX).contains(&count) {
        return Err(Error::field(
            "k",
            format!("must be between 1 and {PASSAGES_MAX}"),
        ));
    }
    let question = hybrid::question(app, owner_id, &topic).await;
    let mut tx = app.store.read(owner_id).await?;
    if let Some(id) = course_id {
        courses::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("course"))?;
    }
    let within = Within {
        course_id,
        document_id: None,
    };
    let ranked = hybrid::find(app, &mut tx, &question, within, (0, count)).await?;
    let mut parts: Vec<LessonPart> = Vec::new();
    for section in by_section(&ranked.chunks) {
        if let Some(text) = sections::find(&mut tx, section.id).await? {
            parts.push(passages::part(text, Some(section.pages)));
        }
    }
    drop(tx);
    if parts.is_empty() {
        return Err(nothing(
            "topic_not_found",
            "Nothing in your documents is about this.",
        ));
    }
    let made = passages::lesson(&topic, parts, Vec::new()).await?;
    let message = "Your documents say too little about this for a lesson.";
    let lesson = made.ok_or_else(|| nothing("topic_without_text", message))?;
    Ok(TopicLesson {
        lesson,
        sources: ranked.chunks.into_iter().map(source).collect(),
    })
}

fn nothing(code: &'static str, message: &str) -> Error {
    Error::Unprocessable {
        code,
        message: message.to_owned(),
    }
}

/// The pages of a section that passages were found on.
struct Pages {
    id: Uuid,
    pages: [i32; 2],
}

/// The sections in the order of their best passage.
fn by_section(chunks: &[(Chunk, f64)]) -> Vec<Pages> {
    let mut sections: Vec<Pages> = Vec::new();
    for (chunk, _) in chunks {
        match sections.iter_mut().find(|one| one.id == chunk.section_id) {
            Some(one) => {
                one.pages[0] = one.pages[0].min(chunk.page_start);
                one.pages[1] = one.pages[1].max(chunk.page_end);
            }
            None => sections.push(Pages {
                id: chunk.section_id,
                pages: [chunk.page_start, chunk.page_end],
            }),
        }
    }
    sections
}

fn source((chunk, score): (Chunk, f64)) -> TopicSource {
    TopicSource {
        document_id: chunk.document_id,
        document_title: chunk.document_title,
        section_id: chunk.section_id,
        title: chunk.section_name,
        page_start: chunk.page_start,
        page_end: chunk.page_end,
        score,
    }
}
