//! Housekeeping: what a crash left behind is cleared up, and documents of an earlier
//! version are read into the search index; the cache is told whose lessons are outdated.

use std::{collections::HashSet, time::Duration};

use tokio_util::sync::CancellationToken;
use ultudy_store::{blobs, holder};

use crate::{App, Result, search::index};

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// An object younger than this may belong to an upload that is about to commit.
const GRACE: chrono::TimeDelta = chrono::TimeDelta::hours(1);

pub use crate::lessons::keep_telling;

/// Clears up now and then, and [`keep_telling`], until `shutdown` fires.
pub async fn keep_house(app: App, shutdown: CancellationToken) {
    let telling = keep_telling(app.clone(), shutdown.clone());
    tokio::join!(clear_up(app, shutdown), telling);
}

async fn clear_up(app: App, shutdown: CancellationToken) {
    loop {
        match sweep_objects(&app).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "deleted uploaded files that nothing refers to"),
            Err(error) => tracing::warn!(%error, "cannot look for files that nothing refers to"),
        }
        match sweep_ended(&app).await {
            Ok(0) => {}
            Ok(swept) => {
                tracing::info!(swept, "deleted sessions, tokens and links that have ended");
            }
            Err(error) => tracing::warn!(%error, "cannot delete sessions that have ended"),
        }
        match index::catch_up(&app, &shutdown).await {
            Ok(0) => {}
            Ok(documents) => {
                tracing::info!(documents, "read earlier documents into the search index");
            }
            Err(error) => tracing::warn!(%error, "cannot read all documents into the search index"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Deletes sessions, API tokens and links that have ended; how many.
///
/// # Errors
/// The database does not answer.
pub async fn sweep_ended(app: &App) -> Result<u64> {
    let mut tx = app.store.system().await?;
    let swept = holder::delete_ended(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    Ok(swept)
}

/// Deletes objects that no row holds, and half-written ones, that are older than the grace
/// time; how many. A row is only ever written after its object, so what is old and unheld
/// stays unheld.
///
/// # Errors
/// The store or the database does not answer.
pub async fn sweep_objects(app: &App) -> Result<usize> {
    let moment = app.clock.now() - GRACE;
    let half_written = app.blobs.sweep_half_written(moment).await?;
    let old = app.blobs.older_than(moment).await?;
    if old.is_empty() {
        return Ok(half_written);
    }
    let mut tx = app.store.system().await?;
    let held: HashSet<String> = blobs::keys(&mut tx).await?.into_iter().collect();
    drop(tx);
    let orphans: Vec<&String> = old.iter().filter(|key| !held.contains(*key)).collect();
    for key in &orphans {
        app.blobs.delete(key).await;
    }
    Ok(half_written + orphans.len())
}
