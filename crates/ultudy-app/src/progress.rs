//! Progress: what a student has learnt so far.

use std::collections::BTreeMap;

use ultudy_domain::progress::{LISTED_MAX, ProgressOverview};
use ultudy_store::{Page, concepts, courses, documents, study_sessions};
use uuid::Uuid;

use crate::{App, Error, Result};

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
    if course_id.is_some() || document_id.is_some() {
        check(app, owner_id, course_id, document_id).await?;
    }
    let listed = u32::try_from(LISTED_MAX).unwrap_or(u32::MAX);
    let learnt = concepts::read_list(course_id, document_id)
        .and(courses::read_list(true, Page::ALL))
        .and(study_sessions::read_latest(listed))
        .and(study_sessions::read_stats());
    let (((concepts, courses), sessions), stats) = app.store.read_at_once(owner_id, learnt).await?;
    let names: BTreeMap<Uuid, String> = courses.into_iter().map(|c| (c.id, c.name)).collect();
    Ok(ProgressOverview::gather(&concepts, &names, sessions, stats))
}

async fn check(
    app: &App,
    owner_id: &str,
    course_id: Option<Uuid>,
    document_id: Option<Uuid>,
) -> Result<()> {
    let mut tx = app.store.read(owner_id).await?;
    if let Some(id) = course_id {
        courses::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("course"))?;
    }
    if let Some(id) = document_id {
        documents::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("document"))?;
    }
    Ok(())
}
