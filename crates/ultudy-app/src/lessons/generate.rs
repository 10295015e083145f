//! The `generate_lesson` job: finds the generation by its key or has it made, then stores
//! the student's own copy together with the job's end.

use ultudy_domain::lesson::LessonContent;
use ultudy_llm::{Bill, LessonInput, MadeLesson};
use ultudy_store::{
    Ticket,
    concepts::{self, ConceptName},
    documents,
    generations::{self, NewGeneration},
    jobs::Finished,
    lessons, sections,
};
use uuid::Uuid;

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
    /// The names of its document's concepts, perhaps no longer those when the lesson is made.
    names: Vec<ConceptName>,
}

/// Runs the job.
pub(crate) async fn run(run: &Run) -> Result<(), JobError> {
    let source = gather(run).await?;
    let identity = run.app.generator.identity();
    let owner_id = run.app.sharing.owner(&run.job.owner_id);
    let key = key::generation_key(&identity, &source.input, owner_id)?;
    if let Some(content) = run.app.generations().find(&run.app.store, &key).await?
        && copy(run, &source, &key, &content).await?
    {
        return Ok(());
    }
    let generation = match single_flight::board(run, &key).await? {
        // It is there by now, with the name of who wrote it.
        Some(content) => NewGeneration {
            key,
            content,
            provider: identity.provider.into(),
            model: identity.model,
        },
        None => {
            let made = generate(run, source.input, &key).await?;
            NewGeneration {
                key,
                content: made.content,
                provider: made.provider.into(),
                model: made.model,
            }
        }
    };
    store(run, &source.place, &generation).await
}

async fn gather(run: &Run) -> Result<Source, JobError> {
    let document_id = run.document_id()?;
    match run.section_id() {
        Some(section_id) => gather_section(run, document_id, section_id).await,
        None => gather_document(run, document_id).await,
    }
}

async fn gather_section(
    run: &Run,
    document_id: Uuid,
    section_id: Uuid,
) -> Result<Source, JobError> {
    let text = sections::read_text(section_id);
    let names = concepts::read_names(document_id);
    let glossary = glossary::read(&run.app, document_id)?;
    let read = text.and(names).and(glossary);
    let read = run.app.store.read_together(&run.job.owner_id, read).await?;
    let ((text, names), glossary) = read;
    let text = text.filter(|text| text.section.document_id == document_id);
    let text = text.ok_or_else(Run::document_gone)?;
    let glossary = match glossary {
        Some(glossary) => glossary,
        None => glossary::find(run, document_id).await?,
    };
    let title = text.section.name.clone();
    Ok(Source {
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
        names,
    })
}

async fn gather_document(run: &Run, document_id: Uuid) -> Result<Source, JobError> {
    let glossary = glossary::of_run(run, document_id).await?;
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    let document = documents::find(&mut tx, document_id)
        .await?
        .ok_or_else(Run::document_gone)?;
    let variant = documents::lesson_variant(&mut tx, document_id).await?;
    let names = concepts::read_names(document_id).run(&mut tx).await?;
    let texts = sections::texts(&mut tx, document_id).await?;
    let parts = texts
        .into_iter()
        .map(|text| passages::part(text, None))
        .collect();
    Ok(Source {
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
        names,
    })
}

async fn generate(run: &Run, input: LessonInput, key: &str) -> Result<MadeLesson, JobError> {
    run.progress(GATHERED, "writing").await?;
    let (sender, receiver) = tokio::sync::watch::channel((GATHERED, "writing"));
    let note = move |share: f32| {
        let span = f32::from(MADE - GATHERED) * share.clamp(0.0, 1.0);
        #[allow(clippy::cast_possible_truncation, reason = "between 0 and 90")]
        let _ = sender.send((GATHERED + span as i16, "writing"));
    };
    let bill = Bill::default();
    let making = make(&*run.app.generator, input, key, &note, &bill, &run.cancel);
    tokio::select! {
        made = making => Ok(made?),
        stale = run.follow(receiver) => Err(stale),
    }
}

/// Stores the student's own copy of what was generated before, together with what others store; whether
/// that could be done so: not if the run is stale, the lesson or one of its names is there by now, or the
/// generation is not.
async fn copy(
    run: &Run,
    source: &Source,
    key: &str,
    content: &LessonContent,
) -> Result<bool, JobError> {
    let (now, place, names) = (run.app.clock.now(), &source.place, &source.names);
    let lesson = own::lesson(&*run.app.clock, place, key, content, names);
    let result = place.result(lesson.id, content);
    // The job's row first, as cancelling and deleting do; then the names, which others wait for.
    let write = run
        .write_complete(result, now)
        .or_nothing()
        .and(concepts::hold_names(place.document_id))
        .and(lessons::write(&lesson, content, names, now)?);
    let (store, owner_id) = (&run.app.store, &run.job.owner_id);
    match store
        .write_together(owner_id, write, Ticket::default())
        .await
    {
        Ok(Some(((Some(finished), ()), ()))) => {
            run.announce(finished.version).await;
            go_on_after(run, finished).await;
            Ok(true)
        }
        Ok(_) => Ok(false),
        Err(refused) if refused.error.has_changed_nothing() => Ok(false),
        Err(refused) => Err(refused.error.into()),
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
    let finished = run.complete(tx, &place.result(lesson_id, &content)).await?;
    go_on_after(run, finished).await;
    Ok(())
}

/// Others wait for who led: also if its generation turned out to be there, such as after a worker that
/// has stored it and then vanished.
async fn go_on_after(run: &Run, finished: Finished) {
    if finished.led {
        single_flight::go_on_after(&run.app, &run.job).await;
    }
}
