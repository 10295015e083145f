//! Progress: what a student has learnt so far.

use std::collections::BTreeMap;

use ultudy_domain::{
    concept::Concept,
    overview_text,
    progress::{LISTED_MAX, ProgressOverview, StudyStats},
    study_session::StudySession,
};
use ultudy_store::{Page, concepts, courses, documents, study_sessions};
use uuid::Uuid;

use crate::{App, Error, Result};

/// What an overview is made of.
struct Learnt {
    concepts: Vec<Concept>,
    course_names: BTreeMap<Uuid, String>,
    sessions: Vec<StudySession>,
    stats: StudyStats,
}

/// The overview, of everything, of a course or of a document.
///
/// # Errors
/// [`Error::NotFound`] for the course or document.
pub async fn overview(
    app: &App,
    owner_id: &str,
    course_id: Option<Uuid>,
    document_id: Option<Uuid>,
) -> Result<ProgressOverview> {
    let learnt = learnt(app, owner_id, course_id, document_id).await?;
    Ok(ProgressOverview::gather(
        &learnt.concepts,
        &learnt.course_names,
        learnt.sessions,
        learnt.stats,
    ))
}

/// The same as the JSON that is answered.
///
/// # Errors
/// As [`overview`].
pub async fn overview_json(
    app: &App,
    owner_id: &str,
    course_id: Option<Uuid>,
    document_id: Option<Uuid>,
) -> Result<Vec<u8>> {
    let learnt = learnt(app, owner_id, course_id, document_id).await?;
    Ok(overview_text::json(
        &learnt.concepts,
        &learnt.course_names,
        &learnt.sessions,
        learnt.stats,
    ))
}

async fn learnt(
    app: &App,
    owner_id: &str,
    course_id: Option<Uuid>,
    document_id: Option<Uuid>,
) -> Result<Learnt> {
    let listed = u32::try_from(LISTED_MAX).unwrap_or(u32::MAX);
    let learnt = concepts::read_list(course_id, document_id)
        .and(courses::read_list(true, Page::ALL))
        .and(study_sessions::read_latest(listed))
        .and(study_sessions::read_stats());
    let asked = courses::read_is_there(course_id).and(documents::read_is_there(document_id));
    let (learnt, (has_course, has_document)) =
        app.store.read_at_once(owner_id, learnt.and(asked)).await?;
    for (is_there, what) in [(has_course, "course"), (has_document, "document")] {
        if !is_there {
            return Err(Error::NotFound(what));
        }
    }
    let (((concepts, courses), sessions), stats) = learnt;
    Ok(Learnt {
        concepts,
        course_names: courses.into_iter().map(|c| (c.id, c.name)).collect(),
        sessions,
        stats,
    })
}
