//! Having a lesson made, and making it fit to be studied.

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::LessonContent;
use ultudy_llm::{Bill, GenerateError, Generator, LessonInput, MadeLesson};

use super::key;

/// Has `generator` make a lesson on `input`, whose generation has this `key`; drops
/// questions that are not sound and concepts left without any, and shuffles the options,
/// once for all who share the generation. `progress` is told the share done, and what was paid for is
/// on the `bill`.
///
/// # Errors
/// The generator's, and `lesson_without_concepts` when nothing worth studying is left.
pub async fn make(
    generator: &dyn Generator,
    input: LessonInput,
    key: &str,
    progress: &(dyn Fn(f32) + Send + Sync),
    bill: &Bill,
    cancel: &CancellationToken,
) -> Result<MadeLesson, GenerateError> {
    make_of(generator, (input, None), key, progress, bill, cancel).await
}

/// The same of the `answer` that a batch brought, if there is one.
pub(super) async fn make_of(
    generator: &dyn Generator,
    (mut input, answer): (LessonInput, Option<String>),
    key: &str,
    progress: &(dyn Fn(f32) + Send + Sync),
    bill: &Bill,
    cancel: &CancellationToken,
) -> Result<MadeLesson, GenerateError> {
    input.generation = Some(key.to_owned());
    let made = match answer {
        None => generator.lesson(input, progress, bill, cancel).await?,
        Some(answer) => {
            let making = generator.lesson_of(input, answer, progress, bill, cancel);
            making.await?
        }
    };
    let content = prepared(made.content, key).ok_or_else(|| GenerateError::Permanent {
        code: "lesson_without_concepts",
        message: "This section does not hold enough text to make a lesson of it.".into(),
    })?;
    Ok(MadeLesson { content, ..made })
}

fn prepared(mut content: LessonContent, key: &str) -> Option<LessonContent> {
    let mut place = 0;
    for concept in &mut content.concepts {
        concept
            .check_ins
            .retain(|check_in| check_in.fault().is_none());
        for check_in in &mut concept.check_ins {
            *check_in = check_in.clone().reordered(key::option_order(key, place));
            place += 1;
        }
    }
    content
        .concepts
        .retain(|concept| !(concept.check_ins.is_empty() && concept.text_check_ins.is_empty()));
    (!content.concepts.is_empty()).then_some(content)
}
