//! The application over a folder, reading no documents.

use std::{
    fs::File,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Instant,
};

use chrono::{TimeDelta, TimeZone, Utc};
use object_store::local::LocalFileSystem;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts, accounts::Accounts, batches::Batching, blobs::Blobs, clock::Clock,
    documents::under_way::AtOnce, lessons::CachedLessons, lessons::Sharing, limits::Limits,
    reader::DocumentReader, worker::Runs,
};
use ultudy_domain::{
    Timestamp,
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
    page_text::PageReader,
};
use ultudy_engines::{events::InProcessEvents, limiter::InProcessLimiter, queue::Queue};
use ultudy_llm::{Generator, embeddings::Hashed, extractive::Extractive};
use ultudy_store::{Store, StoreConfig, queue::TableQueue};
use uuid::Uuid;

/// A clock that goes on only when it is told to. Its ids and secrets are numbered.
pub struct SetClock {
    now: Mutex<Timestamp>,
    drawn: AtomicU64,
    /// In percent.
    chance: AtomicU32,
}

impl SetClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap()),
            drawn: AtomicU64::new(0),
            chance: AtomicU32::new(0),
        })
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.now.lock().unwrap() += by;
    }

    /// Whatever is left to chance comes to so many percent; until it is told, to none.
    pub fn chance_is(&self, percent: u32) {
        self.chance.store(percent, Ordering::Relaxed);
    }

    fn draw(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::Relaxed)
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(self.draw().into())
    }

    fn jitter(&self) -> f64 {
        f64::from(self.chance.load(Ordering::Relaxed)) / 100.0
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&self.draw().to_be_bytes());
        secret
    }
}

/// Nothing is read here.
struct Unused;

#[async_trait::async_trait]
impl DocumentReader for Unused {
    async fn probe(&self, _: File) -> Result<Probe, ExtractError> {
        unreachable!("no document is read here")
    }

    async fn extract(
        &self,
        _: File,
        _: Option<&dyn PageReader>,
        _: &mut (dyn FnMut(ExtractProgress) + Send),
        _: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        unreachable!("no document is read here")
    }
}

/// The application in a folder, with its database.
pub async fn app(folder: &Path, clock: Arc<SetClock>) -> App {
    let config = StoreConfig::Sqlite {
        path: folder.join("ultudy.db"),
    };
    let store = Store::open(&config).await.unwrap();
    app_with(folder, clock, store, Arc::new(Extractive))
}

/// The application with its files in a folder, on this database, with this generator.
pub fn app_with(
    folder: &Path,
    clock: Arc<SetClock>,
    store: Store,
    generator: Arc<dyn Generator>,
) -> App {
    let queue = Arc::new(TableQueue::new(store.clone()));
    app_on(folder, clock, (store, queue), generator)
}

/// The application with its files in a folder, on this database and queue, with this generator.
pub fn app_on(
    folder: &Path,
    clock: Arc<SetClock>,
    on: (Store, Arc<dyn Queue>),
    generator: Arc<dyn Generator>,
) -> App {
    App::new(parts_on(folder, clock, on, generator))
}

/// Counts by the clock that is set.
fn by_clock(clock: Arc<SetClock>) -> InProcessLimiter {
    let (begun, first) = (Instant::now(), clock.now());
    InProcessLimiter::by(move || begun + (clock.now() - first).to_std().unwrap())
}

/// The parts of an application, its files in a folder, on this database and queue.
pub fn parts(folder: &Path, on: (Store, Arc<dyn Queue>)) -> Parts {
    parts_on(folder, SetClock::new(), on, Arc::new(Extractive))
}

/// The same with this clock and this generator.
pub fn parts_on(
    folder: &Path,
    clock: Arc<SetClock>,
    (store, queue): (Store, Arc<dyn Queue>),
    generator: Arc<dyn Generator>,
) -> Parts {
    let objects = LocalFileSystem::new_with_prefix(folder).unwrap();
    let limiter = Arc::new(by_clock(clock.clone()));
    Parts {
        queue,
        store,
        events: Arc::new(InProcessEvents::default()),
        blobs: Blobs::new(Arc::new(objects), folder.to_owned()).in_folder(folder),
        vision: None,
        reader: Arc::new(Unused),
        generator,
        embedder: Some(Arc::new(Hashed::default())),
        search_bytes_max: 1 << 20,
        tutor: None,
        sharing: Sharing::Global,
        clock,
        upload_bytes_max: 1_000,
        uploads_at_once: AtOnce {
            all: 64,
            of_one: 16,
        },
        runs: Runs::default(),
        accounts: Accounts::new(true, limiter),
        limits: Limits::default(),
        lessons: CachedLessons::default(),
        spending: Arc::default(),
        batching: Batching::default(),
    }
}
