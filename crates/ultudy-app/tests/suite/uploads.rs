//! How many files are read at once.

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
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
    job::{JobFailure, JobStatus, QueueName},
};
use ultudy_llm::extractive::Extractive;
use ultudy_store::{Store, StoreConfig, jobs, queue::TableQueue};
use ultudy_testkit::wait;
use uuid::Uuid;

use crate::support::{SetClock, parts_on};

const UPLOADS: usize = 5;
const AT_ONCE: usize = 2;
const PATIENCE: Duration = Duration::from_secs(90);

/// Reads nothing, and holds every file until it is let go.
struct Held {
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
        _: &mut (dyn FnMut(ExtractProgress) + Send),
        _: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(open, Ordering::SeqCst);
        self.begun.add_permits(1);
        self.may_end.acquire().await.unwrap().forget();
        self.open.fetch_sub(1, Ordering::SeqCst);
        Err(ExtractError::File(JobFailure {
            code: "pdf_empty".into(),
            message: "There is nothing in it.".into(),
        }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_files_are_read_at_once_as_the_worker_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::Sqlite {
        path: folder.path().join("ultudy.db"),
    };
    let store = Store::open(&config).await.unwrap();
    let reader = Arc::new(Held {
        begun: Semaphore::new(0),
        may_end: Semaphore::new(0),
        open: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let queue = Arc::new(TableQueue::new(store.clone()));
    let parts = parts_on(
        folder.path(),
        SetClock::new(),
        (store, queue),
        Arc::new(Extractive),
    );
    let app = App::new(Parts {
        reader: Arc::clone(&reader) as Arc<dyn DocumentReader>,
        ..parts
    });
    let mut uploads = Vec::new();
    for number in 0..UPLOADS {
        uploads.push(send(&app, &owner(number), number).await);
    }
    let stop = CancellationToken::new();
    let worker = WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: AT_ONCE,
        lesson_concurrency: 1,
        drain: PATIENCE,
    };
    let worker = tokio::spawn(work(app.clone(), worker, stop.clone()));

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
        let ended = async || {
            let mut tx = app.store.read(&owner(number)).await.unwrap();
            let job = jobs::find(&mut tx, id).await.unwrap().unwrap();
            job.status == JobStatus::Failed
        };
        wait::until("it ends", PATIENCE, ended).await.unwrap();
    }
    assert_eq!(reader.most.load(Ordering::SeqCst), AT_ONCE);
    stop.cancel();
    worker.await.unwrap();
}

/// One each, since what a user may upload in a minute is limited.
fn owner(number: usize) -> String {
    format!("user-{number}")
}

async fn send(app: &App, owner: &str, number: usize) -> Uuid {
    let mut place = upload::admit(app, owner).await.unwrap();
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
