//! Texts from which something is made at once, for a request that waits: bounded in size and
//! time, and nothing of it is stored. Without a model, whatever writes the lessons: nobody waits a
//! minute for a page, nor is a call paid for that is not kept.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use ultudy_domain::{glossary::GlossaryEntry, lesson::LessonContent, section};
use ultudy_llm::{
    Bill, GenerateError, Generator as _, LessonInput, LessonPart, extractive::Extractive,
};
use ultudy_store::sections::SectionText;

use crate::{Error, Result, lessons};

/// How long a request waits for the generator.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes a lesson of these parts and what their document defines. None if there is too little text in them.
///
/// # Errors
/// [`Error::Unavailable`] when the generator cannot be reached or takes too long.
pub(crate) async fn lesson(
    title: &str,
    parts: Vec<LessonPart>,
    glossary: Vec<GlossaryEntry>,
) -> Result<Option<LessonContent>> {
    let input = LessonInput {
        generation: None,
        title: title.to_owned(),
        parts,
        glossary,
        variant: 0,
        language: None,
    };
    let key = lessons::generation_key(&Extractive.identity(), &input, None)?;
    let cancel = CancellationToken::new();
    // Dropped with the request, it stops the work.
    let _stop = cancel.clone().drop_guard();
    let bill = Bill::default();
    let making = lessons::make(&Extractive, input, &key, &|_| {}, &bill, &cancel);
    let made = tokio::time::timeout(PATIENCE, making)
        .await
        .map_err(|late| Error::Unavailable(late.into()))?;
    match made {
        Ok(made) => Ok(Some(made.content)),
        Err(GenerateError::Permanent { .. }) => Ok(None),
        Err(error) => Err(Error::Unavailable(error.into())),
    }
}

/// A section's text from page to page; all of it without pages.
pub(crate) fn part(text: SectionText, pages: Option<[i32; 2]>) -> LessonPart {
    let page = |page: i32| u32::try_from(page).unwrap_or(1);
    let first = page(text.section.page_start);
    let markdown = match pages {
        None => text.markdown,
        Some([start, end]) => {
            let wanted = page(start)..=page(end);
            let kept = section::split_pages(&text.markdown, first).into_iter();
            kept.filter(|(number, _)| wanted.contains(number))
                .map(|(number, text)| format!("{}\n{text}\n", section::page_mark(number)))
                .collect()
        }
    };
    let [start, end] = pages.unwrap_or([text.section.page_start, text.section.page_end]);
    LessonPart {
        name: text.section.name,
        page_start: page(start),
        page_end: page(end),
        markdown,
    }
}
