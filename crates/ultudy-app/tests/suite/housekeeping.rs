//! What a crash leaves in the object store is cleared up, and nothing else is.

use std::{fs::File, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App,
    blobs::{
        Incoming,
        arrival::{PART_BYTES, longest_of_a_part},
    },
    clock::{Clock as _, SystemClock},
    housekeeping::{keep_house, sweep_objects},
    worker::{WorkerConfig, work},
};
use ultudy_domain::Timestamp;
use ultudy_llm::extractive::Extractive;
use ultudy_store::{PostgresConfig, Store, StoreConfig, blobs, migrate_postgres};
use ultudy_testkit::{
    postgres::{Postgres, User},
    wait,
};
use uuid::Uuid;

use crate::{
    gauges::Gauges,
    support::{SetClock, app, app_with},
};

const PATIENCE: Duration = Duration::from_secs(90);

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

/// The file in which an upload's first part lies, once it does; the rest is not there yet.
async fn staged(
    receiving: &mut (impl Future<Output = ultudy_app::Result<Incoming>> + Unpin),
    folder: &Path,
) -> File {
    let staged = loop {
        let _ = tokio::time::timeout(Duration::from_millis(10), &mut *receiving).await;
        let files = std::fs::read_dir(folder.join("blobs"));
        if let Some(Ok(file)) = files.ok().and_then(|mut files| files.next())
            && file.metadata().unwrap().len() == PART_BYTES as u64
        {
            break file.path();
        }
    };
    File::options().write(true).open(staged).unwrap()
}

#[tokio::test]
async fn uploads_that_kill_9_cut_off_are_swept_after_two_hours() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), SetClock::new()).await;
    let begun = [b"%PDF-1.7".as_slice(), &[b' '; 6 << 20]].concat();
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(begun))]).chain(stream::pending());
    // The first part is on disk, and the rest never comes.
    let mut receiving = Box::pin(app.blobs.receive(Uuid::from_u128(1), body, 9 << 20));
    let file = staged(&mut receiving, folder.path()).await;
    std::mem::forget(receiving);
    written(&file, app.clock.now() - TimeDelta::minutes(119));
    assert_eq!(sweep_objects(&app).await.unwrap(), 0);
    written(&file, app.clock.now() - TimeDelta::minutes(121));
    assert_eq!(sweep_objects(&app).await.unwrap(), 1);
    let files = std::fs::read_dir(folder.path().join("blobs")).unwrap();
    assert_eq!(files.count(), 0);
}

/// As slowly as a body may come, there are 80 minutes between two parts.
#[tokio::test]
async fn an_upload_at_the_least_pace_is_not_swept_while_it_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), SetClock::new()).await;
    let whole = [b"%PDF-1.7".as_slice(), &[b' '; 6 << 20]].concat();
    let (rest_came, rest_comes) = tokio::sync::oneshot::channel::<()>();
    let (first, rest) = whole.split_at(PART_BYTES + 1);
    let piece = |piece: &[u8]| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece));
    let (first, rest) = (piece(first), piece(rest));
    let rest = stream::once(async {
        let _ = rest_comes.await;
        rest
    });
    let body = Box::pin(stream::iter([first]).chain(rest));
    let mut receiving = Box::pin(app.blobs.receive(Uuid::from_u128(1), body, 9 << 20));
    let file = staged(&mut receiving, folder.path()).await;
    let between = TimeDelta::from_std(longest_of_a_part()).unwrap();
    written(&file, app.clock.now() - between);
    assert_eq!(sweep_objects(&app).await.unwrap(), 0);
    drop(rest_came);
    let incoming = receiving.await.unwrap();
    assert_eq!(incoming.size, whole.len() as u64);
}

#[tokio::test]
async fn only_old_objects_without_a_row_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), SetClock::new()).await;
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

/// A store over a database of its own on a server that others use, too.
async fn shared_store() -> (Arc<Postgres>, Store) {
    let server = Postgres::shared().unwrap();
    let name = server.create_database(User::Owner).unwrap();
    let url = server.url(User::Owner, &name);
    migrate_postgres(&url).await.unwrap();
    let config = PostgresConfig::new(server.url(User::Member, &name));
    let store = Store::open(&StoreConfig::Postgres(config)).await.unwrap();
    (server, store)
}

/// The worker that looks for all thinks that it is hours later than it is.
#[tokio::test]
async fn what_has_just_come_is_left_alone_by_who_is_hours_ahead() {
    let (_server, store) = shared_store().await;
    let (folder, clock) = (tempfile::tempdir().unwrap(), SetClock::new());
    clock.advance(SystemClock.now() - clock.now() + TimeDelta::hours(5));
    let app = app_with(folder.path(), clock, store, Arc::new(Extractive));
    // Its row is not there yet.
    let key = object(&app, folder.path(), 1, 5 * 60).await;
    assert_eq!(sweep_objects(&app).await.unwrap(), 0);
    assert!(folder.path().join(&key).exists());
    let file = File::options().write(true).open(folder.path().join(&key));
    written(&file.unwrap(), SystemClock.now() - TimeDelta::minutes(61));
    assert_eq!(sweep_objects(&app).await.unwrap(), 1);
}

/// Whoever has not reached the database for so long that another worker does it by now, does it no more,
/// and says nothing of files that are lost: that other one does.
#[tokio::test]
async fn who_is_cut_off_tells_of_lost_files_no_more() {
    let gauges = Gauges::default();
    let _told = metrics::set_default_local_recorder(&gauges);
    let mut server = Postgres::start().unwrap();
    let name = server.create_database(User::Owner).unwrap();
    migrate_postgres(&server.url(User::Owner, &name))
        .await
        .unwrap();
    let config = PostgresConfig {
        acquire_timeout: Duration::from_secs(2),
        ..PostgresConfig::new(server.url(User::Member, &name))
    };
    let store = Store::open(&StoreConfig::Postgres(config)).await.unwrap();
    let (folder, clock) = (tempfile::tempdir().unwrap(), SetClock::new());
    let app = app_with(folder.path(), clock.clone(), store, Arc::new(Extractive));
    let mut tx = app.store.write("alice").await.unwrap();
    blobs::hold(&mut tx, "sha", 1, "blobs/gone", app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let stop = CancellationToken::new();
    let worker = WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: 1,
        drain: Duration::ZERO,
    };
    let worker = tokio::spawn(work(app.clone(), worker, stop.clone()));
    let house = tokio::spawn(keep_house(app, stop.clone()));
    let lost = |files: f64| {
        let told = gauges.clone();
        let is_told = async move || told.shows("ultudy_storage_files_lost") == Some(files);
        wait::until("lost files are told of", PATIENCE, is_told)
    };
    lost(1.0).await.unwrap();
    server.stop().unwrap();
    clock.advance(TimeDelta::seconds(21));
    lost(0.0).await.unwrap();
    server.start_again().unwrap();
    lost(1.0).await.unwrap();
    stop.cancel();
    worker.await.unwrap();
    house.await.unwrap();
}

/// As by a laptop with the address of production's bucket.
#[tokio::test]
async fn another_installations_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), SetClock::new()).await;
    for number in 0..=100 {
        object(&app, folder.path(), number, 61).await;
    }
    assert_eq!(sweep_objects(&app).await.unwrap(), 0);
    let files = std::fs::read_dir(folder.path().join("blobs")).unwrap();
    assert_eq!(files.count(), 101);
}
