//! A lesson as it is answered to programs: its texts are kept as they are sent.

use std::time::Duration;

use ultudy_domain::lesson_text::WrittenLesson;
use ultudy_engines::cache::Belief;
use ultudy_store::lessons::{self, Kept, LessonOf};
use uuid::Uuid;

use crate::{App, Error, Result};

/// How long the primary is waited for where replicas are read from otherwise.
const PATIENCE: Duration = Duration::from_secs(1);

/// What of a lesson may change. The rest never does: another version is another lesson.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Changes {
    /// The lesson's id.
    pub id: Uuid,
    /// Its document's course.
    pub course_id: Option<Uuid>,
    /// Its document's chapter.
    pub chapter: Option<String>,
}

/// What may have changed of a lesson since it was read; its texts are not read.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn changes(app: &App, owner_id: &str, of: LessonOf) -> Result<Changes> {
    if let Ok(lesson) = app.lessons.find(owner_id, of, Belief::AWhile).await {
        return Ok(Changes {
            id: lesson.id,
            course_id: lesson.course_id,
            chapter: lesson.chapter,
        });
    }
    let kept = lessons::read_kept(of, false);
    let kept = app.store.read_at_once(owner_id, kept).await?;
    let kept = kept.ok_or(Error::NotFound("lesson"))?;
    Ok(Changes {
        id: kept.id,
        course_id: kept.course_id,
        chapter: kept.chapter,
    })
}

/// The lesson on a section or a whole document, ready to be answered.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn answer(app: &App, owner_id: &str, of: LessonOf) -> Result<WrittenLesson> {
    let found = find(app, owner_id, of, Belief::AWhile).await?;
    found.ok_or(Error::NotFound("lesson"))
}

/// The same, if there is one; by no query where it is cached.
pub(super) async fn find(
    app: &App,
    owner_id: &str,
    of: LessonOf,
    belief: Belief,
) -> Result<Option<WrittenLesson>> {
    let place = match app.lessons.find(owner_id, of, belief).await {
        Ok(lesson) => return Ok(Some(lesson)),
        Err(None) => return read(app, owner_id, of).await,
        Err(place) => place,
    };
    let found = match fresh(app, owner_id, of).await {
        // A replica may still show it, which is not to be kept.
        Err(Error::Unavailable(_)) => return read(app, owner_id, of).await,
        found => found?,
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
    let Some(kept) = app.store.read_at_once(owner_id, kept).await? else {
        return Ok(None);
    };
    match written(kept) {
        Some(written) => Ok(Some(written)),
        None => write_down(app, owner_id, of).await,
    }
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
