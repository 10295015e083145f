//! What a crash leaves in the object store is cleared up, and nothing else is.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

use std::{fs::File, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{TimeDelta, TimeZone, Utc};
use futures_util::{StreamExt, stream};
use object_store::local::LocalFileSystem;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts, blobs::Blobs, clock::Clock, housekeeping::sweep_objects, reader::DocumentReader,
    worker::Runs,
};
use ultudy_domain::{
    Timestamp,
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
};
use ultudy_engines::events::InProcessEvents;
use ultudy_llm::extractive::Extractive;
use ultudy_store::{Store, StoreConfig, blobs, queue::TableQueue};
use uuid::Uuid;

/// A clock that stands still.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap()
    }

    fn new_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn jitter(&self) -> f64 {
        0.0
    }
}

/// Nothing is read here.
struct Unused;

#[async_trait::async_trait]
impl DocumentReader for Unused {
    async fn probe(&self, _: File) -> Result<Probe, ExtractError> {
        unreachable!("housekeeping reads no document")
    }

    async fn extract(
        &self,
        _: File,
        _: &mut (dyn FnMut(ExtractProgress) + Send),
        _: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        unreachable!("housekeeping reads no document")
    }
}

async fn app(folder: &Path) -> App {
    let config = StoreConfig::Sqlite {
        path: folder.join("ultudy.db"),
    };
    let store = Store::open(&config).await.unwrap();
    let objects = LocalFileSystem::new_with_prefix(folder).unwrap();
    App::new(Parts {
        queue: Arc::new(TableQueue::new(store.clone())),
        store,
        events: Arc::new(InProcessEvents::default()),
        blobs: Blobs::new(Arc::new(objects), folder.to_owned()).in_folder(folder),
        reader: Arc::new(Unused),
        generator: Arc::new(Extractive),
        clock: Arc::new(Stopped),
        upload_bytes_max: 1_000,
        runs: Runs::default(),
    })
}

/// Stores a file that was last written so many minutes ago; its key.
async fn object(app: &App, folder: &Path, number: u128, minutes_ago: i64) -> String {
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"%PDF-1.7"))]);
    let id = Uuid::from_u128(number);
    let incoming = app.blobs.receive(id, body, 100).await.unwrap();
    let key = incoming.key().to_owned();
    incoming.keep();
    let file = File::options().write(true).open(folder.join(&key)).unwrap();
    written(&file, app.clock.now() - TimeDelta::minutes(minutes_ago));
    key
}

fn written(file: &File, at: Timestamp) {
    file.set_modified(at.into()).unwrap();
}

#[tokio::test]
async fn uploads_that_kill_9_cut_off_are_swept_after_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let begun = [b"%PDF-1.7".as_slice(), &[b' '; 6 << 20]].concat();
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(begun))]).chain(stream::pending());
    // The first part is on disk, and the rest never comes.
    let mut receiving = Box::pin(app.blobs.receive(Uuid::from_u128(1), body, 9 << 20));
    let staged = loop {
        let _ = tokio::time::timeout(Duration::from_millis(10), &mut receiving).await;
        let files = std::fs::read_dir(folder.path().join("blobs"));
        if let Some(Ok(file)) = files.ok().and_then(|mut files| files.next()) {
            break file.path();
        }
    };
    std::mem::forget(receiving);
    let file = File::options().write(true).open(&staged).unwrap();
    written(&file, app.clock.now() - TimeDelta::minutes(59));
    assert_eq!(sweep_objects(&app).await.unwrap(), 0);
    written(&file, app.clock.now() - TimeDelta::minutes(61));
    assert_eq!(sweep_objects(&app).await.unwrap(), 1);
    assert!(!staged.exists());
}

#[tokio::test]
async fn only_old_objects_without_a_row_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let orphan = object(&app, folder.path(), 1, 61).await;
    let held = object(&app, folder.path(), 2, 61).await;
    let young = object(&app, folder.path(), 3, 59).await;
    let mut tx = app.store.write("alice").await.unwrap();
    blobs::hold(&mut tx, "hash", 8, &held, app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(sweep_objects(&app).await.unwrap(), 1);
    let exists = |key: &String| folder.path().join(key).exists();
    assert_eq!(
        [&orphan, &held, &young].map(exists),
        [false, true, true],
        "orphan, held, young"
    );
    assert_eq!(sweep_objects(&app).await.unwrap(), 0);
}
