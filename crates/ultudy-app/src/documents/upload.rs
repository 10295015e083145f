//! Upload: a file arrives whole, is judged, and becomes a document with a job, or leaves
//! nothing behind.

use bytes::Bytes;
use futures_util::Stream;
use ultudy_domain::extraction::Probe;
use ultudy_domain::{
    field::{self, CHAPTER_MAX, NAME_MAX},
    job::{Job, JobType, Priority},
};
use ultudy_store::{
    courses,
    documents::{self, NewDocument},
    jobs::{self, NewJob},
};
use uuid::Uuid;

use super::{held, under_way::Arriving};
use crate::{
    App, Error, Result,
    blobs::Incoming,
    limits::{Kind, Place},
};

/// What was sent beside the file, unchecked.
#[derive(Debug, Clone, Default)]
pub struct UploadFields {
    /// Name of the file; only ever shown.
    pub file_name: String,
    /// Title; blank takes the file's name.
    pub title: Option<String>,
    /// Course; blank is none.
    pub course_id: Option<Uuid>,
    /// Chapter; blank is none.
    pub chapter: Option<String>,
    /// Kind; blank is none.
    pub material_type: Option<String>,
}

/// Reserves a place among the uploads of this minute, before anything of the file is read, for
/// [`accept`]: keep it once the job is there. The other is to be held until then.
///
/// # Errors
/// [`Error::Limited`]; [`Error::TooManyOfTheirs`] and [`Error::Crowded`] for those that arrive at once.
pub async fn admit(app: &App, owner_id: &str) -> Result<(Place, Arriving)> {
    let id = app.clock.new_id();
    let place = app.reserve(owner_id, Kind::UploadJobs, id).await?;
    match app.under_way().begin(owner_id) {
        Ok(arriving) => Ok((place, arriving)),
        Err(refusal) => {
            place.give_back().await;
            Err(refusal)
        }
    }
}

/// Streams a file into the object store; pass the result to [`accept`], or drop it and
/// the file is gone.
///
/// # Errors
/// Not a PDF, too large, or broken off; nothing stays behind.
pub async fn receive<E>(
    app: &App,
    body: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
) -> Result<Incoming> {
    app.blobs
        .receive(app.clock.new_id(), body, app.upload_bytes_max)
        .await
}

/// Makes a document of a received file, and the job that reads it. The job can be read
/// before this returns.
///
/// # Errors
/// A field that cannot be taken; a course that is not the owner's; an encrypted or empty
/// file. Nothing stays behind.
pub async fn accept(
    app: &App,
    owner_id: &str,
    incoming: Incoming,
    fields: &UploadFields,
    place: &mut Place,
) -> Result<Job> {
    let document = checked(app, &incoming, fields)?;
    refuse_unreadable(app, &incoming).await?;
    let new_job = NewJob {
        id: app.clock.new_id(),
        job_type: JobType::UploadPdf,
        priority: Priority::Normal,
        data: serde_json::json!({
            "document_id": document.id,
            "course_id": document.course_id,
            "title": document.title,
            "chapter": document.chapter,
            "file_name": document.file_name,
            "bytes": incoming.size,
        }),
        document_id: document.id,
        section_id: None,
        dedupe_key: format!("upload:{}", document.id),
    };
    let gone = held::gone(app, owner_id, [&incoming]).await?;
    let mut tx = app.store.write(owner_id).await?;
    if let Some(course_id) = document.course_id {
        courses::find(&mut tx, course_id)
            .await?
            .ok_or(Error::NotFound("course"))?;
    }
    let is_kept = held::hold(&mut tx, &incoming, &gone, document.uploaded_at).await?;
    documents::insert(&mut tx, &document).await?;
    let (job, _) = jobs::enqueue(&mut tx, &new_job, document.uploaded_at).await?;
    // Kept before the commit: whether one that breaks off has happened cannot be known, and
    // an orphan is swept up, while a row without its file is a lost upload.
    if is_kept {
        incoming.keep();
    }
    place.commit(tx).await?;
    app.dispatch(&job).await;
    Ok(job)
}

fn checked(app: &App, incoming: &Incoming, fields: &UploadFields) -> Result<NewDocument> {
    let file_name = bare_name(&fields.file_name);
    let title = field::optional("title", fields.title.as_deref(), NAME_MAX)?;
    Ok(NewDocument {
        id: app.clock.new_id(),
        title: title.unwrap_or_else(|| title_of(&file_name)),
        course_id: fields.course_id,
        chapter: field::optional("chapter", fields.chapter.as_deref(), CHAPTER_MAX)?,
        material_type: super::material_type(fields.material_type.as_deref())?,
        sha256: incoming.sha256.clone(),
        file_name,
        uploaded_at: app.clock.now(),
    })
}

/// The last part of a path, without control characters and not too long; the name is
/// only ever shown, never a path of ours.
fn bare_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX)
        .collect();
    if name.trim().is_empty() {
        "document.pdf".to_owned()
    } else {
        name.trim().to_owned()
    }
}

fn title_of(file_name: &str) -> String {
    let title = file_name.replacen(".pdf", "", 1);
    if title.trim().is_empty() {
        file_name.to_owned()
    } else {
        title.trim().to_owned()
    }
}

async fn refuse_unreadable(app: &App, incoming: &Incoming) -> Result<()> {
    let file = app.blobs.open(incoming.key()).await?;
    let refusal = |code, message: &str| {
        Err(Error::Unprocessable {
            code,
            message: message.into(),
        })
    };
    match app.reader.probe(file).await? {
        Probe::Encrypted => refusal(
            "pdf_encrypted",
            "This PDF asks for a password. Please save a copy without one and upload that.",
        ),
        Probe::Empty => refusal(
            "pdf_empty",
            "This PDF is empty. Please check the file and upload it again.",
        ),
        Probe::Readable { .. } | Probe::Unclear => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_never_keeps_its_folders() {
        assert_eq!(bare_name("../../etc/passwd"), "passwd");
        assert_eq!(bare_name(r"C:\notes\week 1.pdf"), "week 1.pdf");
        assert_eq!(bare_name(".."), "..");
        assert_eq!(bare_name("a/\0\n"), "document.pdf");
    }

    #[test]
    fn the_title_is_the_file_name_without_its_ending() {
        assert_eq!(title_of("Analysis 1.pdf"), "Analysis 1");
        assert_eq!(title_of(".pdf"), ".pdf");
    }
}
