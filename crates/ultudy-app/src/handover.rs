//! What a request tells the queue's engine: it does not wait for one that does not answer. Nothing
//! depends on it, since the row is committed; what was not told is put right by the worker.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ultudy_engines::queue::QueueError;

use crate::metrics;

/// How long an engine may take; whoever asked for a job waits for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it is left alone after it did not answer.
const LEFT_ALONE: Duration = Duration::from_secs(1);

/// How the engine answers requests.
#[derive(Debug, Default)]
pub(crate) struct Handover {
    /// When it last did not answer in time.
    silent: Mutex<Option<Instant>>,
}

impl Handover {
    /// What came of a call; an error, too, where the engine does not answer soon.
    pub(crate) async fn within_a_request(
        &self,
        call: impl Future<Output = Result<(), QueueError>>,
    ) -> Result<(), QueueError> {
        let told = self.tell(call).await;
        if told.is_err() {
            metrics::queue_not_told("request");
        }
        told
    }

    async fn tell(
        &self,
        call: impl Future<Output = Result<(), QueueError>>,
    ) -> Result<(), QueueError> {
        let silent = *self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if silent.is_some_and(|since| since.elapsed() < LEFT_ALONE) {
            return Err(QueueError("it did not answer just now".into()));
        }
        match tokio::time::timeout(PATIENCE, call).await {
            Ok(told) => told,
            Err(_) => {
                let now = Some(Instant::now());
                *self.silent.lock().unwrap_or_else(PoisonError::into_inner) = now;
                Err(QueueError("it does not answer".into()))
            }
        }
    }
}
