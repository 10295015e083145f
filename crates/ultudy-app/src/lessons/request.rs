//! Asking for a lesson: it exists, it is being made, or a job is enqueued. Asked again,
//! however often, it is the same lesson or the same job, and only a new job is charged.

use ultudy_domain::{
    job::{Job, JobStatus, JobType, Priority},
    lesson_text::WrittenLesson,
};
use ultudy_engines::cache::{self, Belief};
use ultudy_store::{
    TenantTx, documents,
    jobs::{self, NewJob},
    lessons::{self, Asked, LessonOf, Source},
};
use uuid::Uuid;

use super::{AnsweredLesson, answer, cached::Form};
use crate::{
    App, Error, Result,
    limits::{Kind, Place, Standing, place_of},
};

/// How often a job is tried to be stored that others, which end meanwhile, stand in the way of.
const TRIES: u32 = 5;

/// The stage of a job that waits for another's lesson, or for a batch.
const WAITING: &str = "waiting";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct LessonRequest {
    /// The document.
    pub document_id: Uuid,
    /// One of its sections; none for the whole document.
    pub section_id: Option<Uuid>,
    /// The language that a new one is to be in, one of `language::CHOICES`; none: the text's.
    pub language: Option<&'static str>,
    /// Which goes first.
    pub priority: Priority,
    /// Whether the lesson is answered with its questions, if it exists.
    pub with_questions: bool,
}

/// What is answered.
#[derive(Debug)]
pub enum Requested {
    /// The lesson.
    Lesson(AnsweredLesson),
    /// The job that makes it.
    Job {
        /// The job.
        job: Box<Job>,
        /// How the user stands with the limit, if this was charged.
        standing: Option<Standing>,
    },
}

/// Gives the lesson, or the job that makes it.
///
/// # Errors
/// [`Error::NotFound`] for the document or section; [`Error::Limited`] for a new job; [`Error::Conflict`] when
/// others' jobs for it and its lesson come and go meanwhile.
pub async fn request(app: &App, owner_id: &str, asked: LessonRequest) -> Result<Requested> {
    request_as(app, owner_id, asked, app.clock.new_id()).await
}

/// [`request`] with the id that a new job is to have.
pub(crate) async fn request_as(
    app: &App,
    owner_id: &str,
    asked: LessonRequest,
    job_id: Uuid,
) -> Result<Requested> {
    // Deleted by whatever server, it is not answered any more.
    match app.lessons.find(owner_id, asked.form(), Belief::Now).await {
        Ok(lesson) => asked.of_its_document(lesson),
        // Boxed, for what asks the database is large, and a lesson that is cached need not carry it along.
        Err(place) => Box::pin(request_uncached(app, owner_id, asked, job_id, place)).await,
    }
}

async fn request_uncached(
    app: &App,
    owner_id: &str,
    asked: LessonRequest,
    job_id: Uuid,
    place: Option<cache::Place>,
) -> Result<Requested> {
    let key = asked.dedupe_key();
    let look = lessons::read_asked(asked.document_id, asked.section_id, key.clone());
    let source = match app.store.read_together(owner_id, look).await? {
        None => return Err(Error::NotFound("document")),
        Some(Asked::Source(source)) => source,
        Some(Asked::Lesson(kept)) if kept.document_id != asked.document_id => {
            return Err(Error::NotFound("section"));
        }
        Some(Asked::Lesson(kept)) => {
            let found = answer::of_kept(app, owner_id, asked.form(), place, kept);
            if let Some(lesson) = found.await? {
                return Ok(Requested::Lesson(lesson));
            }
            // Deleted at this moment.
            return Box::pin(request_uncached(app, owner_id, asked, job_id, None)).await;
        }
    };
    if let Some(job_id) = source.job_in_flight {
        let job = app.store.read_together(owner_id, jobs::read(job_id));
        let job = job.await?.ok_or(Error::NotFound("document"))?;
        return hurried(app, owner_id, asked, job).await;
    }
    let before = source.latest_job;
    let data = job_data(&asked, source)?;
    // Whoever asks for the same lesson at the same time has the same place.
    let place = app.reserve(owner_id, Kind::LessonJobs, place_of(owner_id, &key, before));
    let mut place = match place.await {
        Ok(place) => place,
        Err(refused) => {
            // It may have been made since the first look.
            let mut tx = app.store.read(owner_id).await?;
            return existing(&mut tx, &asked).await?.ok_or(refused);
        }
    };
    match enqueue(app, (owner_id, &mut place), &asked, (job_id, data), before).await {
        Ok((mut found, true)) => {
            let kept = place.keep();
            if let Requested::Job { standing, .. } = &mut found {
                *standing = kept;
            }
            Ok(found)
        }
        Ok((found, false)) => {
            place.give_back().await;
            Ok(found)
        }
        Err(error) => {
            place.give_back().await;
            Err(error)
        }
    }
}

/// The job in flight, which may wait for a batch only as long as nobody wants it now.
async fn hurried(app: &App, owner_id: &str, asked: LessonRequest, job: Job) -> Result<Requested> {
    // It may still wait for one that was sent before batches were turned off.
    let may_wait = app.batching.is_on || job.stage == WAITING;
    if asked.priority == Priority::Low || !may_wait {
        return Ok(Requested::uncharged(job));
    }
    let mut tx = app.store.write(owner_id).await?;
    let now = app.clock.now();
    let hurried = jobs::hurry(&mut tx, job.id, asked.priority, now).await?;
    tx.commit().await?;
    let Some(hurried) = hurried else {
        return Ok(Requested::uncharged(job));
    };
    if hurried.status == JobStatus::Queued {
        app.dispatch(&hurried).await;
    }
    Ok(Requested::uncharged(hurried))
}

async fn existing(tx: &mut TenantTx, asked: &LessonRequest) -> Result<Option<Requested>> {
    if let Some(lesson) = lessons::find(tx, asked.of()).await? {
        let lesson = AnsweredLesson::of(&WrittenLesson::of(&lesson), asked.with_questions);
        return asked.of_its_document(lesson).map(Some);
    }
    let job = jobs::in_flight(tx, &asked.dedupe_key()).await?;
    Ok(job.map(Requested::uncharged))
}

fn job_data(asked: &LessonRequest, source: Source) -> Result<serde_json::Value> {
    let title = match asked.section_id {
        None => source.title,
        Some(_) => source.section_name.ok_or(Error::NotFound("section"))?,
    };
    let mut data = serde_json::json!({
        "document_id": asked.document_id,
        "section_id": asked.section_id,
        "course_id": source.course_id,
        "title": title,
        "chapter": source.chapter,
    });
    if let Some(language) = asked.language {
        data["language"] = language.into();
    }
    Ok(data)
}

/// The lesson or job, and whether a job was made for the place that comes after the job `before`:
/// by this request, or by one that shares it.
async fn enqueue(
    app: &App,
    (owner_id, place): (&str, &mut Place),
    asked: &LessonRequest,
    (job_id, data): (Uuid, serde_json::Value),
    before: Option<Uuid>,
) -> Result<(Requested, bool)> {
    let new_job = NewJob {
        id: job_id,
        job_type: JobType::GenerateLesson,
        priority: asked.priority,
        data,
        document_id: asked.document_id,
        section_id: asked.section_id,
        dedupe_key: asked.dedupe_key(),
    };
    // A lesson or job that is in the way may be gone when it is looked for: another job ends, a lesson is
    // deleted.
    for _ in 0..TRIES {
        let store = jobs::write_lesson_job(&new_job, app.clock.now());
        let stored = app.store.write_together(owner_id, store, place.ticket());
        let stored = stored.await.map(Option::flatten);
        if let Some(job) = place.written(stored)? {
            app.dispatch(&job).await;
            return Ok((Requested::uncharged(job), true));
        }
        // Where it is written: a replica may not know yet.
        let mut tx = app.store.write(owner_id).await?;
        if let Some(found) = existing(&mut tx, asked).await? {
            let latest = jobs::latest_id(&mut tx, asked.document_id, &asked.dedupe_key()).await?;
            return Ok((found, latest != before));
        }
        documents::find(&mut tx, asked.document_id)
            .await?
            .ok_or(Error::NotFound("document"))?;
    }
    Err(Error::Conflict(
        "This lesson is being made and deleted just now. Please try again.".into(),
    ))
}

impl Requested {
    fn uncharged(job: Job) -> Self {
        Self::Job {
            job: Box::new(job),
            standing: None,
        }
    }
}

impl LessonRequest {
    fn of(&self) -> LessonOf {
        match self.section_id {
            Some(id) => LessonOf::Section(id),
            None => LessonOf::Document(self.document_id),
        }
    }

    fn form(&self) -> Form {
        (self.of(), self.with_questions)
    }

    /// The lesson, unless its section is another document's.
    fn of_its_document(&self, lesson: AnsweredLesson) -> Result<Requested> {
        if lesson.document_id() == Some(self.document_id) {
            Ok(Requested::Lesson(lesson))
        } else {
            Err(Error::NotFound("section"))
        }
    }

    fn dedupe_key(&self) -> String {
        match self.section_id {
            Some(id) => format!("lesson:section:{id}"),
            None => format!("lesson:document:{}", self.document_id),
        }
    }
}
