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
    let concepts = concepts::list(&mut tx, course_id, document_id).await?;
    let courses = courses::list(&mut tx, true, Page::ALL).await?;
    let names: BTreeMap<Uuid, String> = courses.into_iter().map(|c| (c.id, c.name)).collect();
    let listed = u32::try_from(LISTED_MAX).unwrap_or(u32::MAX);
    let sessions = study_sessions::latest(&mut tx, listed).await?;
    let stats = study_sessions::stats(&mut tx).await?;
    Ok(ProgressOverview::gather(&concepts, &names, sessions, stats))
}
