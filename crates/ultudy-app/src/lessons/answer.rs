//! A lesson as it is answered to programs: its texts are kept as they are sent.

use ultudy_domain::lesson_text::WrittenLesson;
use ultudy_store::lessons::{self, Kept, LessonOf};
use uuid::Uuid;

use crate::{App, Error, Result};

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
    let found = find(app, owner_id, of).await?;
    found.ok_or(Error::NotFound("lesson"))
}

/// The same, if there is one; in one round trip, since it is asked for most.
pub(super) async fn find(app: &App, owner_id: &str, of: LessonOf) -> Result<Option<WrittenLesson>> {
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
