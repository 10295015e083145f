//! The glossary of a document: found for its first lesson, then kept.

use ultudy_domain::glossary::GlossaryEntry;
use ultudy_store::{TenantTx, glossaries, sections};
use uuid::Uuid;

use super::key;
use crate::{
    App, Error, passages,
    worker::{JobError, Run},
};

/// What the app's generator said a document's terms are, if it was asked before.
pub(crate) async fn known(
    app: &App,
    tx: &mut TenantTx,
    document_id: Uuid,
) -> Result<Option<Vec<GlossaryEntry>>, Error> {
    let version = key::glossary_version(&app.generator.identity())?;
    Ok(glossaries::find(tx, document_id, version).await?)
}

/// What the run's document says its terms are.
pub(super) async fn of_run(run: &Run, document_id: Uuid) -> Result<Vec<GlossaryEntry>, JobError> {
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    if let Some(known) = known(&run.app, &mut tx, document_id).await? {
        return Ok(known);
    }
    let texts = sections::texts(&mut tx, document_id).await?;
    drop(tx);
    if texts.is_empty() {
        return Err(Run::document_gone());
    }
    let parts = texts
        .into_iter()
        .map(|text| passages::part(text, None))
        .collect();
    let generator = &run.app.generator;
    let found = generator.glossary(parts, &run.cancel).await?;
    let version = key::glossary_version(&generator.identity())?;
    let mut tx = run.begin(1, "gathering").await?;
    glossaries::put(&mut tx, document_id, version, &found).await?;
    tx.commit().await?;
    Ok(found)
}
