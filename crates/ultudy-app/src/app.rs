//! What every use case works with.

use std::{ops::Deref, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use ultudy_domain::job::Job;
use ultudy_engines::{
    events::{Events, JobChanged},
    queue::{Queue, QueueEntry},
};
use ultudy_llm::{Generator, embeddings::Embedder};
use ultudy_store::Store;
use uuid::Uuid;

use crate::{
    accounts::Accounts,
    batches::Batching,
    blobs::Blobs,
    clock::Clock,
    documents::{
        transcribe::Vision,
        under_way::{AtOnce, UnderWay},
    },
    handover::Handover,
    jobs::Told,
    lessons::{CachedLessons, KnownGenerations, Sharing},
    limits::Limits,
    reader::DocumentReader,
    search::{KnownCodes, KnownQueries},
    spending::Spending,
    tutor::Tutor,
    worker::Runs,
};

/// The program's parts, picked and joined in one place (`wire.rs` of the binary).
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Delivers jobs to workers.
    pub queue: Arc<dyn Queue>,
    /// Tells browsers that a job moved.
    pub events: Arc<dyn Events>,
    /// Uploaded files.
    pub blobs: Blobs,
    /// Reads documents.
    pub reader: Arc<dyn DocumentReader>,
    /// Models that read pages from their pictures, if any do.
    pub vision: Option<Vision>,
    /// Makes lessons.
    pub generator: Arc<dyn Generator>,
    /// Makes vectors for the search; none if words alone find.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Most bytes that what is kept of vectors takes, for all who search here.
    pub search_bytes_max: u64,
    /// Models that are asked while a student waits, if any are.
    pub tutor: Option<Tutor>,
    /// Who shares what it made.
    pub sharing: Sharing,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// Largest upload, in bytes.
    pub upload_bytes_max: u64,
    /// How many may arrive at once.
    pub uploads_at_once: AtOnce,
    /// The runs of this process, to be stopped at once when their job is cancelled.
    pub runs: Runs,
    /// What is known in this process of who signs in.
    pub accounts: Accounts,
    /// How often a user may ask for what costs.
    pub limits: Limits,
    /// Lessons that need not be read again.
    pub lessons: CachedLessons,
    /// What language models cost and may cost.
    pub spending: Arc<Spending>,
    /// Whether lessons that nobody waits for are asked for in batches.
    pub batching: Batching,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Joined>);

struct Joined {
    parts: Parts,
    handover: Handover,
    /// The jobs that browsers were told of just now.
    told: Told,
    generations: KnownGenerations,
    under_way: UnderWay,
    known_codes: KnownCodes,
    known_queries: KnownQueries,
    /// What is being written down of calls that are over.
    recordings: TaskTracker,
    /// Told when a document was read into the index.
    read_into_index: Notify,
    /// Whether this process does what one of all workers does.
    does_for_all: watch::Sender<bool>,
}

impl App {
    /// Joins the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let under_way = UnderWay::new(parts.uploads_at_once);
        let known_codes = KnownCodes::new(parts.search_bytes_max);
        Self(Arc::new(Joined {
            parts,
            handover: Handover::default(),
            told: Told::default(),
            generations: KnownGenerations::default(),
            under_way,
            known_codes,
            known_queries: KnownQueries::default(),
            recordings: TaskTracker::new(),
            read_into_index: Notify::new(),
            does_for_all: watch::Sender::new(false),
        }))
    }

    /// What was generated and used here of late.
    pub(crate) fn generations(&self) -> &KnownGenerations {
        &self.0.generations
    }

    /// The files that are arriving in this process.
    pub(crate) fn under_way(&self) -> &UnderWay {
        &self.0.under_way
    }

    /// The codes that were looked through of late.
    pub(crate) fn known_codes(&self) -> &KnownCodes {
        &self.0.known_codes
    }

    /// The queries that were asked of late.
    pub(crate) fn known_queries(&self) -> &KnownQueries {
        &self.0.known_queries
    }

    /// What is being written down of calls that are over.
    pub(crate) fn recordings(&self) -> &TaskTracker {
        &self.0.recordings
    }

    /// Waits, before the process ends, until what calls of models cost is written down; for so long at most.
    pub async fn settle(&self, patience: Duration) {
        self.0.recordings.close();
        if timeout(patience, self.0.recordings.wait()).await.is_err() {
            let left = self.0.recordings.len();
            tracing::error!(left, "what calls of models cost is not recorded");
        }
    }

    /// Told when this process has read a document into the index.
    pub(crate) fn read_into_index(&self) -> &Notify {
        &self.0.read_into_index
    }

    /// Whether this process does what one of all workers does, as it stands now and changes.
    pub(crate) fn does_for_all(&self) -> &watch::Sender<bool> {
        &self.0.does_for_all
    }

    /// Waits until this process does what one of all workers does; whether it will, or is to stop before.
    pub(crate) async fn is_to_do_for_all(&self, shutdown: &CancellationToken) -> bool {
        let mut does_for_all = self.0.does_for_all.subscribe();
        tokio::select! {
            () = shutdown.cancelled() => false,
            does = does_for_all.wait_for(|does| *does) => does.is_ok(),
        }
    }

    /// After the commit that enqueued a job (anew): hands it to the engine and tells the
    /// owner. A failure here costs delay, not the job: its row is committed.
    pub(crate) async fn dispatch(&self, job: &Job) {
        let entry = QueueEntry {
            job_id: job.id,
            owner_id: job.owner_id.clone(),
            queue: job.job_type.queue(),
            priority: job.priority,
            run_at: job.run_at,
        };
        let entries = [entry];
        let push = self.queue.push(&entries, self.clock.now());
        if let Err(error) = self.0.handover.within_a_request(push).await {
            tracing::warn!(job_id = %job.id, %error, "job stored but not yet handed to the queue");
        }
        self.announce(job).await;
    }

    /// After the commit that cancelled a job: forgets it in the engine. A failure here costs a
    /// delivery, which the row ends.
    pub(crate) async fn withdraw(&self, job: &Job) {
        let remove = self.queue.remove(job.id);
        if let Err(error) = self.0.handover.within_a_request(remove).await {
            tracing::warn!(job_id = %job.id, %error, "cancelled job stays in the queue; its row ends it");
        }
    }

    /// What browsers are told of jobs.
    pub(crate) fn told(&self) -> &Told {
        &self.0.told
    }

    /// Tells whoever watches that a job changed.
    pub(crate) async fn announce(&self, job: &Job) {
        self.announce_version(&job.owner_id, job.id, job.version)
            .await;
    }

    /// The same of one of which nothing else is known.
    pub(crate) async fn announce_version(&self, owner_id: &str, job_id: Uuid, version: i64) {
        self.events
            .publish(JobChanged {
                owner_id: owner_id.into(),
                job_id,
                version,
            })
            .await;
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
