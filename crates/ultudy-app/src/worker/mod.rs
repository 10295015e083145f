//! The worker: claims jobs, runs each under a lease and a run token, renews, drains.
//! docs/jobs.md says what it promises and what each crash leads to.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use ultudy_domain::job::QueueName;
use ultudy_engines::queue::{LEASE, QueueError, RENEW_EVERY};

use crate::{App, lessons::single_flight};

mod adopt;
mod attempt;
mod elsewhere;
mod error;
mod lease;
mod presence;
mod progress_pace;
mod put_back;
mod put_off;
mod reconcile;
mod run;
mod runs;
mod start;

pub use runs::Runs;

pub(crate) use error::JobError;
pub(crate) use run::{DOCUMENT_GONE, Run};

/// Longest pause between two looks at a queue that says nothing.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Pause after a claim that failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Names the worker in rows and logs.
    pub worker_id: String,
    /// Uploads read at once.
    pub upload_concurrency: usize,
    /// Lessons made at once.
    pub lesson_concurrency: usize,
    /// How long running jobs may go on after the order to stop.
    pub drain: Duration,
}

impl WorkerConfig {
    fn concurrency(&self, queue: QueueName) -> usize {
        match queue {
            QueueName::UploadProcessing => self.upload_concurrency,
            QueueName::LessonGeneration => self.lesson_concurrency,
        }
    }
}

/// What the parts of a worker share.
#[derive(Clone)]
struct Worker {
    app: App,
    config: Arc<WorkerConfig>,
    running: TaskTracker,
    /// It is to claim nothing more.
    shutdown: CancellationToken,
    /// It is to wait for nobody any more.
    gives_up: CancellationToken,
}

/// Works until `shutdown` fires, then drains: claims nothing more, lets running jobs
/// finish within the drain time, hands the rest back uncounted.
pub async fn work(app: App, config: WorkerConfig, shutdown: CancellationToken) {
    let worker = Worker {
        app,
        config: Arc::new(config),
        running: TaskTracker::new(),
        shutdown,
        gives_up: CancellationToken::new(),
    };
    let (app, shutdown) = (&worker.app, &worker.shutdown);
    let work_ends = CancellationToken::new();
    let renewal = tokio::spawn(lease::renew_all(app.clone(), work_ends.clone()));
    let presence = tokio::spawn(presence::tell(
        app.clone(),
        worker.config.worker_id.clone(),
        work_ends.clone(),
    ));
    let mut loops = JoinSet::new();
    for queue in QueueName::ALL {
        loops.spawn(serve(worker.clone(), queue));
    }
    loops.spawn(reconcile::keep_complete(app.clone(), shutdown.clone()));
    loops.spawn(single_flight::keep_going(app.clone(), shutdown.clone()));
    while loops.join_next().await.is_some() {}
    drain(&worker).await;
    work_ends.cancel();
    for (what, task) in [("lease renewal", renewal), ("presence", presence)] {
        if let Err(error) = task.await {
            tracing::error!(%error, what, "ended badly");
        }
    }
}

/// Until no job runs here any more. Those that wait to be put back, since the database is away, are
/// waited for as long as a lease holds. What does not end even then is waited for no longer.
async fn drain(worker: &Worker) {
    let running = &worker.running;
    running.close();
    if timeout(worker.config.drain, running.wait()).await.is_ok() {
        return;
    }
    tracing::info!("drain time is over: handing running jobs back");
    worker.app.runs.stop_all();
    if timeout(LEASE, running.wait()).await.is_ok() {
        return;
    }
    worker.gives_up.cancel();
    if timeout(RENEW_EVERY, running.wait()).await.is_err() {
        // Such as one whose row cannot be written, since the database does not answer.
        let held = worker.app.runs.held();
        let jobs: Vec<_> = held.iter().map(|held| held.job_id.to_string()).collect();
        tracing::error!(
            jobs = jobs.join(" "),
            "{} jobs do not end and are left to their leases",
            running.len()
        );
    }
}

/// Claims jobs of one queue as slots are free.
async fn serve(worker: Worker, queue: QueueName) {
    let (app, shutdown) = (&worker.app, &worker.shutdown);
    let slots = Arc::new(Semaphore::new(worker.config.concurrency(queue)));
    while let Some(free) = free_slots(&slots, shutdown).await {
        let pause = match claim(&worker, queue, free).await {
            Ok(0) => app.queue.wait(queue, LOOK_EVERY).boxed(),
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(queue = queue.as_str(), %error, "cannot claim jobs");
                tokio::time::sleep(PAUSE_AFTER_ERROR).boxed()
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = pause => {}
        }
    }
}

/// All free slots, once there is one; none when it is time to stop.
async fn free_slots(
    slots: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<Vec<OwnedSemaphorePermit>> {
    let first = tokio::select! {
        biased;
        () = shutdown.cancelled() => return None,
        slot = Arc::clone(slots).acquire_owned() => slot.ok()?,
    };
    let mut free = vec![first];
    let mut before = 0;
    // Jobs that are ended together free their slots one after the other: they are filled together.
    while before < free.len() {
        before = free.len();
        tokio::task::yield_now().await;
        while let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
            free.push(slot);
        }
    }
    Some(free)
}

/// Claims as many jobs as there are slots and starts them; how many.
async fn claim(
    worker: &Worker,
    queue: QueueName,
    free: Vec<OwnedSemaphorePermit>,
) -> Result<usize, QueueError> {
    let app = &worker.app;
    let lease_ids: Vec<_> = free.iter().map(|_| app.clock.new_id()).collect();
    let deliveries = app
        .queue
        .claim(queue, &worker.config.worker_id, &lease_ids, app.clock.now())
        .await?;
    let claimed = deliveries.len();
    for (delivery, slot) in deliveries.into_iter().zip(free) {
        // Registered before the task is polled: its lease is renewed from the start.
        let guard = app.runs.register(&delivery);
        let this = worker.clone();
        worker.running.spawn(async move {
            attempt::attempt(&this, delivery, guard).await;
            drop(slot);
        });
    }
    Ok(claimed)
}
