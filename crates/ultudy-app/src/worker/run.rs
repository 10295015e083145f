//! One run of a job, as its handler sees it.

use std::borrow::Cow;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    Timestamp,
    job::{Job, JobFailure},
};
use ultudy_store::{
    TenantTx, Write,
    jobs::{self, Finished},
};
use uuid::Uuid;

use super::{JobError, progress_pace::Pace};
use crate::App;

/// The code of a job whose document was deleted.
pub(crate) const DOCUMENT_GONE: &str = "document_gone";

/// A started job. Every write goes through it and carries its token.
pub(crate) struct Run {
    pub(crate) app: App,
    pub(crate) job: Job,
    pub(crate) cancel: CancellationToken,
    pub(super) token: Uuid,
}

impl Run {
    /// Names the run in its job's row.
    pub(crate) fn token(&self) -> Uuid {
        self.token
    }

    /// The document the job works on.
    pub(crate) fn document_id(&self) -> Result<Uuid, JobError> {
        crate::jobs::document_id(&self.job).ok_or_else(|| {
            JobError::Fail(JobFailure {
                code: "job_data_invalid".into(),
                message: "This job does not say what it is for.".into(),
            })
        })
    }

    /// The section the job works on, if it is about one.
    pub(crate) fn section_id(&self) -> Option<Uuid> {
        self.job.data.get("section_id")?.as_str()?.parse().ok()
    }

    /// Writes how far the run is.
    pub(crate) async fn progress(&self, percent: i16, stage: &str) -> Result<(), JobError> {
        let write = jobs::write_progress(self.job.id, self.token, percent, stage.to_owned());
        let (tx, version) = self.app.store.write_with(&self.job.owner_id, write).await?;
        tx.commit().await?;
        self.announce(version.ok_or(JobError::Stale)?).await;
        Ok(())
    }

    /// Tells whoever watches that the job has come to this version.
    pub(crate) async fn announce(&self, version: i64) {
        let (owner_id, job_id) = (self.job.owner_id.as_str(), self.job.id);
        self.app.announce_version(owner_id, job_id, version).await;
    }

    /// What the job works on is gone.
    pub(crate) fn document_gone() -> JobError {
        JobError::Fail(JobFailure {
            code: DOCUMENT_GONE.into(),
            message: "The document was deleted before this was done.".into(),
        })
    }

    /// Begins the transaction that will hold the run's effect. It holds the job's row
    /// first, as cancelling and deleting do, so that no two of them wait for each other.
    pub(crate) async fn begin(&self, percent: i16, stage: &str) -> Result<TenantTx, JobError> {
        let begun = self.begin_with(percent, stage, Write::of(())).await?;
        Ok(begun.0)
    }

    /// The same with what comes next, in one round trip on a server.
    pub(crate) async fn begin_with<T: 'static>(
        &self,
        percent: i16,
        stage: &str,
        then: Write<T>,
    ) -> Result<(TenantTx, T), JobError> {
        let hold = jobs::write_progress(self.job.id, self.token, percent, stage.to_owned());
        let begun = self
            .app
            .store
            .write_with(&self.job.owner_id, hold.and(then));
        let (tx, (held, done)) = begun.await?;
        held.map(|_| (tx, done)).ok_or(JobError::Stale)
    }

    /// Writes what `at` says (per cent and stage), not too often, until the run turns out to be stale or
    /// must stop: then gives the reason. A write that fails otherwise is tried again with
    /// the next one.
    pub(crate) async fn follow(
        &self,
        mut at: watch::Receiver<(i16, Cow<'static, str>)>,
    ) -> JobError {
        let mut pace = Pace::new();
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return JobError::Stopped,
                changed = at.changed() => if changed.is_err() {
                    // The sender is gone: the work itself is about to end.
                    std::future::pending::<()>().await;
                },
            }
            let now = at.borrow_and_update().clone();
            if !pace.is_news(&now) {
                continue;
            }
            match Box::pin(self.progress(now.0, &now.1)).await {
                Err(JobError::Stale) => return JobError::Stale,
                Err(error) => tracing::warn!(job_id = %self.job.id, ?error, "progress not written"),
                Ok(()) => pace.written(now),
            }
            tokio::time::sleep(pace.pause()).await;
        }
    }

    /// Commits the run's effect together with the job's end: both or neither.
    pub(crate) async fn complete(
        &self,
        mut tx: TenantTx,
        result: &serde_json::Value,
    ) -> Result<Finished, JobError> {
        let complete = self.write_complete(result.clone(), self.app.clock.now());
        let finished = complete.run(&mut tx).await?.ok_or(JobError::Stale)?;
        tx.commit().await?;
        self.announce(finished.version).await;
        Ok(finished)
    }

    /// The job's end, to be committed with the run's effect unless the run is stale.
    pub(crate) fn write_complete(
        &self,
        result: serde_json::Value,
        now: Timestamp,
    ) -> Write<Option<Finished>> {
        jobs::write_complete(self.job.id, self.token, result, now)
    }
}
