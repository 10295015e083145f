//! How a job's run can end other than well. A job must answer: retry, or fail.

use std::time::Duration;

use ultudy_domain::job::JobFailure;
use ultudy_llm::{GenerateError, Unpaid};
use ultudy_store::StoreError;

use crate::Error;

/// The code of jobs whose file is gone.
const FILE_LOST: &str = "file_lost";
/// The code of jobs whose generator is not to be had.
const GENERATOR_UNAVAILABLE: &str = "generator_unavailable";

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a run ended without its effect.
#[derive(Debug)]
pub(crate) enum JobError {
    /// It may work later.
    Retry {
        /// Stable code.
        code: String,
        /// One sentence for the student, shown if no try is left.
        message: String,
        /// How long to wait at least.
        retry_after: Option<Duration>,
        /// What happened, for the log.
        source: Option<Source>,
    },
    /// Nothing was tried: whoever it takes wants to be left alone meanwhile. Not counted.
    Later {
        /// After what time it is tried.
        wait: Duration,
        /// What it would be if it were tried in vain.
        failure: JobFailure,
        /// Whether what it waits for is at work, so that it may be waited for however long it takes.
        is_at_work: bool,
    },
    /// It will never work.
    Fail(JobFailure),
    /// Another run has it, it was cancelled, or what it works on is gone: nothing to do.
    Stale,
    /// This run was told to stop.
    Stopped,
}

impl JobError {
    pub(crate) fn retry(message: &str, source: impl Into<Source>) -> Self {
        Self::Retry {
            code: "temporary".into(),
            message: message.into(),
            retry_after: None,
            source: Some(source.into()),
        }
    }

    /// Whether it is only that the database does not answer, or takes no changes just now.
    pub(crate) fn is_of_an_absent_database(&self) -> bool {
        matches!(
            self.cause().and_then(|cause| cause.downcast_ref()),
            Some(StoreError::Unavailable(_) | StoreError::ReadOnly(_))
        )
    }

    /// Whether it is only that the object store does not answer as it should, or refuses what it is
    /// asked: not that it lacks a file, nor that there is no room.
    pub(super) fn is_of_an_absent_object_store(&self) -> bool {
        let is_full = matches!(self, Self::Retry { source: Some(source), .. }
            if matches!(source.downcast_ref(), Some(Error::Full(_))));
        let cause = self.cause();
        !is_full && cause.is_some_and(|cause| cause.is::<object_store::Error>())
    }

    /// What is behind the use case's error.
    fn cause(&self) -> Option<&Source> {
        let Self::Retry {
            source: Some(source),
            ..
        } = self
        else {
            return None;
        };
        Some(match source.downcast_ref() {
            Some(Error::Unavailable(cause) | Error::Full(cause)) => cause,
            _ => source,
        })
    }
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::retry("The database could not be reached.", error)
    }
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        if let Error::FileLost(source) = &error {
            tracing::error!(error = %source, "a file that a row names is not in the object store");
            // Not the file's fault: another worker may find it, and it may be restored.
            return Self::Retry {
                code: FILE_LOST.into(),
                message: "The file itself is not there just now. Please try again later, or upload it again."
                    .into(),
                retry_after: None,
                source: None,
            };
        }
        Self::retry("A part of the service could not be reached.", error)
    }
}

impl From<Unpaid> for JobError {
    fn from(unpaid: Unpaid) -> Self {
        Self::from(GenerateError::from(unpaid))
    }
}

impl From<GenerateError> for JobError {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::Permanent { code, message } => Self::Fail(JobFailure {
                code: code.into(),
                message,
            }),
            GenerateError::Transient {
                message,
                retry_after,
            } => Self::Retry {
                code: GENERATOR_UNAVAILABLE.into(),
                message,
                retry_after,
                source: None,
            },
            GenerateError::NotAsked {
                message,
                wait,
                is_limited,
            } => Self::Later {
                wait,
                failure: JobFailure {
                    code: GENERATOR_UNAVAILABLE.into(),
                    message,
                },
                is_at_work: is_limited,
            },
            GenerateError::Cancelled => Self::Stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use ultudy_engines::queue::QueueError;
    use ultudy_store::{PostgresConfig, Store, StoreConfig};

    use super::*;

    /// What a server says that is not there.
    async fn away() -> StoreError {
        let nowhere = PostgresConfig::new("postgres://nobody@127.0.0.1:1/nothing".into());
        let opened = Store::open(&StoreConfig::Postgres(nowhere)).await;
        opened.expect_err("nothing listens there")
    }

    #[tokio::test]
    async fn only_a_database_that_is_away_is_waited_for() {
        assert!(JobError::from(away().await).is_of_an_absent_database());
        assert!(JobError::from(Error::from(away().await)).is_of_an_absent_database());
        let broken = StoreError::Schema("it is another's".into());
        assert!(!JobError::from(broken).is_of_an_absent_database());
        let engine = Error::from(QueueError("it does not answer".into()));
        assert!(!JobError::from(engine).is_of_an_absent_database());
        assert!(!JobError::Stopped.is_of_an_absent_database());
    }

    #[tokio::test]
    async fn only_an_object_store_that_is_away_is_waited_for() {
        let says = |source: Source| object_store::Error::Generic {
            store: "S3",
            source,
        };
        let away = Error::unavailable(says("500 Internal Server Error".into()));
        assert!(JobError::from(away).is_of_an_absent_object_store());
        let no_room = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let full = Error::unavailable(says(no_room.into()));
        assert!(!JobError::from(full).is_of_an_absent_object_store());
        let lost = Error::FileLost("404".into());
        assert!(!JobError::from(lost).is_of_an_absent_object_store());
        let of_database = JobError::from(Error::from(self::away().await));
        assert!(!of_database.is_of_an_absent_object_store());
    }
}
