//! The glossary of a document: found for its first lesson, then kept.

use ultudy_domain::glossary::GlossaryEntry;
use ultudy_store::{Read, TenantTx, glossaries, sections};
use uuid::Uuid;

use super::key;
use crate::{
    App, Error, passages,
    worker::{JobError, Run},
};

/// Bytes of text that take so long that somebody who waits is told of it.
const SHOWN_FROM: usize = 256 * 1024;

/// What the app's generator said a document's terms are, if it was asked before.
pub(crate) async fn known(
    app: &App,
    tx: &mut TenantTx,
    document_id: Uuid,
) -> Result<Option<Vec<GlossaryEntry>>, Error> {
    Ok(read(app, document_id)?.run(tx).await?)
}

/// See [`known`]. No statement where the generator uses none: then it is known to be empty.
pub(super) fn read(
    app: &App,
    document_id: Uuid,
) -> Result<Read<Option<Vec<GlossaryEntry>>>, Error> {
    if !app.generator.uses_glossary() {
        return Ok(Read::of(Some(Vec::new())));
    }
    let version = key::glossary_version(&app.generator.identity())?;
    Ok(glossaries::read(document_id, version))
}

/// What the run's document says its terms are.
pub(super) async fn of_run(run: &Run, document_id: Uuid) -> Result<Vec<GlossaryEntry>, JobError> {
    if !run.app.generator.uses_glossary() {
        return Ok(Vec::new());
    }
    let read = read(&run.app, document_id)?;
    match run.app.store.read_at_once(&run.job.owner_id, read).await? {
        Some(known) => Ok(known),
        None => find(run, document_id).await,
    }
}

/// Finds what the run's document says its terms are, and keeps it.
pub(super) async fn find(run: &Run, document_id: Uuid) -> Result<Vec<GlossaryEntry>, JobError> {
    let texts = sections::read_texts(document_id);
    let texts = run.app.store.read_at_once(&run.job.owner_id, texts).await?;
    if texts.is_empty() {
        return Err(Run::document_gone());
    }
    if texts.iter().map(|text| text.markdown.len()).sum::<usize>() > SHOWN_FROM {
        run.progress(1, "gathering").await?;
    }
    let parts = texts
        .into_iter()
        .map(|text| passages::part(text, None))
        .collect();
    let generator = &run.app.generator;
    let found = generator.glossary(parts, &run.cancel).await?;
    let version = key::glossary_version(&generator.identity())?;
    let put = glossaries::write(document_id, version, &found)?;
    let (tx, ()) = run.begin_with(1, "gathering", put).await?;
    tx.commit().await?;
    Ok(found)
}
