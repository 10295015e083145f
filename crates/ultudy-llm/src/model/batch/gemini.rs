//! Gemini's batches: requests in one call, which begins an operation; it holds the answers once it is done.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    BatchAnswer, BatchApi, BatchItem, BatchState, Caller, FoundBatch, PAGES_MAX, SentBatch, json,
};
use crate::model::failure::Failure;

/// Batches on a page of the list.
const PAGE: &str = "100";

pub(super) struct Gemini;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    /// `batches/…`.
    name: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    response: Value,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    display_name: String,
    /// `BATCH_STATE_SUCCEEDED` …
    state: String,
    /// The same as the operation's response.
    output: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    #[serde(default)]
    operations: Vec<Operation>,
    #[serde(default)]
    next_page_token: String,
}

impl Operation {
    /// The word behind `…_STATE_`.
    fn state(&self) -> &str {
        let state = self.metadata.state.rsplit_once("STATE_");
        state.map_or("", |(_, state)| state)
    }
}

#[async_trait]
impl BatchApi for Gemini {
    async fn send(
        &self,
        caller: &Caller,
        name: &str,
        model: &str,
        items: Vec<BatchItem>,
    ) -> Result<String, Failure> {
        let requests = items.into_iter().map(|BatchItem { id, body }| {
            let request: Value =
                serde_json::from_str(&body).map_err(|_| Failure::Unreadable("no prompt"))?;
            Ok(json!({"request": request, "metadata": {"key": id}}))
        });
        let requests = requests.collect::<Result<Vec<Value>, Failure>>()?;
        let asked = json!({"batch": {
            "displayName": name,
            "inputConfig": {"requests": {"requests": requests}},
        }});
        let call = format!("{model}:batchGenerateContent");
        let begun: Operation = json(&caller.post(&["models", &call], &asked).await?)?;
        Ok(begun.name)
    }

    async fn find(&self, caller: &Caller, sent: &SentBatch<'_>) -> Result<FoundBatch, Failure> {
        let mut token = String::new();
        for _ in 0..PAGES_MAX {
            let mut query = vec![("pageSize", PAGE)];
            if !token.is_empty() {
                query.push(("pageToken", &token));
            }
            let list: List = json(&caller.get(&["batches"], &query).await?)?;
            let mut all = list.operations.into_iter();
            if let Some(found) = all.find(|it| it.metadata.display_name == sent.name) {
                return Ok(FoundBatch::Here(found.name));
            }
            if list.next_page_token.is_empty() {
                break;
            }
            token = list.next_page_token;
        }
        Ok(FoundBatch::Nowhere)
    }

    async fn look(&self, caller: &Caller, remote_id: &str) -> Result<BatchState, Failure> {
        let path: Vec<&str> = remote_id.split('/').collect();
        let mut operation: Operation = json(&caller.get(&path, &[]).await?)?;
        let has_ended = matches!(
            operation.state(),
            "SUCCEEDED" | "FAILED" | "CANCELLED" | "EXPIRED"
        );
        if !has_ended && !operation.done {
            return Ok(BatchState::Running);
        }
        let is_complete = operation.state() == "SUCCEEDED";
        let mut responses = operation.response["inlinedResponses"]["inlinedResponses"].take();
        if responses.is_null() {
            let output = &mut operation.metadata.output;
            responses = output["inlinedResponses"]["inlinedResponses"].take();
        }
        let responses = match responses {
            Value::Array(responses) => responses,
            _ => Vec::new(),
        };
        let answers = responses.into_iter().filter_map(|it| answer(caller, it));
        Ok(BatchState::Ended {
            answers: answers.collect(),
            is_complete,
        })
    }

    async fn cancel(&self, caller: &Caller, remote_id: &str) -> Result<(), Failure> {
        let call = format!("{remote_id}:cancel");
        let path: Vec<&str> = call.split('/').collect();
        caller.post(&path, &json!({})).await?;
        Ok(())
    }
}

fn answer(caller: &Caller, mut one: Value) -> Option<BatchAnswer> {
    let id = one["metadata"]["key"].as_str()?.to_owned();
    match one["response"].take() {
        Value::Null => Some(BatchAnswer::failed(id, "errored")),
        response => Some(caller.answer(id, &response)),
    }
}
