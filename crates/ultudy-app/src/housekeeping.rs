//! Housekeeping: what a crash left behind is cleared up, and documents of an earlier
//! version are read into the search index; documents are embedded for it; batches are seen to; the cache is told whose
//! lessons are outdated.

use std::{collections::HashSet, time::Duration};

use futures_util::TryStreamExt as _;
use tokio_util::sync::CancellationToken;
use ultudy_domain::Timestamp;
use ultudy_store::{blobs, holder};
use uuid::Uuid;

use crate::{
    App, Result, batches,
    blobs::Listed,
    documents::transcribe,
    metrics::files_lost,
    search::{embed, index},
    spending,
};

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);
pub use crate::lessons::keep_telling;

/// Clears up now and then, and [`keep_telling`], until `shutdown` fires.
pub async fn keep_house(app: App, shutdown: CancellationToken) {
    let telling = keep_telling(app.clone(), shutdown.clone());
    let sweeping = sweep_for_all(app.clone(), shutdown.clone());
    let forgetting = forget(app.clone(), shutdown.clone());
    let embedding = embed::keep_embedded(app.clone(), shutdown.clone());
    let batches = batches::keep_sending(app.clone(), shutdown.clone());
    tokio::join!(
        clear_up(app, shutdown),
        sweeping,
        forgetting,
        telling,
        embedding,
        batches
    );
}

/// Looks through the whole object store now and then, in the one process that does so for all. Who does so
/// no more says nothing of lost files: they may be back.
async fn sweep_for_all(app: App, shutdown: CancellationToken) {
    let mut does_for_all = app.does_for_all().subscribe();
    loop {
        if !app.is_to_do_for_all(&shutdown).await {
            return;
        }
        match sweep_objects(&app).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "deleted uploaded files that nothing refers to"),
            Err(error) => tracing::warn!(%error, "cannot look for files that nothing refers to"),
        }
        let is_another = async { does_for_all.wait_for(|does| !*does).await.is_ok() };
        tokio::select! {
            () = shutdown.cancelled() => return,
            is_another = is_another => match is_another {
                true => files_lost(0),
                false => return,
            },
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Forgets now and then what earlier calls of language models cost, and what they read on pages, in the one
/// process that does so for all.
async fn forget(app: App, shutdown: CancellationToken) {
    loop {
        if !app.is_to_do_for_all(&shutdown).await {
            return;
        }
        match spending::clear_up(&app, &shutdown).await {
            Ok(0) => {}
            Ok(cleared) => tracing::info!(cleared, "forgot earlier calls of language models"),
            Err(error) => tracing::warn!(%error, "cannot forget earlier calls of language models"),
        }
        match transcribe::clear_up(&app, &shutdown).await {
            Ok(0) => {}
            Ok(pages) => tracing::info!(pages, "forgot what models read on pages long ago"),
            Err(error) => tracing::warn!(%error, "cannot forget what models read on pages"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn clear_up(app: App, shutdown: CancellationToken) {
    loop {
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

/// More files than these, and than rows hold, are not what uploads that broke off have left: they may
/// be somebody else's.
const ORPHANS_MOST: usize = 100;

/// Deletes sessions, API tokens and links that have ended; how many.
///
/// # Errors
/// The database does not answer.
pub async fn sweep_ended(app: &App) -> Result<u64> {
    let now = no_later(app).await?;
    let mut tx = app.store.system().await?;
    let swept = holder::delete_ended(&mut tx, now).await?;
    tx.commit().await?;
    Ok(swept)
}

/// Deletes objects that no row holds, and half-written ones, that are older than the grace
/// time; how many. A row is only ever written after its object, so what is old and unheld
/// stays unheld; and a file that an old row names and the store lacks is lost, which is told.
///
/// # Errors
/// The store or the database does not answer.
pub async fn sweep_objects(app: &App) -> Result<usize> {
    let now = no_later(app).await?;
    let moment = now - app.blobs.grace();
    let half_written = app.blobs.sweep_half_written(now).await?;
    let listed: Vec<Listed> = app.blobs.list().try_collect().await?;
    let mut tx = app.store.system().await?;
    let held = blobs::keys(&mut tx).await?;
    drop(tx);
    tell_of_lost(&listed, &held, moment);
    let held: HashSet<&str> = held.iter().map(String::as_str).collect();
    let is_orphan = |file: &&Listed| file.stored_at < moment && !held.contains(file.key.as_str());
    let orphans: Vec<&Listed> = listed.iter().filter(is_orphan).collect();
    if orphans.len() > held.len().max(ORPHANS_MOST) {
        tracing::error!(
            orphans = orphans.len(),
            held = held.len(),
            "there are more files that no row holds than files that one does, and none is deleted: are they \
             another installation's, or has the database been put back?"
        );
        return Ok(half_written);
    }
    for file in &orphans {
        app.blobs.delete(&file.key).await;
    }
    Ok(half_written + orphans.len())
}

/// By whichever clock is behind, this machine's or the database's: what is deleted for its age must be
/// that old, though this machine's clock is an hour ahead.
async fn no_later(app: &App) -> Result<Timestamp> {
    let (here, there) = (app.clock.now(), app.store.time().await?);
    Ok(there.map_or(here, |there| there.min(here)))
}

fn tell_of_lost(listed: &[Listed], held: &[String], moment: Timestamp) {
    let listed: HashSet<&str> = listed.iter().map(|file| file.key.as_str()).collect();
    let is_lost = |key: &&String| is_older(key, moment) && !listed.contains(key.as_str());
    let lost: Vec<&String> = held.iter().filter(is_lost).collect();
    files_lost(lost.len());
    if let Some(first) = lost.first() {
        tracing::error!(
            lost = lost.len(),
            %first,
            "files that rows name are not in the object store: restore them, or have them uploaded again"
        );
    }
}

/// Whether the file of this key began to come before `moment`, which is in the key.
fn is_older(key: &str, moment: Timestamp) -> bool {
    let id = key
        .rsplit('/')
        .next()
        .and_then(|id| Uuid::parse_str(id).ok());
    let begun = id.and_then(|id| id.get_timestamp());
    begun.is_none_or(|begun| i128::from(begun.to_unix().0) < i128::from(moment.timestamp()))
}
