//! A job as Bull stores it, and what we read of one that is stored.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ultudy_domain::{
    Timestamp,
    job::{JobType, QueueName},
};
use uuid::Uuid;

use super::{KEEP, KEEP_FOR};
use crate::queue::QueueEntry;

/// Whole milliseconds from `now` until `run_at`, never less than the time itself, none if it is
/// past. Both are of one clock, so that the difference holds on a server whose clock is another.
pub(super) fn delay_ms(run_at: Timestamp, now: Timestamp) -> i64 {
    let delay = run_at - now;
    let whole = TimeDelta::milliseconds(delay.num_milliseconds());
    (delay.num_milliseconds() + i64::from(delay > whole)).max(0)
}

/// What the job is about, for whoever runs it.
pub(super) fn data(entry: &QueueEntry) -> String {
    let data = Data {
        job_id: entry.job_id,
        owner_id: &entry.owner_id,
    };
    // Two texts: this cannot fail.
    serde_json::to_string(&data).unwrap_or_default()
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(rename = "jobId")]
    job_id: Uuid,
    #[serde(rename = "ownerId")]
    owner_id: &'a str,
}

/// What Bull's worker keeps to when it runs a job of this queue, up to the opening quote of the job's
/// id: the script puts in that, the priority, the delay and the time.
pub(super) fn options(queue: QueueName) -> String {
    let kind = match queue {
        QueueName::UploadProcessing => JobType::UploadPdf,
        QueueName::LessonGeneration => JobType::GenerateLesson,
    };
    let policy = kind.retry_policy();
    let keep = json!({ "age": KEEP_FOR.as_secs(), "count": KEEP });
    let mut options = json!({
        "attempts": policy.max_attempts,
        "backoff": {
            "type": "exponential",
            "delay": u64::try_from(policy.first_delay.as_millis()).unwrap_or(u64::MAX),
        },
        "removeOnComplete": keep,
        "removeOnFail": keep,
    })
    .to_string();
    options.pop();
    options.push_str(",\"jobId\":\"");
    options
}

/// What a job's data must hold to be one of ours.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    /// The row's id.
    #[serde(rename = "jobId")]
    pub(super) job_id: Uuid,
    #[serde(rename = "ownerId")]
    pub(super) owner_id: String,
    /// What else is asked for; nothing where we added it.
    #[serde(flatten)]
    pub(super) rest: serde_json::Map<String, serde_json::Value>,
}

impl Known {
    /// Why a job's data is not ours, if it is not.
    pub(super) fn read(data: &[u8]) -> Result<Self, String> {
        if data.is_empty() {
            return Err("the job's data is missing or longer than 64 KiB".into());
        }
        let known: Self = serde_json::from_slice(data)
            .map_err(|error| format!("the job's data is not of this program: {error}"))?;
        // What no owner is called; the database would not take it.
        if known.owner_id.is_empty() || known.owner_id.contains('\0') {
            return Err("the job's data names no owner".into());
        }
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_never_shorter_than_asked_for() {
        let now = Timestamp::UNIX_EPOCH;
        for (micros, ms) in [(-1, 0), (0, 0), (1, 1), (1_000, 1), (1_001, 2)] {
            assert_eq!(delay_ms(now + TimeDelta::microseconds(micros), now), ms);
        }
    }

    #[test]
    fn data_that_is_not_ours_is_told_why() {
        for (data, reason) in [
            ("", "missing"),
            ("{", "not of this program"),
            (r#"{"jobId":"7","ownerId":"a"}"#, "not of this program"),
            (r#"{"ownerId":"a"}"#, "jobId"),
            (
                r#"{"jobId":"01900000-0000-7000-8000-000000000000","ownerId":""}"#,
                "no owner",
            ),
        ] {
            let error = Known::read(data.as_bytes()).err().unwrap_or_default();
            assert!(error.contains(reason), "{data}: {error}");
        }
    }
}
