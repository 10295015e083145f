//! The `generate_lesson` job: finds the generation by its key or has it made, then stores
//! the student's own copy together with the job's end.

use std::time::{Duration, Instant};

use ultudy_domain::{language, lesson::LessonContent};
use ultudy_llm::{LessonInput, MadeLesson};
use ultudy_store::{
    Read, Ticket, Write,
    concepts::{self, ConceptName},
    documents,
    generations::{self, NewGeneration},
    jobs::Finished,
    lessons, llm_calls,
    preferences::{self, Preferences},
    sections,
};
use uuid::Uuid;

use super::{
    glossary, key,
    make::make_of,
    own::{self, Place},
    single_flight,
};
use crate::{
    batches, passages,
    spending::{Account, Cost, made_for},
    worker::{JobError, Run},
};

/// Per cent done when the text is gathered; making the lesson goes on from here.
const GATHERED: i16 = 5;
/// Per cent done when the lesson is made; what remains is storing.
const MADE: i16 = 95;
/// For how long what is written waits for a database that is away, and how often it is looked for.
const DATABASE_AWAY: Duration = Duration::from_secs(600);
const AGAIN: Duration = Duration::from_secs(1);

/// The text of a lesson to be made.
struct Source {
    place: Place,
    input: LessonInput,
    /// The names of its document's concepts, perhaps no longer those when the lesson is made.
    names: Vec<ConceptName>,
}

/// Runs the job. What is done before and after the wait for a model is in boxes, so that those who wait,
/// who are many, hold no room for it.
pub(crate) async fn run(run: &Run) -> Result<(), JobError> {
    let source = Box::pin(gather(run)).await?;
    let identity = run.app.generator.identity();
    let owner_id = run.app.sharing.owner(&run.job.owner_id);
    let key = key::generation_key(&identity, &source.input, owner_id)?;
    if Box::pin(is_copied(run, &source, &key)).await? {
        return Ok(());
    }
    if Box::pin(batches::await_answer(run, &key, &source.input)).await? {
        return Err(JobError::Stale);
    }
    if let Some(content) = Box::pin(single_flight::board(run, &key)).await? {
        // It is there by now, with the name of who wrote it and what it cost.
        let generation = NewGeneration {
            key,
            content,
            provider: identity.provider.into(),
            model: identity.model,
            tokens: None,
            cost_micros: None,
        };
        let is_saved = run.app.spending.is_on;
        return Box::pin(store(run, &source.place, &generation, is_saved)).await;
    }
    let (answer, brought) = Box::pin(batches::answer(run, &key)).await?.unzip();
    let (made, cost) = generate(run, source.input, &key, answer).await?;
    let cost = brought.unwrap_or_default().and(cost);
    let generation = NewGeneration {
        key,
        content: made.content,
        provider: made.provider.into(),
        model: made.model,
        tokens: cost.tokens,
        cost_micros: cost.micros,
    };
    Box::pin(store_paid(run, &source.place, &generation)).await
}

/// Stores what a model was asked for, which nobody is to pay for again: a database that is away is waited
/// for, and a run that is stale or must stop leaves the generation to whoever asks for it next.
async fn store_paid(run: &Run, place: &Place, generation: &NewGeneration) -> Result<(), JobError> {
    let given_up = Instant::now() + DATABASE_AWAY;
    loop {
        let error = match store(run, place, generation, false).await {
            Ok(()) => return Ok(()),
            Err(error @ (JobError::Stale | JobError::Stopped)) => {
                leave(run, generation).await;
                return Err(error);
            }
            Err(error) => error,
        };
        if !error.is_of_an_absent_database() || Instant::now() >= given_up {
            return Err(error);
        }
        tracing::warn!(job_id = %run.job.id, ?error, "a lesson that is written waits for the database");
        tokio::select! {
            biased;
            () = run.cancel.cancelled() => {
                leave(run, generation).await;
                return Err(JobError::Stopped);
            }
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// Stores what nobody's lesson refers to yet.
async fn leave(run: &Run, generation: &NewGeneration) {
    let left = async {
        let mut tx = run.app.store.write(&run.job.owner_id).await?;
        generations::insert(&mut tx, generation, run.app.clock.now()).await?;
        tx.commit().await
    };
    if let Err(error) = left.await {
        tracing::warn!(job_id = %run.job.id, %error, "a lesson that is written is lost");
    }
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
    let read = text.and(names).and(glossary).and(read_preferences(run));
    let read = run.app.store.read_together(&run.job.owner_id, read).await?;
    let (((text, names), glossary), preferences) = read;
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
            generation: None,
            title,
            variant: u32::try_from(text.lesson_variant).unwrap_or(0),
            language: language(run, preferences),
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
    let preferences = read_preferences(run).run(&mut tx).await?;
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
            generation: None,
            title: document.title,
            parts,
            glossary,
            variant: u32::try_from(variant).unwrap_or(0),
            language: language(run, preferences),
        },
        names,
    })
}

/// What the student wants, as far as the generator can do it.
fn read_preferences(run: &Run) -> Read<Preferences> {
    match run.app.generator.writes_any_language() {
        true => preferences::read(),
        false => Read::of(Preferences::default()),
    }
}

/// The language that was asked for, else the one that the student wants, where the generator writes in more
/// than the text's own.
fn language(run: &Run, preferences: Preferences) -> Option<String> {
    if !run.app.generator.writes_any_language() {
        return None;
    }
    let asked = run.job.data.get("language").and_then(|tag| tag.as_str());
    let language = match asked {
        Some(tag) => language::choice(tag),
        None => preferences.language,
    };
    language.map(str::to_owned)
}

/// No transaction is open while it is made, of the `answer` that a batch brought, if it did. What was paid for
/// is recorded however it ends.
async fn generate(
    run: &Run,
    input: LessonInput,
    key: &str,
    answer: Option<String>,
) -> Result<(MadeLesson, Cost), JobError> {
    Box::pin(run.progress(GATHERED, "writing")).await?;
    let account = Account::open(&run.app, &run.job.owner_id, made_for(&run.job));
    let (sender, receiver) = tokio::sync::watch::channel((GATHERED, "writing".into()));
    let note = move |share: f32| {
        let span = f32::from(MADE - GATHERED) * share.clamp(0.0, 1.0);
        #[allow(clippy::cast_possible_truncation, reason = "between 0 and 90")]
        let _ = sender.send((GATHERED + span as i16, "writing".into()));
    };
    let (generator, bill) = (&*run.app.generator, account.bill());
    let making = make_of(generator, (input, answer), key, &note, bill, &run.cancel);
    let made = tokio::select! {
        made = making => made.map_err(JobError::from),
        stale = run.follow(receiver) => Err(stale),
    };
    let cost = Box::pin(account.close()).await;
    Ok((made?, cost))
}

/// Whether it was generated before, and the student has their own copy now.
async fn is_copied(run: &Run, source: &Source, key: &str) -> Result<bool, JobError> {
    match run.app.generations().find(&run.app.store, key).await? {
        Some(content) => copy(run, source, key, &content).await,
        None => Ok(false),
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
        .and(lessons::write(&lesson, content, names, now)?)
        .and(match run.app.spending.is_on {
            true => llm_calls::write_reused(key.to_owned(), now),
            false => Write::of(()),
        });
    let (store, owner_id) = (&run.app.store, &run.job.owner_id);
    match store
        .write_together(owner_id, write, Ticket::default())
        .await
    {
        Ok(Some((((Some(finished), ()), ()), ()))) => {
            run.announce(finished.version).await;
            go_on_after(run, finished).await;
            Ok(true)
        }
        Ok(_) => Ok(false),
        Err(refused) if refused.error.has_changed_nothing() => Ok(false),
        Err(refused) => Err(refused.error.into()),
    }
}

/// `is_saved`: it was there, and nobody was asked.
async fn store(
    run: &Run,
    place: &Place,
    generation: &NewGeneration,
    is_saved: bool,
) -> Result<(), JobError> {
    let now = run.app.clock.now();
    let mut tx = run.begin(MADE, "storing").await?;
    let content = generations::insert(&mut tx, generation, now).await?;
    let lesson_id = match lessons::id(&mut tx, place.of()).await? {
        Some(id) => id,
        None => {
            let taken = concepts::names(&mut tx, place.document_id).await?;
            let lesson = own::lesson(&*run.app.clock, place, &generation.key, &content, &taken);
            lessons::insert(&mut tx, &lesson, &content, run.app.clock.now()).await?;
            if is_saved {
                let reused = llm_calls::write_reused(generation.key.clone(), now);
                reused.run(&mut tx).await?;
            }
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
