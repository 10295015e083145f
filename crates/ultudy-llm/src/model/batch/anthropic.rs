//! Anthropic's message batches: requests in one call, answers as lines. They take no name, so one that
//! nothing is known of is found again by its items once it has ended. Before that it may be another program's
//! with the same key, whose answers are not ours and which is not ours to cancel.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    BatchAnswer, BatchApi, BatchItem, BatchState, CLOCKS, Caller, FoundBatch, PAGES_MAX, SentBatch,
    json, lines,
};
use crate::model::failure::Failure;

const PATH: [&str; 2] = ["messages", "batches"];
/// Batches on a page of the list.
const PAGE: &str = "100";

pub(super) struct Anthropic;

#[derive(Deserialize)]
struct Batch {
    id: String,
    processing_status: String,
    created_at: DateTime<Utc>,
    #[serde(default)]
    request_counts: Counts,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    processing: usize,
    succeeded: usize,
    errored: usize,
    canceled: usize,
    expired: usize,
}

impl Counts {
    fn all(&self) -> usize {
        self.processing + self.succeeded + self.errored + self.canceled + self.expired
    }
}

#[derive(Deserialize)]
struct List {
    data: Vec<Batch>,
    #[serde(default)]
    has_more: bool,
}

impl Batch {
    fn has_ended(&self) -> bool {
        self.processing_status == "ended"
    }
}

#[async_trait]
impl BatchApi for Anthropic {
    async fn send(
        &self,
        caller: &Caller,
        _name: &str,
        _model: &str,
        items: Vec<BatchItem>,
    ) -> Result<String, Failure> {
        let requests = items.into_iter().map(|BatchItem { id, body }| {
            let params: Value =
                serde_json::from_str(&body).map_err(|_| Failure::Unreadable("no prompt"))?;
            Ok(json!({"custom_id": id, "params": params}))
        });
        let requests = requests.collect::<Result<Vec<Value>, Failure>>()?;
        let made = caller.post(&PATH, &json!({"requests": requests})).await?;
        let made: Batch = json(&made)?;
        Ok(made.id)
    }

    async fn find(&self, caller: &Caller, sent: &SentBatch<'_>) -> Result<FoundBatch, Failure> {
        let oldest = DateTime::<Utc>::from(sent.since - CLOCKS);
        let (mut after, mut may_be_one) = (None::<String>, false);
        for _ in 0..PAGES_MAX {
            let mut query = vec![("limit", PAGE)];
            query.extend(after.as_deref().map(|after| ("after_id", after)));
            let list: List = json(&caller.get(&PATH, &query).await?)?;
            let others = |batch: &&Batch| {
                batch.created_at < oldest
                    || batch.request_counts.all() != sent.items.len()
                    || sent.known.contains(&batch.id)
            };
            for batch in list.data.iter().filter(|batch| !others(batch)) {
                if !batch.has_ended() {
                    may_be_one = true;
                } else if is_of(caller, &batch.id, sent).await? {
                    return Ok(FoundBatch::Here(batch.id.clone()));
                }
            }
            // The latest come first.
            let last = list.data.last();
            let Some(last) = last.filter(|last| list.has_more && last.created_at >= oldest) else {
                break;
            };
            after = Some(last.id.clone());
        }
        Ok(match may_be_one {
            true => FoundBatch::Perhaps,
            false => FoundBatch::Nowhere,
        })
    }

    async fn look(&self, caller: &Caller, remote_id: &str) -> Result<BatchState, Failure> {
        let path = [&PATH[..], &[remote_id]].concat();
        let batch: Batch = json(&caller.get(&path, &[]).await?)?;
        if !batch.has_ended() {
            return Ok(BatchState::Running);
        }
        let answers = results(caller, remote_id).await?;
        Ok(BatchState::Ended {
            answers: answers
                .into_iter()
                .filter_map(|line| answer(caller, line))
                .collect(),
            is_complete: true,
        })
    }

    async fn cancel(&self, caller: &Caller, remote_id: &str) -> Result<(), Failure> {
        let path = [&PATH[..], &[remote_id, "cancel"]].concat();
        caller.post(&path, &json!({})).await?;
        Ok(())
    }
}

/// The answer says where they are; the key is shown only where the settings say.
async fn results(caller: &Caller, remote_id: &str) -> Result<Vec<Value>, Failure> {
    let path = [&PATH[..], &[remote_id, "results"]].concat();
    let file = caller.get(&path, &[]).await?;
    Ok(lines(&file).collect())
}

async fn is_of(caller: &Caller, remote_id: &str, sent: &SentBatch<'_>) -> Result<bool, Failure> {
    let results = results(caller, remote_id).await?;
    let mut ids = results.iter().filter_map(|line| line["custom_id"].as_str());
    Ok(ids.any(|id| sent.items.iter().any(|item| item == id)))
}

fn answer(caller: &Caller, mut line: Value) -> Option<BatchAnswer> {
    let id = line["custom_id"].as_str()?.to_owned();
    let mut result = line["result"].take();
    let reason = match result["type"].as_str() {
        Some("succeeded") => return Some(caller.answer(id, &result["message"].take())),
        Some("expired") => "expired",
        Some("canceled") => "cancelled",
        _ => "errored",
    };
    Some(BatchAnswer::failed(id, reason))
}
