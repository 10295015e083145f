//! Files that are read: how many at once, and what stops it.

use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts,
    documents::upload::{self, UploadFields},
    reader::DocumentReader,
    worker::{WorkerConfig, work},
};
use ultudy_domain::{
    document::{ExtractedDocument, Sectioning},
    extraction::{ExtractError, ExtractProgress, Probe},
    job::{Job, JobFailure, JobStatus, QueueName},
    page_text::PageReader,
    section::{ExtractedSection, page_mark},
};
use ultudy_engines::queue::Queue;
use ultudy_llm::extractive::Extractive;
use ultudy_store::{Store, StoreConfig, jobs, queue::TableQueue};
use ultudy_testkit::wait;
use uuid::Uuid;

use crate::support::{SetClock, parts_on};

const UPLOADS: usize = 5;
const AT_ONCE: usize = 2;
/// Pages of a book.
const BOOK: u32 = 4_000;
const PATIENCE: Duration = Duration::from_secs(90);

/// Reads nothing, and holds every file until it is let go; then it is at fault, or the longest of books.
struct Held {
    is_book: bool,
    begun: Semaphore,
    may_end: Semaphore,
    open: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait::async_trait]
impl DocumentReader for Held {
    async fn probe(&self, _: File) -> Result<Probe, ExtractError> {
        Ok(Probe::Readable { pages: 1 })
    }

    async fn extract(
        &self,
        _: File,
        _: Option<&dyn PageReader>,
        _: &mut (dyn FnMut(ExtractProgress) + Send),
        _: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(open, Ordering::SeqCst);
        self.begun.add_permits(1);
        self.may_end.acquire().await.unwrap().forget();
        self.open.fetch_sub(1, Ordering::SeqCst);
        if self.is_book {
            return Ok(book());
        }
        Err(ExtractError::File(JobFailure {
            code: "pdf_empty".into(),
            message: "There is nothing in it.".into(),
        }))
    }
}

impl Held {
    fn new(is_book: bool) -> Arc<Self> {
        Arc::new(Self {
            is_book,
            begun: Semaphore::new(0),
            may_end: Semaphore::new(0),
            open: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }
}

/// So long that it takes much longer to read it into the index than a worker waits.
fn book() -> ExtractedDocument {
    let sentence =
        "A mitochondrion is an organelle that releases energy from sugar in every cell. ";
    let section = |page| ExtractedSection {
        name: format!("Cells {page}"),
        level: 1,
        description: None,
        page_start: page,
        page_end: page,
        markdown: format!("{}\n\n{}", page_mark(page), sentence.repeat(100)),
    };
    ExtractedDocument {
        title: None,
        page_count: BOOK,
        sectioning: Sectioning::Outline,
        sections: (1..=BOOK).map(section).collect(),
        headings: Vec::new(),
        figures: Vec::new(),
        unreadable_pages: Vec::new(),
        recognised_pages: Vec::new(),
        transcribed_pages: Vec::new(),
        language: None,
    }
}

async fn app_reading_by(folder: &std::path::Path, reader: &Arc<Held>) -> App {
    let config = StoreConfig::Sqlite {
        path: folder.join("ultudy.db"),
    };
    let store = Store::open(&config).await.unwrap();
    let queue = Arc::new(TableQueue::new(store.clone()));
    let on: (_, Arc<dyn Queue>) = (store, queue);
    App::new(Parts {
        reader: Arc::clone(reader) as Arc<dyn DocumentReader>,
        ..parts_on(folder, SetClock::new(), on, Arc::new(Extractive))
    })
}

async fn job(app: &App, owner: &str, id: Uuid) -> Job {
    let mut tx = app.store.read(owner).await.unwrap();
    jobs::find(&mut tx, id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_is_read_into_the_index_is_handed_back_by_who_stops() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Held::new(true);
    let app = app_reading_by(folder.path(), &reader).await;
    let id = send(&app, &owner(0), 0).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(app.clone(), worker(Duration::ZERO), stop.clone()));
    reader.may_end.add_permits(1);
    let is_stored = async || job(&app, &owner(0), id).await.stage == "storing";
    wait::until("it is read", PATIENCE, is_stored)
        .await
        .unwrap();

    stop.cancel();
    worker.await.unwrap();
    let job = job(&app, &owner(0), id).await;
    assert_eq!(job.status, JobStatus::Queued);
    assert_eq!((job.lost, job.attempt), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_files_are_read_at_once_as_the_worker_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Held::new(false);
    let app = app_reading_by(folder.path(), &reader).await;
    let mut uploads = Vec::new();
    for number in 0..UPLOADS {
        uploads.push(send(&app, &owner(number), number).await);
    }
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(app.clone(), worker(PATIENCE), stop.clone()));

    let at_once = u32::try_from(AT_ONCE).unwrap();
    let begun = tokio::time::timeout(PATIENCE, reader.begun.acquire_many(at_once)).await;
    begun.expect("they are read").unwrap().forget();
    let counts = app
        .queue
        .counts(QueueName::UploadProcessing, app.clock.now());
    let counts = counts.await.unwrap();
    assert_eq!((counts.active, counts.waiting), (2, 3));

    reader.may_end.add_permits(UPLOADS);
    for (number, id) in uploads.into_iter().enumerate() {
        let ended = async || job(&app, &owner(number), id).await.status == JobStatus::Failed;
        wait::until("it ends", PATIENCE, ended).await.unwrap();
    }
    assert_eq!(reader.most.load(Ordering::SeqCst), AT_ONCE);
    stop.cancel();
    worker.await.unwrap();
}

fn worker(drain: Duration) -> WorkerConfig {
    WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: AT_ONCE,
        lesson_concurrency: 1,
        drain,
    }
}

/// One each, since what a user may upload in a minute is limited.
fn owner(number: usize) -> String {
    format!("user-{number}")
}

async fn send(app: &App, owner: &str, number: usize) -> Uuid {
    let (mut place, _arriving) = upload::admit(app, owner).await.unwrap();
    let content = Bytes::from(format!("%PDF-1.7 {number}"));
    let body = stream::iter([Ok::<_, std::io::Error>(content)]);
    let incoming = upload::receive(app, body).await.unwrap();
    let fields = UploadFields {
        file_name: "cells.pdf".into(),
        ..UploadFields::default()
    };
    let job = upload::accept(app, owner, incoming, &fields, &mut place);
    let job = job.await.unwrap();
    place.keep();
    job.id
}
