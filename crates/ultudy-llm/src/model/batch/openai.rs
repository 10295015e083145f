//! OpenAI's batches: a file of requests, a batch of the file, and a file of answers. All files go by
//! themselves.

use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    BatchAnswer, BatchApi, BatchItem, BatchState, CLOCKS, Caller, FoundBatch, PAGES_MAX, SentBatch,
    below, json, lines,
};
use crate::model::failure::Failure;

/// What requests are for, and how long may be taken for them.
const ENDPOINT: &str = "/v1/chat/completions";
const WINDOW: &str = "24h";
/// How long files are kept, in seconds: longer than a batch takes, and any repair of ours.
const KEPT: u32 = 3 * 24 * 60 * 60;
/// The name in a batch's metadata.
const NAME: &str = "ultudy_batch";
/// Batches on a page of the list.
const PAGE: &str = "100";

pub(super) struct OpenAi;

#[derive(Deserialize)]
struct File {
    id: String,
}

#[derive(Deserialize)]
struct Batch {
    id: String,
    status: String,
    #[serde(default)]
    created_at: u64,
    #[serde(default)]
    output_file_id: Option<String>,
    #[serde(default)]
    error_file_id: Option<String>,
    /// Null where there is none.
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Batch>,
    #[serde(default)]
    has_more: bool,
}

#[async_trait]
impl BatchApi for OpenAi {
    async fn send(
        &self,
        caller: &Caller,
        name: &str,
        _model: &str,
        items: Vec<BatchItem>,
    ) -> Result<String, Failure> {
        let file = upload(caller, name, &items).await?;
        drop(items);
        let kept = json!({"anchor": "created_at", "seconds": KEPT});
        let asked = json!({
            "input_file_id": file.id,
            "endpoint": ENDPOINT,
            "completion_window": WINDOW,
            "metadata": {NAME: name},
            "output_expires_after": kept,
        });
        let made: Batch = json(&caller.post(&["batches"], &asked).await?)?;
        Ok(made.id)
    }

    async fn find(&self, caller: &Caller, sent: &SentBatch<'_>) -> Result<FoundBatch, Failure> {
        let oldest = sent.since - CLOCKS;
        let oldest = oldest.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut after: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = vec![("limit", PAGE)];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let list: List = json(&caller.get(&["batches"], &query).await?)?;
            let is_it = |batch: &&Batch| {
                let metadata = batch.metadata.as_ref();
                metadata.is_some_and(|metadata| metadata[NAME] == sent.name)
            };
            if let Some(found) = list.data.iter().find(is_it) {
                return Ok(FoundBatch::Here(found.id.clone()));
            }
            // The latest come first.
            let last = list.data.last();
            let Some(last) =
                last.filter(|last| list.has_more && last.created_at >= oldest.as_secs())
            else {
                break;
            };
            after = Some(last.id.clone());
        }
        Ok(FoundBatch::Nowhere)
    }

    async fn look(&self, caller: &Caller, remote_id: &str) -> Result<BatchState, Failure> {
        let batch: Batch = json(&caller.get(&["batches", remote_id], &[]).await?)?;
        if !matches!(
            batch.status.as_str(),
            "completed" | "failed" | "expired" | "cancelled"
        ) {
            return Ok(BatchState::Running);
        }
        let mut answers = Vec::new();
        for file in [batch.output_file_id, batch.error_file_id]
            .into_iter()
            .flatten()
        {
            let content = caller.get(&["files", &file, "content"], &[]).await?;
            answers.extend(lines(&content).filter_map(|line| answer(caller, line)));
        }
        Ok(BatchState::Ended {
            answers,
            is_complete: batch.status == "completed",
        })
    }

    async fn cancel(&self, caller: &Caller, remote_id: &str) -> Result<(), Failure> {
        let path = ["batches", remote_id, "cancel"];
        caller.post(&path, &json!({})).await?;
        Ok(())
    }
}

async fn upload(caller: &Caller, name: &str, items: &[BatchItem]) -> Result<File, Failure> {
    // Its name is random: no text holds it.
    let boundary = format!("ultudy-{name}");
    let mut form = String::new();
    let kept = KEPT.to_string();
    for (field, value) in [
        ("purpose", "batch"),
        ("expires_after[anchor]", "created_at"),
        ("expires_after[seconds]", &kept),
    ] {
        let head = format!("Content-Disposition: form-data; name=\"{field}\"");
        form.push_str(&format!("--{boundary}\r\n{head}\r\n\r\n{value}\r\n"));
    }
    form.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}.jsonl\"\r\n\
         Content-Type: application/jsonl\r\n\r\n"
    ));
    for BatchItem { id, body } in items {
        // The body is JSON without line breaks, as it was written.
        form.push_str(&format!(
            "{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"{ENDPOINT}\",\"body\":{body}}}\n"
        ));
    }
    form.push_str(&format!("\r\n--{boundary}--\r\n"));
    let kind = format!("multipart/form-data; boundary={boundary}");
    let address = below(&caller.base, &["files"]);
    json(
        &caller
            .call(Method::POST, address, Some((kind, form)))
            .await?,
    )
}

/// What came of an item: an answer as to a request by itself, an error's status, or the batch's error.
fn answer(caller: &Caller, mut line: Value) -> Option<BatchAnswer> {
    let id = line["custom_id"].as_str()?.to_owned();
    let response = line["response"].take();
    if response["status_code"] == 200 {
        return Some(caller.answer(id, &response["body"]));
    }
    let reason = match line["error"]["code"].as_str() {
        Some("batch_expired") => "expired",
        Some("batch_cancelled") => "cancelled",
        _ => "errored",
    };
    Some(BatchAnswer::failed(id, reason))
}
