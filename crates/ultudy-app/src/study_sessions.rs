//! Study sessions: started, counted, completed.

use ultudy_domain::{
    field::{self, CHAPTER_MAX},
    study_session::{SessionType, StudySession, minutes_between},
};
use ultudy_store::{TenantTx, courses, documents, study_sessions};
use uuid::Uuid;

use crate::{App, Error, Result};

/// A session to be started, unchecked.
#[derive(Debug, Clone, Default)]
pub struct NewSession {
    /// `lesson`, `practice`, `review` or `flashcards`.
    pub session_type: String,
    /// Chapter.
    pub chapter: Option<String>,
    /// Document.
    pub document_id: Option<Uuid>,
    /// Course.
    pub course_id: Option<Uuid>,
}

/// Starts a session.
///
/// # Errors
/// A field that cannot be taken; [`Error::NotFound`] for its document or course.
pub async fn start(app: &App, owner_id: &str, new: NewSession) -> Result<StudySession> {
    let session_type = SessionType::parse(&new.session_type).ok_or_else(|| {
        Error::field(
            "session_type",
            "must be lesson, practice, review or flashcards",
        )
    })?;
    let session = StudySession {
        id: app.clock.new_id(),
        session_type,
        chapter: field::optional("chapter", new.chapter.as_deref(), CHAPTER_MAX)?,
        document_id: new.document_id,
        course_id: new.course_id,
        total_check_ins: 0,
        correct_check_ins: 0,
        duration_minutes: None,
        started_at: app.clock.now(),
        completed_at: None,
    };
    let mut tx = app.store.write(owner_id).await?;
    if let Some(id) = session.document_id {
        documents::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("document"))?;
    }
    if let Some(id) = session.course_id {
        courses::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("course"))?;
    }
    study_sessions::insert(&mut tx, &session).await?;
    tx.commit().await?;
    Ok(session)
}

/// Counts one answer.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when the session has ended.
pub async fn track(app: &App, owner_id: &str, id: Uuid, correct: bool) -> Result<()> {
    let mut tx = app.store.write(owner_id).await?;
    if !study_sessions::track(&mut tx, id, correct).await? {
        return Err(ended_or_unknown(&mut tx, id).await?);
    }
    tx.commit().await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has ended already.
pub async fn complete(app: &App, owner_id: &str, id: Uuid) -> Result<StudySession> {
    let now = app.clock.now();
    let mut tx = app.store.write(owner_id).await?;
    let session = study_sessions::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("study session"))?;
    let minutes = minutes_between(session.started_at, now);
    match study_sessions::complete(&mut tx, id, minutes, now).await? {
        Some(completed) => {
            tx.commit().await?;
            Ok(completed)
        }
        None => Err(ended_or_unknown(&mut tx, id).await?),
    }
}

async fn ended_or_unknown(tx: &mut TenantTx, id: Uuid) -> Result<Error> {
    Ok(match study_sessions::find(tx, id).await? {
        Some(_) => Error::Conflict("This study session has ended already.".into()),
        None => Error::NotFound("study session"),
    })
}
