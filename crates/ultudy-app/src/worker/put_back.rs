//! What becomes of a run whose start or end could not be written, since the database was away.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;
use ultudy_domain::job::Job;
use ultudy_engines::queue::Delivery;
use ultudy_store::StoreError;

use super::{
    Worker,
    attempt::{AGAIN, hand_row_back, handed_back},
};

/// Pause between two tries.
const EVERY: Duration = Duration::from_millis(500);

/// Hands the job back uncounted as soon as the database answers. Left to its lease, its row would
/// say later that its worker vanished, and that is counted. What the row has of an end already, or of
/// another run, stays.
pub(super) async fn put_back(worker: &Worker, delivery: &Delivery) {
    let handed = tokio::select! {
        handed = row(worker, delivery) => handed,
        () = worker.gives_up.cancelled() => {
            tracing::warn!(job_id = %delivery.job_id, "the database does not answer: job left to its lease");
            return;
        }
    };
    let is_put_back = matches!(handed, Ok(Some(_)));
    let done = match handed {
        // Not at once: a database that is away for this run's end alone would have it run without end.
        Ok(job) => handed_back(&worker.app, delivery, job, AGAIN).await,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) if is_put_back => tracing::info!(job_id = %delivery.job_id, "job put back"),
        Ok(()) => {}
        Err(error) => {
            tracing::warn!(job_id = %delivery.job_id, ?error, "job left to its lease");
        }
    }
}

async fn row(worker: &Worker, delivery: &Delivery) -> ultudy_store::Result<Option<Job>> {
    loop {
        match hand_row_back(&worker.app, delivery, TimeDelta::zero()).await {
            Err(StoreError::Unavailable(_) | StoreError::ReadOnly(_)) => sleep(EVERY).await,
            done => return done,
        }
    }
}
