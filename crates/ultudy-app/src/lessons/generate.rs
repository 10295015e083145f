//! The `generate_lesson` job: finds the generation by its key or has it made, then stores
//! the student's own copy together with the job's end.

use ultudy_domain::lesson::LessonContent;
use ultudy_llm::LessonInput;
use ultudy_store::{
    concepts, documents,
    generations::{self, NewGeneration},
    lessons, sections,
};

use super::{
    glossary, key, make,
    own::{self, Place},
    single_flight,
};
use crate::{
    passages,
    worker::{JobError, Run},
};

/// Per cent done when the text is gathered; making the lesson goes on from here.
const GATHERED: i16 = 5;
/// Per cent done when the lesson is made; what remains is storing.
const MADE: i16 = 95;

/// The text of a lesson to be made.
struct Source {
    place: Place,
    input: LessonInput,
}

/// Runs the job.
pub(crate) async fn run(run: &Run) -> Result<(), JobError> {
    run.progress(1, "gathering").await?;
    let source = gather(run).await?;
    let identity = run.app.generator.identity();
    let owner_id = run.app.sharing.owner(&run.job.owner_id);
    let key = key::generation_key(&identity, &source.input, owner_id)?;
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    let known = generations::find(&mut tx, &key).await?;
    drop(tx);
    let was_known = known.is_some();
    let known = match known {
        Some(content) => Some(content),
        None => single_flight::board(run, &key).await?,
    };
    let content = match known {
        Some(content) => content,
        None => generate(run, &source.input, &key).await?,
    };
    let generation = NewGeneration {
        key,
        content,
        provider: identity.provider.into(),
        model: identity.model,
    };
    store(run, &source.place, &generation).await?;
    if !was_known {
        single_flight::go_on_after(&run.app, &run.job).await;
    }
    Ok(())
}

async fn gather(run: &Run) -> Result<Source, JobError> {
    let document_id = run.document_id()?;
    let glossary = glossary::of_run(run, document_id).await?;
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    let document = documents::find(&mut tx, document_id)
        .await?
        .ok_or_else(Run::document_gone)?;
    let source = match run.section_id() {
        Some(section_id) => {
            let text = sections::find(&mut tx, section_id)
                .await?
                .ok_or_else(Run::document_gone)?;
            let title = text.section.name.clone();
            Source {
                place: Place {
                    document_id,
                    section: Some((section_id, title.clone())),
                    variant: text.lesson_variant,
                },
                input: LessonInput {
                    title,
                    variant: u32::try_from(text.lesson_variant).unwrap_or(0),
                    parts: vec![passages::part(text, None)],
                    glossary,
                },
            }
        }
        None => {
            let variant = documents::lesson_variant(&mut tx, document_id).await?;
            let texts = sections::texts(&mut tx, document_id).await?;
            let parts = texts
                .into_iter()
                .map(|text| passages::part(text, None))
                .collect();
            Source {
                place: Place {
                    document_id,
                    section: None,
                    variant,
                },
                input: LessonInput {
                    title: document.title,
                    parts,
                    glossary,
                    variant: u32::try_from(variant).unwrap_or(0),
                },
            }
        }
    };
    Ok(source)
}

async fn generate(run: &Run, input: &LessonInput, key: &str) -> Result<LessonContent, JobError> {
    run.progress(GATHERED, "writing").await?;
    let (sender, receiver) = tokio::sync::watch::channel((GATHERED, "writing"));
    let note = move |share: f32| {
        let span = f32::from(MADE - GATHERED) * share.clamp(0.0, 1.0);
        #[allow(clippy::cast_possible_truncation, reason = "between 0 and 90")]
        let _ = sender.send((GATHERED + span as i16, "writing"));
    };
    let making = make(&*run.app.generator, input, key, &note, &run.cancel);
    tokio::select! {
        made = making => Ok(made?),
        stale = run.follow(receiver) => Err(stale),
    }
}

async fn store(run: &Run, place: &Place, generation: &NewGeneration) -> Result<(), JobError> {
    let now = run.app.clock.now();
    let mut tx = run.begin(MADE, "storing").await?;
    let content = generations::insert(&mut tx, generation, now).await?;
    let lesson_id = match lessons::id(&mut tx, place.of()).await? {
        Some(id) => id,
        None => {
            let taken = concepts::names(&mut tx, place.document_id).await?;
            let lesson = own::lesson(&*run.app.clock, place, &generation.key, &content, &taken);
            lessons::insert(&mut tx, &lesson, &content, run.app.clock.now()).await?;
            lesson.id
        }
    };
    run.complete(tx, &place.result(lesson_id, &content)).await
}
