//! The glossary of a document: found for its first lesson, then kept.

use ultudy_domain::glossary::GlossaryEntry;
use ultudy_llm::extractive;
use ultudy_store::{StoreError, TenantTx, glossaries, sections};
use uuid::Uuid;

use crate::{
    Error, passages,
    worker::{JobError, Run},
};

/// What a document says its terms are, if that was found before.
pub(crate) async fn known(
    tx: &mut TenantTx,
    document_id: Uuid,
) -> Result<Option<Vec<GlossaryEntry>>, StoreError> {
    glossaries::find(tx, document_id, version()).await
}

/// What the run's document says its terms are.
pub(super) async fn of_run(run: &Run, document_id: Uuid) -> Result<Vec<GlossaryEntry>, JobError> {
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    if let Some(known) = known(&mut tx, document_id).await? {
        return Ok(known);
    }
    let texts = sections::texts(&mut tx, document_id).await?;
    drop(tx);
    if texts.is_empty() {
        return Err(Run::document_gone());
    }
    let parts: Vec<_> = texts
        .into_iter()
        .map(|text| passages::part(text, None))
        .collect();
    let finding = tokio::task::spawn_blocking(move || extractive::glossary(&parts));
    let found = finding.await.map_err(Error::internal)?;
    let mut tx = run.begin(1, "gathering").await?;
    glossaries::put(&mut tx, document_id, version(), &found).await?;
    tx.commit().await?;
    Ok(found)
}

fn version() -> i32 {
    i32::try_from(extractive::VERSION).unwrap_or(i32::MAX)
}
