//! The `upload_pdf` job: reads a file in a child process and stores its sections, which
//! makes the document visible.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use ultudy_domain::extraction::{ExtractError, ExtractProgress, Stage};
use ultudy_domain::{
    document::ExtractedDocument, page_text::PageReader, section::ExtractedSection,
};
use ultudy_store::{
    chunks,
    documents::{self, Reading},
    sections::{self, NewSection},
};
use uuid::Uuid;

use super::{figures, transcribe::Eyes};
use crate::{
    App,
    search::index::{self, Source},
    worker::{JobError, Run},
};

/// Per cent done when the text of all pages is read.
const READ: i16 = 60;

/// Per cent done when a model has read those that it reads.
const TRANSCRIBED: i16 = 80;

/// Per cent done when pages without text are recognised too; what remains is storing.
const RECOGNISED: i16 = 90;

/// Runs the job.
pub(crate) async fn run(run: &Run) -> Result<(), JobError> {
    let document_id = run.document_id()?;
    run.progress(1, "opening").await?;
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    let file = documents::file(&mut tx, document_id)
        .await?
        .ok_or_else(Run::document_gone)?;
    drop(tx);
    let pdf = run.app.blobs.open(&file.object_key).await?;
    let extracted = read(run, pdf).await?;
    run.progress(RECOGNISED, "storing").await?;
    store(run, document_id, extracted).await
}

/// Reads the pages while telling how far it is.
async fn read(run: &Run, pdf: std::fs::File) -> Result<ExtractedDocument, JobError> {
    let (sender, receiver) = tokio::sync::watch::channel((1, Cow::Borrowed("reading")));
    let mut note = |at: ExtractProgress| {
        let _ = sender.send(percent_and_stage(at));
    };
    let eyes = Eyes::of(run);
    let pages = eyes.as_ref().map(|eyes| eyes as &dyn PageReader);
    let reading = run.app.reader.extract(pdf, pages, &mut note, &run.cancel);
    tokio::select! {
        extracted = reading => extracted.map_err(|error| match error {
            ExtractError::File(failure) => JobError::Fail(failure),
            ExtractError::Cancelled => JobError::Stopped,
            ExtractError::Process(error) => JobError::retry("The file could not be read just now.", error),
        }),
        stale = run.follow(receiver) => Err(stale),
    }
}

/// Of what takes long, the stage tells at which page it is, too.
fn percent_and_stage(at: ExtractProgress) -> (i16, Cow<'static, str>) {
    let (from, to, stage) = match at.stage {
        Stage::Reading => (1, READ, "reading".into()),
        Stage::Transcribing => {
            let next = at.pages_total.min(at.pages_done + 1);
            let stage = format!("transcribing {next}/{}", at.pages_total);
            (READ, TRANSCRIBED, stage.into())
        }
        Stage::Recognising => (TRANSCRIBED, RECOGNISED, "recognising".into()),
    };
    let span = i64::from(to - from);
    let share = i64::from(at.pages_done) * span / i64::from(at.pages_total.max(1));
    let share = i16::try_from(share.clamp(0, span)).unwrap_or(0);
    (from + share, stage)
}

async fn store(run: &Run, document_id: Uuid, extracted: ExtractedDocument) -> Result<(), JobError> {
    let now = run.app.clock.now();
    let rows: Vec<NewSection> = (1..)
        .zip(&extracted.sections)
        .map(|(number, section)| row(&run.app, number, section))
        .collect();
    let pages = i32::try_from(extracted.page_count).unwrap_or(i32::MAX);
    let result = serde_json::json!({
        "document_id": document_id,
        "pages": pages,
        "sections": rows.len(),
        "sectioning": extracted.sectioning,
        "unreadable_pages": extracted.unreadable_pages,
        "recognised_pages": extracted.recognised_pages,
        "transcribed_pages": extracted.transcribed_pages,
        "language": extracted.language,
    });
    let sources = rows.iter().map(Source::from).collect();
    let passages = index::read(sources, &run.cancel).await?;
    let passages = passages.ok_or(JobError::Stopped)?;
    let mut figures = tokio::select! {
        uploaded = figures::upload(&run.app, &run.job.owner_id, extracted.figures) => uploaded?,
        () = run.cancel.cancelled() => return Err(JobError::Stopped),
    };
    let mut tx = run.begin(RECOGNISED, "storing").await?;
    let reading = Reading {
        pages,
        sectioning: extracted.sectioning,
        language: extracted.language.as_deref(),
        unreadable_pages: &extracted.unreadable_pages,
        recognised_pages: &extracted.recognised_pages,
        transcribed_pages: &extracted.transcribed_pages,
    };
    if !documents::publish(&mut tx, document_id, &reading).await? {
        return Err(JobError::Stale);
    }
    sections::insert_all(&mut tx, document_id, &rows, now).await?;
    figures.store(&mut tx, document_id, now).await?;
    chunks::insert_all(&mut tx, document_id, passages.language, &passages.chunks).await?;
    // Kept before the commit, for the reason that an upload's file is.
    figures.keep();
    run.complete(tx, &result).await?;
    run.app.read_into_index().notify_one();
    Ok(())
}

fn row(app: &App, number: i32, section: &ExtractedSection) -> NewSection {
    let page = |page: u32| i32::try_from(page).unwrap_or(i32::MAX);
    NewSection {
        id: app.clock.new_id(),
        section_number: number,
        name: section.name.clone(),
        level: i16::from(section.level),
        description: section.description.clone(),
        page_start: page(section.page_start),
        page_end: page(section.page_end),
        markdown: section.markdown.clone(),
        content_hash: hex::encode(Sha256::digest(section.markdown.as_bytes())),
    }
}
