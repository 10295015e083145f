//! A job: work that outlives the request that asked for it. Its row is the truth;
//! docs/jobs.md has the state machine and what it promises.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

/// The queue a job waits in. Names are Bull's, as the runbook prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueName {
    /// Reading uploaded files.
    UploadProcessing,
    /// Making lessons.
    LessonGeneration,
}

impl QueueName {
    /// Both queues.
    pub const ALL: [Self; 2] = [Self::UploadProcessing, Self::LessonGeneration];

    /// The name used in the database and by every engine.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UploadProcessing => "upload-processing",
            Self::LessonGeneration => "lesson-generation",
        }
    }

    /// The queue of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == name)
    }
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobType {
    /// Read an uploaded file into sections.
    UploadPdf,
    /// Make a lesson.
    GenerateLesson,
}

impl JobType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::UploadPdf, Self::GenerateLesson];

    /// The name used in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UploadPdf => "upload_pdf",
            Self::GenerateLesson => "generate_lesson",
        }
    }

    /// The type of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The queue its jobs wait in.
    #[must_use]
    pub fn queue(self) -> QueueName {
        match self {
            Self::UploadPdf => QueueName::UploadProcessing,
            Self::GenerateLesson => QueueName::LessonGeneration,
        }
    }

    /// How often it is tried, and how long before the second try.
    #[must_use]
    pub fn retry_policy(self) -> RetryPolicy {
        match self {
            Self::UploadPdf => RetryPolicy {
                max_attempts: 3,
                first_delay: Duration::from_secs(2),
            },
            Self::GenerateLesson => RetryPolicy {
                max_attempts: 2,
                first_delay: Duration::from_secs(5),
            },
        }
    }
}

/// How failures that may pass are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all.
    pub max_attempts: i32,
    /// Pause before the second try; it doubles with each further one.
    pub first_delay: Duration,
}

impl RetryPolicy {
    /// The pause after the `attempt`-th error (from 1): exponential, with `jitter` in
    /// `0.0..1.0` adding up to half of it.
    #[must_use]
    pub fn delay_after(&self, attempt: i32, jitter: f64) -> Duration {
        let doublings = u32::try_from(attempt.saturating_sub(1))
            .unwrap_or(0)
            .min(10);
        let base = self.first_delay * 2u32.pow(doublings);
        base + base.mul_f64(0.5 * jitter.clamp(0.0, 1.0))
    }
}

/// Workers that may vanish under a job before it counts as poison.
pub const LOST_MAX: i32 = 3;

/// Which waiting job goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Somebody waits for it.
    High,
    /// The default.
    #[default]
    Normal,
    /// Made ahead of need.
    Low,
}

impl Priority {
    /// All, the most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// The number used in the database and by every engine: 1, 2 or 3.
    #[must_use]
    pub fn number(self) -> i16 {
        match self {
            Self::High => 1,
            Self::Normal => 2,
            Self::Low => 3,
        }
    }

    /// The priority of this number; an unknown one counts as normal.
    #[must_use]
    pub fn from_number(number: i16) -> Self {
        match number {
            1 => Self::High,
            3 => Self::Low,
            _ => Self::Normal,
        }
    }

    /// The priority of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "high" => Some(Self::High),
            "normal" => Some(Self::Normal),
            "low" => Some(Self::Low),
            _ => None,
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits, or waits to be tried again.
    Queued,
    /// A worker has it.
    Processing,
    /// Done, its effect committed with it.
    Completed,
    /// Given up: no retry is left.
    Failed,
    /// Stopped by its owner.
    Cancelled,
}

impl JobStatus {
    /// The name used in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Processing,
            Self::Completed,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|status| status.as_str() == name)
    }

    /// Whether nothing will change it but a retry asked for.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Why a job ended without its effect: a code for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFailure {
    /// Stable code such as `pdf_damaged`.
    pub code: String,
    /// One sentence for the student; never holds an id.
    pub message: String,
}

/// A job's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The row's id, and the engine's job id.
    pub id: Uuid,
    /// Whose it is.
    pub owner_id: String,
    /// What it does.
    pub job_type: JobType,
    /// Where it stands.
    pub status: JobStatus,
    /// Which goes first.
    pub priority: Priority,
    /// Per cent done, 0 to 100.
    pub progress: i16,
    /// What it is doing, in a word: `reading`, `sectioning`, `storing` …
    pub stage: String,
    /// What it was asked to do.
    pub data: serde_json::Value,
    /// What came of it.
    pub result: Option<serde_json::Value>,
    /// Why it failed.
    pub failure: Option<JobFailure>,
    /// Errors returned so far.
    pub attempt: i32,
    /// Tries in all.
    pub max_attempts: i32,
    /// Workers that vanished under it.
    pub lost: i32,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// Raised with every change; the id of its events.
    pub version: i64,
    /// The worker that has or last had it.
    pub worker_id: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_jitter_adds_at_most_half() {
        let policy = JobType::UploadPdf.retry_policy();
        assert_eq!(policy.delay_after(1, 0.0), Duration::from_secs(2));
        assert_eq!(policy.delay_after(2, 0.0), Duration::from_secs(4));
        assert_eq!(policy.delay_after(1, 1.0), Duration::from_secs(3));
    }

    #[test]
    fn names_read_back() {
        for kind in JobType::ALL {
            assert_eq!(JobType::parse(kind.as_str()), Some(kind));
        }
        for queue in QueueName::ALL {
            assert_eq!(QueueName::parse(queue.as_str()), Some(queue));
        }
    }
}
