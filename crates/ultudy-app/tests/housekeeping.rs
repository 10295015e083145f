//! What a crash leaves in the object store is cleared up, and nothing else is.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on must stop"
)]

use std::{fs::File, path::Path, sync::Arc};

use bytes::Bytes;
use chrono::{TimeDelta, TimeZone, Utc};
use futures_util::stream;
use object_store::local::LocalFileSystem;
use ultudy_app::{
    App, Parts, blobs::Blobs, clock::Clock, housekeeping::sweep_objects, worker::Runs,
};
use ultudy_content::{ExtractLimits, Extractor};
use ultudy_domain::Timestamp;
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
        blobs: Blobs::new(Arc::new(objects), folder.to_owned()),
        extractor: Extractor::new("none".into(), Vec::new(), ExtractLimits::default()),
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
    let written = app.clock.now() - TimeDelta::minutes(minutes_ago);
    let file = File::options().write(true).open(folder.join(&key)).unwrap();
    file.set_modified(written.into()).unwrap();
    key
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
