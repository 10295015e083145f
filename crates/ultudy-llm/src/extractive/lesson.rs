//! A lesson, step by step.

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::LessonContent;

use super::study::Study;
use super::{concepts, frames, reading, summary, terms};
use crate::{GenerateError, LessonInput};

/// Makes a lesson; looks between the steps whether the caller still wants it.
pub(super) fn make(
    input: &LessonInput,
    progress: &dyn Fn(f32),
    cancel: &CancellationToken,
) -> Result<LessonContent, GenerateError> {
    let step = |share: f32| {
        progress(share);
        if cancel.is_cancelled() {
            Err(GenerateError::Cancelled)
        } else {
            Ok(())
        }
    };
    step(0.0)?;
    let mut text = reading::read(&input.parts, &input.glossary);
    frames::append(&mut text);
    step(0.3)?;
    let terms = terms::find(&mut text);
    step(0.5)?;
    let mut study = Study::new(text, terms, input.variant);
    step(0.7)?;
    let titles: Vec<_> = input.parts.iter().map(|part| part.name.clone()).collect();
    let concepts = concepts::make(&mut study, &titles);
    if concepts.is_empty() {
        return Err(without_text());
    }
    step(0.9)?;
    let overview = summary::make(&study, &concepts);
    progress(1.0);
    Ok(LessonContent {
        topic: topic(input),
        summary: overview.summary,
        summary_parts: overview.parts,
        explanation: overview.explanation,
        examples: overview.examples,
        analogies: Vec::new(),
        concepts,
    })
}

fn topic(input: &LessonInput) -> String {
    let names = input.parts.iter().map(|part| part.name.as_str());
    let mut titles = [input.title.as_str()].into_iter().chain(names);
    let title = titles.find(|title| !title.trim().is_empty());
    title.unwrap_or_default().trim().to_owned()
}

fn without_text() -> GenerateError {
    GenerateError::Permanent {
        code: "section_without_text",
        message: "Nothing here is explained in whole sentences that a lesson could be made of. \
                  You can read the section itself."
            .into(),
    }
}
