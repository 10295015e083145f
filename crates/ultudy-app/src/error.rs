//! What a use case answers when it cannot do what was asked, by what the caller can do.

use std::{io::ErrorKind, time::Duration};

use ultudy_domain::extraction::ExtractError;
use ultudy_domain::field::FieldError;
use ultudy_engines::queue::QueueError;
use ultudy_store::StoreError;

use crate::limits::{Kind, Standing};

/// A use case's refusal or failure. Messages are sentences for people and hold no ids.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields that cannot be taken, each with its reason.
    #[error("{}", sentence(.0))]
    Invalid(Vec<FieldError>),
    /// Not there, or not the caller's: the same answer.
    #[error("This {0} does not exist.")]
    NotFound(&'static str),
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// Nobody who may come in.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// Not for whoever asks.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Asked too often.
    #[error("Too many attempts. Please try again in {}.", minutes(.retry_after))]
    TooMany {
        /// When it may be tried again.
        retry_after: Duration,
    },
    /// More of a kind than may be asked for within a minute.
    #[error("{} Please try again in {}.", too_many(*.kind, .standing.most), seconds(.standing.reset))]
    Limited {
        /// Of what.
        kind: Kind,
        /// What is allowed, and when again.
        standing: Standing,
    },
    /// So many files of theirs are arriving at once as may.
    #[error("{most} of your files are arriving already. Please send this one once they are there.")]
    TooManyOfTheirs {
        /// The limit.
        most: usize,
    },
    /// As many files are arriving as can.
    #[error("Many files are arriving just now. Please try again in a moment.")]
    Crowded,
    /// Larger than allowed.
    #[error("The file is larger than {} MB, the most that can be uploaded.", .limit_bytes / (1 << 20))]
    TooLarge {
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// Not a kind of file that can be read.
    #[error("{0}")]
    Unsupported(String),
    /// Well-formed, and impossible.
    #[error("{message}")]
    Unprocessable {
        /// Stable code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// The sender stopped in the middle.
    #[error("The upload broke off before its end. Please send the file again.")]
    Interrupted,
    /// Whoever says who people are is not to be reached, or answers with nonsense.
    #[error("The sign-in service does not answer as it should. Please try again in a moment.")]
    IssuerUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A part is down; it may be back soon.
    #[error("The service is busy or being restarted. Please try again in a moment.")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk under the database or the files is full.
    #[error(
        "There is no room left to store this. What is stored already is safe. Please try again later."
    )]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row names a file that the object store does not have.
    #[error(
        "The file itself is no longer there. What was made of it is; to see it, please upload it again."
    )]
    FileLost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our fault.
    #[error("Something went wrong on our side. It has been recorded.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What use cases return.
pub type Result<T> = std::result::Result<T, Error>;

fn minutes(wait: &Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".into(),
        minutes => format!("{minutes} minutes"),
    }
}

fn too_many(kind: Kind, most: u32) -> String {
    match kind {
        Kind::LessonJobs => format!("At most {most} lessons can be asked for within a minute."),
        Kind::UploadJobs => format!("At most {most} files can be uploaded within a minute."),
        Kind::Questions => format!("At most {most} questions can be asked within a minute."),
        Kind::UserRequests | Kind::AddressRequests => {
            format!("At most {most} requests are answered within a minute.")
        }
    }
}

fn seconds(wait: Duration) -> String {
    match whole_seconds(wait) {
        0 | 1 => "a second".into(),
        seconds => format!("{seconds} seconds"),
    }
}

/// As many as it takes: never less than the time itself.
#[must_use]
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn sentence(errors: &[FieldError]) -> String {
    errors
        .iter()
        .map(|error| format!("{} {}.", error.field, error.reason))
        .collect::<Vec<_>>()
        .join(" ")
}

impl Error {
    /// A single refused field.
    #[must_use]
    pub fn field(field: &str, reason: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, reason)])
    }

    /// A part that failed, which may be for want of room.
    pub(crate) fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = source.into();
        match is_of_a_full_disk(&*source) {
            true => Self::Full(source),
            false => Self::Unavailable(source),
        }
    }

    /// Something of ours that failed.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

fn is_of_a_full_disk(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut of_files = causes.filter_map(|error| error.downcast_ref::<std::io::Error>());
    of_files.any(|error| {
        matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded
        )
    })
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) if error.is_of_a_full_disk() => Self::Full(error.into()),
            StoreError::Unavailable(_) | StoreError::ReadOnly(_) => Self::Unavailable(error.into()),
            StoreError::Conflict(_) => {
                Self::Conflict("Somebody changed this at the same moment. Please try again.".into())
            }
            StoreError::Owner(_) => Self::field("user", error.to_string()),
            StoreError::Schema(_) | StoreError::Config(_) | StoreError::Other(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<QueueError> for Error {
    fn from(error: QueueError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<ExtractError> for Error {
    fn from(error: ExtractError) -> Self {
        Self::Unavailable(error.into())
    }
}
