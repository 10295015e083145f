//! Deleting a document with everything made from it.

use ultudy_domain::job::Job;
use ultudy_store::{
    TenantTx,
    documents::{self, DeletedDocument},
    jobs,
};
use uuid::Uuid;

use crate::{App, Error, Result};

/// A document deleted in a transaction that is not committed yet.
pub(crate) struct Removed {
    counts: DeletedDocument,
    cancelled: Vec<Job>,
}

/// Deletes a document and stops the work on it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(app: &App, owner_id: &str, id: Uuid) -> Result<DeletedDocument> {
    let mut tx = app.store.write(owner_id).await?;
    documents::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))?;
    settled(app, owner_id, tx, id).await
}

/// [`delete`] for a document that is perhaps not read yet.
pub(crate) async fn delete_any(app: &App, owner_id: &str, id: Uuid) -> Result<DeletedDocument> {
    let tx = app.store.write(owner_id).await?;
    settled(app, owner_id, tx, id).await
}

async fn settled(app: &App, owner_id: &str, mut tx: TenantTx, id: Uuid) -> Result<DeletedDocument> {
    let removed = remove(app, &mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))?;
    tx.commit().await?;
    let counts = removed.counts.clone();
    removed.settle(app, owner_id).await;
    Ok(counts)
}

/// Deletes a document, ready or not, in the caller's transaction; after its commit call
/// [`Removed::settle`].
pub(crate) async fn remove(app: &App, tx: &mut TenantTx, id: Uuid) -> Result<Option<Removed>> {
    let cancelled = jobs::cancel_of_document(tx, id, app.clock.now()).await?;
    let counts = documents::delete(tx, id).await?;
    Ok(counts.map(|counts| Removed { counts, cancelled }))
}

impl Removed {
    /// After the commit: stops runs, forgets queue entries, deletes the objects.
    pub(crate) async fn settle(self, app: &App, owner_id: &str) {
        app.lessons.outdate(owner_id).await;
        for job in &self.cancelled {
            crate::jobs::settle_cancelled(app, job).await;
        }
        for key in &self.counts.released_objects {
            app.blobs.delete(key).await;
        }
    }
}
