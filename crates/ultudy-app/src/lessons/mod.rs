//! Lessons: asked for, made by a job, read, deleted.

use ultudy_domain::lesson::Lesson;
use ultudy_store::lessons;
use uuid::Uuid;

use crate::{App, Error, Result};

mod answer;
mod answered;
mod cached;
pub(crate) mod followers;
pub mod generate;
pub(crate) mod glossary;
mod key;
mod known_generations;
mod make;
mod open;
mod outdated;
pub(crate) mod own;
mod request;
pub(crate) mod single_flight;

pub use answer::{answer, answered_version};
pub use answered::AnsweredLesson;
pub use cached::CachedLessons;
pub use key::{Sharing, generation_key};
pub(crate) use known_generations::KnownGenerations;
pub use make::make;
pub use open::{Opened, open};
pub use outdated::keep_telling;
pub(crate) use request::request_as;
pub use request::{LessonRequest, Requested, request};
pub use ultudy_store::lessons::LessonOf;

/// The lesson on a section or a whole document.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn get(app: &App, owner_id: &str, of: LessonOf) -> Result<Lesson> {
    let lesson = app.store.read_at_once(owner_id, lessons::read(of)).await?;
    lesson.ok_or(Error::NotFound("lesson"))
}

/// Deletes a lesson; asking again makes another version. What was answered stays.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(app: &App, owner_id: &str, id: Uuid) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    let deleted = lessons::delete(&mut tx, id).await?;
    tx.commit().await?;
    app.lessons.outdate(owner_id).await;
    if deleted {
        Ok(())
    } else {
        Err(Error::NotFound("lesson"))
    }
}
