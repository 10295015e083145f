//! What an answer is made from: the passages that say most about a question, or the pages of what is
//! explained once more.

use ultudy_domain::{
    lesson::Lesson,
    search::{Query, passage},
    usage::MadeFor,
};
use ultudy_llm::{AnswerInput, AnswerKind, Source};
use ultudy_store::{
    TenantTx,
    chunks::{Chunk, Within},
    concepts, documents,
    lessons::LessonOf,
    sections,
};
use uuid::Uuid;

use super::CitedSource;
use crate::{
    App, Error, Result, lessons,
    search::hybrid::{self, Question},
};

/// Most passages that an answer is made from.
const PASSAGES_MAX: usize = 8;
/// Most characters of an explanation that has been read.
const EXPLANATION_MAX: usize = 4_000;

/// A question, and what there is to answer it.
pub(super) struct Material {
    pub(super) input: AnswerInput,
    /// Where the input's sources are from, in their order.
    pub(super) sources: Vec<CitedSource>,
    /// The documents' languages, in the order of the sources.
    pub(super) languages: Vec<Option<String>>,
    /// The question as it was looked for.
    pub(super) query: Query,
    /// On whose bill it is what the answer costs.
    pub(super) made_for: MadeFor,
}

impl Material {
    fn new(
        (kind, question, made_for): (AnswerKind, String, MadeFor),
        chunks: Vec<Chunk>,
        query: Query,
    ) -> Self {
        let mut material = Self {
            input: AnswerInput {
                kind,
                question,
                explanation: String::new(),
                sources: Vec::new(),
                language: None,
            },
            sources: Vec::new(),
            languages: Vec::new(),
            query,
            made_for,
        };
        for (chunk, number) in chunks.into_iter().zip(1..) {
            material.input.sources.push(Source {
                number,
                document: chunk.document_title.clone(),
                section: chunk.section_name.clone(),
                text: chunk.content,
            });
            material.sources.push(CitedSource {
                number,
                document_id: chunk.document_id,
                document_title: chunk.document_title,
                section_id: chunk.section_id,
                title: chunk.section_name,
                page_start: chunk.page_start,
                page_end: chunk.page_end,
            });
            material.languages.push(chunk.language);
        }
        material
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}

/// What is found about a question, by its words and by its meaning.
pub(super) async fn found(
    app: &App,
    tx: &mut TenantTx,
    (kind, made_for): (AnswerKind, MadeFor),
    question: &Question<'_>,
    within: Within,
) -> Result<Material> {
    let ranked = hybrid::find(app, tx, question, within, (0, PASSAGES_MAX)).await?;
    let chunks = ranked.chunks.into_iter().map(|(chunk, _)| chunk).collect();
    let asked = (kind, question.text().to_owned(), made_for);
    Ok(Material::new(asked, chunks, ranked.query))
}

/// What there is to explain a section once more.
pub(super) async fn of_section(
    app: &App,
    owner_id: &str,
    kind: AnswerKind,
    id: Uuid,
) -> Result<Material> {
    let mut tx = app.store.read(owner_id).await?;
    let section = sections::find(&mut tx, id).await?;
    let section = section.ok_or(Error::NotFound("section"))?;
    let name = section.section.name.clone();
    let mut material = pages(&mut tx, kind, name, section, None).await?;
    drop(tx);
    // There may be none yet.
    if let Some(lesson) = lesson(app, owner_id, LessonOf::Section(id)).await? {
        material.input.explanation = shortened(&lesson.explanation);
    }
    Ok(material)
}

/// What there is to explain a concept once more.
pub(super) async fn of_concept(
    app: &App,
    owner_id: &str,
    kind: AnswerKind,
    id: Uuid,
) -> Result<Material> {
    let mut tx = app.store.read(owner_id).await?;
    let concept = concepts::find(&mut tx, id).await?;
    let concept = concept.ok_or(Error::NotFound("concept"))?;
    drop(tx);
    let of = match concept.section_id {
        Some(id) => LessonOf::Section(id),
        None => LessonOf::Document(concept.document_id),
    };
    // An older version's concept may be in none.
    let lesson = lesson(app, owner_id, of).await?;
    let taught = lesson.and_then(|lesson| lesson.concepts.into_iter().find(|it| it.id == id));
    let mut tx = app.store.read(owner_id).await?;
    let section = match concept.section_id {
        Some(id) => sections::find(&mut tx, id).await?,
        None => None,
    };
    let mut material = match section {
        Some(section) => {
            let only = taught.as_ref().map(|taught| taught.pages);
            pages(&mut tx, kind, concept.name, section, only).await?
        }
        None => {
            drop(tx);
            let within = Within {
                course_id: None,
                document_id: Some(concept.document_id),
            };
            let searched = hybrid::question(app, owner_id, &concept.name).await;
            let mut tx = app.store.read(owner_id).await?;
            let made_for = MadeFor {
                course_id: concept.course_id,
                document_id: Some(concept.document_id),
                ..MadeFor::default()
            };
            found(app, &mut tx, (kind, made_for), &searched, within).await?
        }
    };
    if let Some(taught) = taught {
        material.input.explanation = shortened(&taught.explanation);
    }
    Ok(material)
}

/// The lesson, if there is one.
async fn lesson(app: &App, owner_id: &str, of: LessonOf) -> Result<Option<Lesson>> {
    match lessons::get(app, owner_id, of).await {
        Ok(lesson) => Ok(Some(lesson)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The passages of a section, or of some pages of it.
async fn pages(
    tx: &mut TenantTx,
    kind: AnswerKind,
    name: String,
    text: sections::SectionText,
    only: Option<[u32; 2]>,
) -> Result<Material> {
    let section = text.section;
    let document = documents::find(tx, section.document_id).await?;
    let document = document.ok_or(Error::NotFound("document"))?;
    let first = u32::try_from(section.page_start).unwrap_or(1);
    let passages = passage::cut(&text.markdown, first);
    let is_wanted = |passage: &&passage::Passage| {
        only.is_none_or(|[start, end]| passage.page_start <= end && passage.page_end >= start)
    };
    let number = |page: u32| i32::try_from(page).unwrap_or(i32::MAX);
    let chunks = passages.iter().filter(is_wanted).take(PASSAGES_MAX);
    let chunks = chunks.map(|passage| Chunk {
        number: 0,
        document_id: document.id,
        document_title: document.title.clone(),
        language: None,
        section_id: section.id,
        section_name: section.name.clone(),
        page_start: number(passage.page_start),
        page_end: number(passage.page_end),
        content: passage.text.clone(),
    });
    let mut chunks: Vec<Chunk> = chunks.collect();
    let whole: String = chunks.iter().map(|chunk| chunk.content.as_str()).collect();
    let language = ultudy_domain::language::detect(&whole);
    for chunk in &mut chunks {
        chunk.language = language.map(str::to_owned);
    }
    let query = Query::parse(&name, &[language]);
    let made_for = MadeFor {
        job_id: None,
        course_id: document.course_id,
        document_id: Some(document.id),
        section_id: Some(section.id),
    };
    Ok(Material::new((kind, name, made_for), chunks, query))
}

fn shortened(text: &str) -> String {
    text.chars().take(EXPLANATION_MAX).collect()
}
