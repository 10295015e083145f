//! A file read, and the lessons of its sections.

use std::{fs::File, path::Path};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio_util::sync::CancellationToken;
use ultudy_app::lessons;
use ultudy_content::{ExtractError, ExtractProgress};
use ultudy_domain::{
    document::ExtractedDocument, glossary::GlossaryEntry, lesson::LessonContent,
    section::ExtractedSection,
};
use ultudy_llm::{
    Bill, GenerateError, Generator as _, LessonInput, LessonPart,
    extractive::{Extractive, key_concepts},
};

use super::{Desk, Progress};

/// Most concepts that are named of a document; a book's index has a few hundred.
const CONCEPTS_MAX: usize = 500;

/// Why a file has no output.
#[derive(Debug)]
pub(super) enum Fault {
    /// Something is wrong with it, or with where it goes: one sentence.
    File(String),
    /// Somebody wanted the program to end.
    Cancelled,
}

impl Fault {
    pub(super) fn of(error: impl std::fmt::Display) -> Self {
        Self::File(error.to_string())
    }
}

/// A document and what there is to learn from it.
pub(super) struct Studied {
    pub(super) title: String,
    pub(super) document: ExtractedDocument,
    /// The names of its concepts, the most important first.
    pub(super) concepts: Vec<String>,
    /// One for each section; none where there is too little text.
    pub(super) lessons: Vec<Option<LessonContent>>,
}

impl Studied {
    /// The sections with their lessons.
    pub(super) fn chapters(
        &self,
    ) -> impl Iterator<Item = (&ExtractedSection, Option<&LessonContent>)> {
        let lessons = self.lessons.iter().map(Option::as_ref);
        self.document.sections.iter().zip(lessons)
    }
}

/// Reads a file, makes the lesson of every section and ranks the concepts of the whole.
pub(super) async fn study(
    desk: &Desk,
    path: &Path,
    file: File,
    progress: &Progress,
) -> Result<Studied, Fault> {
    progress.stage("reading");
    let mut note = |at: ExtractProgress| progress.at(pages(at.pages_done), pages(at.pages_total));
    let document = desk
        .extractor
        .extract(file, &mut note, &desk.cancel)
        .await?;
    let parts = document.sections.iter().map(part).collect();
    let glossary = Extractive.glossary(parts, &desk.cancel).await?;
    let ranking = rank(&document.sections, &desk.cancel);
    let writing = make_lessons(&document.sections, &glossary, progress, &desk.cancel);
    let (concepts, lessons) = futures_util::try_join!(ranking, writing)?;
    Ok(Studied {
        title: title(&document, path),
        document,
        concepts,
        lessons,
    })
}

/// The concepts of the whole text; not waited for once nobody wants them.
async fn rank(
    sections: &[ExtractedSection],
    cancel: &CancellationToken,
) -> Result<Vec<String>, Fault> {
    let parts: Vec<_> = sections.iter().map(part).collect();
    let ranking = tokio::task::spawn_blocking(move || key_concepts(&parts, CONCEPTS_MAX));
    tokio::select! {
        () = cancel.cancelled() => Err(Fault::Cancelled),
        ranked = ranking => ranked.map_err(Fault::of),
    }
}

/// The lessons in the sections' order, as many at once as there are processors.
async fn make_lessons(
    sections: &[ExtractedSection],
    glossary: &[GlossaryEntry],
    progress: &Progress,
    cancel: &CancellationToken,
) -> Result<Vec<Option<LessonContent>>, Fault> {
    progress.stage("writing lessons");
    progress.at(0, sections.len());
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let making = stream::iter(sections).map(|section| make_lesson(section, glossary, cancel));
    let mut made = making.buffered(at_once);
    let mut lessons = Vec::with_capacity(sections.len());
    while let Some(lesson) = made.try_next().await? {
        lessons.push(lesson);
        progress.at(lessons.len(), sections.len());
    }
    Ok(lessons)
}

async fn make_lesson(
    section: &ExtractedSection,
    glossary: &[GlossaryEntry],
    cancel: &CancellationToken,
) -> Result<Option<LessonContent>, Fault> {
    let input = LessonInput {
        generation: None,
        title: section.name.clone(),
        parts: vec![part(section)],
        glossary: glossary.to_vec(),
        variant: 0,
        language: None,
    };
    let key = lessons::generation_key(&Extractive.identity(), &input, None).map_err(Fault::of)?;
    let bill = Bill::default();
    match lessons::make(&Extractive, input, &key, &|_| {}, &bill, cancel).await {
        Ok(made) => Ok(Some(made.content)),
        Err(GenerateError::Permanent { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn part(section: &ExtractedSection) -> LessonPart {
    LessonPart {
        name: section.name.clone(),
        page_start: section.page_start,
        page_end: section.page_end,
        markdown: section.markdown.clone(),
    }
}

/// The file's own title, else its first heading, else its name.
fn title(document: &ExtractedDocument, path: &Path) -> String {
    let heading = document.headings.first().map(|heading| &heading.title);
    let name = || path.file_stem().unwrap_or_default().to_string_lossy();
    let title = document.title.as_ref().or(heading).cloned();
    title.unwrap_or_else(|| name().into_owned())
}

fn pages(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl From<GenerateError> for Fault {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::Cancelled => Self::Cancelled,
            error => Self::of(error),
        }
    }
}

impl From<ExtractError> for Fault {
    fn from(error: ExtractError) -> Self {
        match error {
            ExtractError::Cancelled => Self::Cancelled,
            error => Self::of(error),
        }
    }
}
