//! What a process tells of itself as numbers, each under one name (docs/metrics.md). Engines and
//! routes count by the same facade; the program that joins them decides who reads it.

use std::time::Duration;

use ultudy_domain::job::{Job, QueueName};
pub use ultudy_engines::queue::Counts;

use crate::{App, Result};

/// Jobs of each queue by state, as a gauge: `queue`, `state`.
const QUEUE_JOBS: &str = "ultudy_queue_jobs";
/// How long jobs ran, in seconds: `queue`, `outcome`.
const JOB_DURATION: &str = "ultudy_job_duration_seconds";
/// How long jobs waited from when they might run until they did, in seconds: `queue`.
const JOB_WAIT: &str = "ultudy_job_wait_seconds";
/// Jobs that run in this process, as a gauge: `queue`.
const JOBS_RUNNING: &str = "ultudy_jobs_running";
/// Jobs given up, by the code their row has: `queue`, `code`.
const JOBS_FAILED: &str = "ultudy_jobs_failed_total";
/// Runs that ended since the object store was away, and are made again uncounted: `queue`.
const STORAGE_WAITED: &str = "ultudy_storage_jobs_put_back_total";
/// What the queue's engine could not be told: `by` a request, or of a job's end (`settle`).
const QUEUE_NOT_TOLD: &str = "ultudy_queue_not_told_total";
/// Files that rows name and the object store lacks, as a gauge.
const FILES_LOST: &str = "ultudy_storage_files_lost";

/// Where the jobs of each queue stand, in the whole fleet.
///
/// # Errors
/// The queue does not answer.
pub async fn queues(app: &App) -> Result<[(QueueName, Counts); 2]> {
    let now = app.clock.now();
    let [uploads, lessons] = QueueName::ALL;
    let counts = tokio::try_join!(
        app.queue.counts(uploads, now),
        app.queue.counts(lessons, now)
    )?;
    Ok([(uploads, counts.0), (lessons, counts.1)])
}

/// Sets the gauges of what [`queues`] gave.
pub fn set_queues(queues: &[(QueueName, Counts)]) {
    for (queue, counts) in queues {
        for (state, jobs) in counts.by_state() {
            let labels = [("queue", queue.as_str()), ("state", state)];
            metrics::gauge!(QUEUE_JOBS, &labels).set(as_float(jobs));
        }
    }
}

/// A job that runs in this process, for as long as this lives.
pub(crate) struct Running(QueueName);

impl Running {
    /// A job has started.
    pub(crate) fn begin(job: &Job) -> Self {
        let queue = job.job_type.queue();
        metrics::gauge!(JOBS_RUNNING, "queue" => queue.as_str()).increment(1.0);
        if let Some(waited) = job.started_at.map(|started_at| started_at - job.run_at) {
            let waited = waited.to_std().unwrap_or_default();
            metrics::histogram!(JOB_WAIT, "queue" => queue.as_str()).record(waited);
        }
        Self(queue)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        metrics::gauge!(JOBS_RUNNING, "queue" => self.0.as_str()).decrement(1.0);
    }
}

/// A run has ended.
pub(crate) fn job_ran(job: &Job, outcome: &'static str, ran: Duration) {
    let labels = [
        ("queue", job.job_type.queue().as_str()),
        ("outcome", outcome),
    ];
    metrics::histogram!(JOB_DURATION, &labels).record(ran);
}

/// A job was given up. Its code is one of the program's own: there are few.
pub(crate) fn job_failed(queue: QueueName, code: &str) {
    let labels = [
        ("queue", queue.as_str().to_owned()),
        ("code", code.to_owned()),
    ];
    metrics::counter!(JOBS_FAILED, &labels).increment(1);
}

/// A job waits for the object store.
pub(crate) fn waited_for_storage(queue: QueueName) {
    metrics::counter!(STORAGE_WAITED, "queue" => queue.as_str()).increment(1);
}

/// The queue's engine was not told something, which is put right later.
pub(crate) fn queue_not_told(by: &'static str) {
    metrics::counter!(QUEUE_NOT_TOLD, "by" => by).increment(1);
}

/// So many files that rows name are not in the object store.
pub(crate) fn files_lost(files: usize) {
    metrics::gauge!(FILES_LOST).set(as_float(files as u64));
}

/// Counts beyond 2^53 lose their last digits.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn as_float(count: u64) -> f64 {
    count as f64
}
