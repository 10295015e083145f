//! The sample course: a first look at the product before the student's own PDF goes in.
//! It goes through the same upload, job and sections as any other file.

use bytes::Bytes;
use futures_util::stream;
use ultudy_store::{Page, jobs::JobFilter};

use crate::{App, Result, courses, documents::upload, jobs, limits::Place};

/// The course and its one document.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Name of the course.
    pub course: &'static str,
    /// Title of the document.
    pub title: &'static str,
    /// Name of the file.
    pub file_name: &'static str,
    /// The PDF.
    pub pdf: &'static [u8],
}

/// Loads the sample for an owner who never had a course nor a job, so that a sample once
/// deleted stays away. True if it was loaded.
///
/// # Errors
/// The database or the object store does not answer.
pub async fn load_once(app: &App, owner_id: &str, sample: &Sample) -> Result<bool> {
    let one = Page {
        limit: 1,
        after: None,
    };
    let has_courses = !courses::list(app, owner_id, true, one).await?.is_empty();
    if has_courses
        || !jobs::list(app, owner_id, &JobFilter::default(), one)
            .await?
            .is_empty()
    {
        return Ok(false);
    }
    let body = stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from_static(
        sample.pdf,
    ))]);
    let incoming = upload::receive(app, body).await?;
    let new = courses::NewCourse {
        name: sample.course.into(),
        ..courses::NewCourse::default()
    };
    let course = courses::create(app, owner_id, new).await?;
    let fields = upload::UploadFields {
        file_name: sample.file_name.into(),
        title: Some(sample.title.into()),
        course_id: Some(course.id),
        chapter: None,
        material_type: Some("textbook".into()),
    };
    let mut place = Place::uncounted(app);
    let accepted = upload::accept(app, owner_id, incoming, &fields, &mut place);
    if let Err(error) = accepted.await {
        // An empty course would keep the sample away for good.
        courses::delete(app, owner_id, course.id).await?;
        return Err(error);
    }
    Ok(true)
}
