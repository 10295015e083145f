//! A lesson as it is answered to programs: its texts are kept as they are sent.

use std::time::Duration;

use ultudy_domain::lesson_text::WrittenLesson;
use ultudy_engines::cache::{Belief, Place};
use ultudy_store::lessons::{self, Kept, LessonOf};

use super::{AnsweredLesson, answered::version, cached::Form};
use crate::{App, Error, Result};

/// How long the primary is waited for where replicas are read from otherwise.
const PATIENCE: Duration = Duration::from_secs(1);

/// The version of what [`answer`] would answer; no texts are read for it.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn answered_version(app: &App, owner_id: &str, of: LessonOf) -> Result<String> {
    if let Ok(lesson) = app.lessons.find(owner_id, (of, true), Belief::AWhile).await {
        return Ok(lesson.version().to_owned());
    }
    let kept = lessons::read_kept(of, false);
    let kept = Box::pin(app.store.read_at_once(owner_id, kept)).await?;
    let kept = kept.ok_or(Error::NotFound("lesson"))?;
    Ok(version(kept.id, kept.course_id, kept.chapter.as_deref()))
}

/// The lesson on a section or a whole document, ready to be answered with its questions.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn answer(app: &App, owner_id: &str, of: LessonOf) -> Result<AnsweredLesson> {
    let found = find(app, owner_id, (of, true), Belief::AWhile).await?;
    found.ok_or(Error::NotFound("lesson"))
}

/// The same, if there is one, with or without them; by no query where it is cached.
async fn find(
    app: &App,
    owner_id: &str,
    form: Form,
    belief: Belief,
) -> Result<Option<AnsweredLesson>> {
    match app.lessons.find(owner_id, form, belief).await {
        Ok(lesson) => Ok(Some(lesson)),
        // Boxed, for what asks the database is large, and a lesson that is cached need not carry
        // it along.
        Err(place) => Box::pin(find_uncached(app, owner_id, form, place)).await,
    }
}

async fn find_uncached(
    app: &App,
    owner_id: &str,
    (of, with_questions): Form,
    place: Option<Place>,
) -> Result<Option<AnsweredLesson>> {
    let as_answered = |found: Option<WrittenLesson>| {
        found.map(|lesson| AnsweredLesson::of(&lesson, with_questions))
    };
    if place.is_none() {
        return Ok(as_answered(read(app, owner_id, of).await?));
    }
    let found = match fresh(app, owner_id, of).await {
        // A replica may still show it, which is not to be kept.
        Err(Error::Unavailable(_) | Error::Full(_)) => {
            return Ok(as_answered(read(app, owner_id, of).await?));
        }
        found => as_answered(found?),
    };
    if let Some(lesson) = &found {
        app.lessons.keep(place, lesson).await;
    }
    Ok(found)
}

/// Read where it was written: what a replica has may be outdated already.
async fn fresh(app: &App, owner_id: &str, of: LessonOf) -> Result<Option<WrittenLesson>> {
    if app.store.replicas_in_use().is_none() {
        return read(app, owner_id, of).await;
    }
    let (app, owner_id) = (app.clone(), owner_id.to_owned());
    // That reads may lag does not hold in a task of its own.
    let reading = tokio::spawn(async move {
        ultudy_store::waiting_at_most(PATIENCE, read(&app, &owner_id, of)).await
    });
    reading.await.map_err(Error::internal)?
}

/// In one round trip, since it is asked for most.
async fn read(app: &App, owner_id: &str, of: LessonOf) -> Result<Option<WrittenLesson>> {
    let kept = lessons::read_kept(of, true);
    match app.store.read_at_once(owner_id, kept).await? {
        Some(kept) => as_written(app, owner_id, of, kept).await,
        None => Ok(None),
    }
}

async fn as_written(
    app: &App,
    owner_id: &str,
    of: LessonOf,
    kept: Kept,
) -> Result<Option<WrittenLesson>> {
    match written(kept) {
        Some(written) => Ok(Some(written)),
        None => write_down(app, owner_id, of).await,
    }
}

/// The lesson of what was read for it where it is written, put in its place among the cached ones; none if
/// it is gone again.
pub(super) async fn of_kept(
    app: &App,
    owner_id: &str,
    (of, with_questions): Form,
    place: Option<Place>,
    kept: Kept,
) -> Result<Option<AnsweredLesson>> {
    let written = as_written(app, owner_id, of, kept).await?;
    let found = written.map(|lesson| AnsweredLesson::of(&lesson, with_questions));
    if let Some(lesson) = &found {
        app.lessons.keep(place, lesson).await;
    }
    Ok(found)
}

fn written(kept: Kept) -> Option<WrittenLesson> {
    Some(WrittenLesson {
        id: kept.id,
        document_id: kept.document_id,
        section_id: kept.section_id,
        course_id: kept.course_id,
        chapter: kept.chapter,
        text: kept.text?,
    })
}

/// A lesson that was stored before lessons were written down, kept so from now on.
async fn write_down(app: &App, owner_id: &str, of: LessonOf) -> Result<Option<WrittenLesson>> {
    let lesson = app.store.read_at_once(owner_id, lessons::read(of)).await?;
    let Some(lesson) = lesson else {
        return Ok(None);
    };
    let written = WrittenLesson::of(&lesson);
    let keep = async {
        let mut tx = app.store.write(owner_id).await?;
        lessons::keep(&mut tx, written.id, &written.text).await?;
        tx.commit().await
    };
    // It is answered all the same; the next one who reads it tries again.
    if let Err(error) = keep.await {
        tracing::debug!(%error, "a lesson could not be written down");
    }
    Ok(Some(written))
}
