//! A batch as it is taken, or refused.

use std::{sync::Arc, time::SystemTime};

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Batch, SendFault, bad, error};
use crate::llm::{
    Shared,
    format::{Format, Request},
};

/// A file in a form, whose other fields are looked at.
pub(super) fn upload(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Response {
    let bad = |message| bad(Format::OpenAi, message);
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(boundary) = kind.strip_prefix("multipart/form-data; boundary=") else {
        return bad("not a form");
    };
    let Ok(form) = std::str::from_utf8(body) else {
        return bad("not UTF-8");
    };
    let Some((form, "\r\n")) = form.rsplit_once(&format!("--{boundary}--")) else {
        return bad("a form without its end");
    };
    let (mut file, mut purpose) = (None, None);
    for part in form.split(&format!("--{boundary}\r\n")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let content = content.trim_end_matches("\r\n");
        match head {
            head if head.contains("name=\"file\"; filename=") => file = Some(content),
            head if head.contains("name=\"purpose\"") => purpose = Some(content),
            _ => {}
        }
    }
    match (file, purpose) {
        (Some(file), Some("batch")) => {
            let mut state = shared.state();
            state.batching.files.push(file.as_bytes().to_vec());
            let id = format!("file-{}", state.batching.files.len() - 1);
            axum::Json(json!({"id": id, "object": "file", "purpose": "batch"})).into_response()
        }
        _ => bad("'file' or 'purpose' is missing"),
    }
}

/// The id of a request, and its body.
type NamedBody = (String, Value);

/// The name of a batch, and its requests; or what is wrong with it.
fn requests(
    shared: &Shared,
    format: Format,
    asked: &Value,
) -> Result<(Value, Vec<NamedBody>), &'static str> {
    let of = |list: &Value, id: fn(&Value) -> &Value, body: &str| {
        let list = list.as_array().cloned().unwrap_or_default();
        let each = list.iter().map(|one| {
            let id = id(one).as_str().ok_or("a request without its id")?;
            Ok((id.to_owned(), one[body].clone()))
        });
        each.collect::<Result<Vec<_>, &'static str>>()
    };
    let (name, items) = match format {
        Format::Anthropic => {
            let items = of(&asked["requests"], |one| &one["custom_id"], "params")?;
            (Value::Null, items)
        }
        Format::Gemini => {
            let batch = &asked["batch"];
            let list = &batch["inputConfig"]["requests"]["requests"];
            let items = of(list, |one| &one["metadata"]["key"], "request")?;
            (batch["displayName"].clone(), items)
        }
        Format::OpenAi => {
            if asked["endpoint"] != "/v1/chat/completions" || asked["completion_window"] != "24h" {
                return Err("another endpoint or window");
            }
            let file = asked["input_file_id"].as_str().unwrap_or_default();
            let number = file
                .strip_prefix("file-")
                .and_then(|id| id.parse::<usize>().ok());
            let state = shared.state();
            let file = number.and_then(|number| state.batching.files.get(number));
            let file = file.ok_or("no such file")?;
            let lines = file
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty());
            let lines: Result<Vec<Value>, _> = lines.map(serde_json::from_slice).collect();
            let lines = Value::Array(lines.map_err(|_| "a line that is no JSON")?);
            let all = lines.as_array().into_iter().flatten();
            if !all
                .clone()
                .all(|line| line["method"] == "POST" && line["url"] == asked["endpoint"])
            {
                return Err("a line without its method or address");
            }
            let items = of(&lines, |line| &line["custom_id"], "body")?;
            (asked["metadata"].clone(), items)
        }
    };
    if items.is_empty() {
        return Err("no requests");
    }
    let mut ids: Vec<_> = items.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    match ids.len() == items.len() && ids.iter().all(|id| id.len() <= 64) {
        true => Ok((name, items)),
        false => Err("ids that are not each another, or too long"),
    }
}

pub(super) async fn send(
    shared: Arc<Shared>,
    format: Format,
    headers: HeaderMap,
    call: String,
    body: &[u8],
) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(body) else {
        return bad(format, "no JSON");
    };
    let (name, items) = match requests(&shared, format, &asked) {
        Ok(found) => found,
        Err(message) => return bad(format, message),
    };
    // Each is looked at as it would be by itself.
    let call = call.replace(":batchGenerateContent", ":generateContent");
    for (_, body) in &items {
        if !body["stream"].is_null() {
            return bad(format, "a stream in a batch");
        }
        let request = Request {
            headers: headers.clone(),
            call: call.clone(),
            query: String::new(),
            body: body.clone(),
        };
        if let Err(refused) = format.check(&request) {
            let body = format.error(refused.status, refused.code, &refused.message);
            return (refused.status, axum::Json(body)).into_response();
        }
    }
    let mut released = shared.released.subscribe();
    let (fault, told) = {
        let mut state = shared.state();
        let batching = &mut state.batching;
        let fault = match batching.send_faults.is_empty() {
            true => None,
            false => Some(batching.send_faults.remove(0)),
        };
        if let Some(SendFault::Refused(status)) = fault {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
            return error(format, status, "as the test wants it");
        }
        batching.counts.batches += 1;
        batching.counts.items += items.len();
        let batch = Batch {
            format,
            number: batching.batches.len(),
            name,
            #[allow(
                clippy::disallowed_methods,
                reason = "a provider tells the time by its own clock"
            )]
            created: SystemTime::now(),
            items,
            is_cancelled: false,
            ended: None,
        };
        let told = batch.told(&mut Vec::new());
        batching.batches.push(batch);
        (fault, told)
    };
    match fault {
        Some(SendFault::TakenAndFailed) => error(
            format,
            StatusCode::INTERNAL_SERVER_ERROR,
            "as the test wants it",
        ),
        Some(SendFault::TakenAndSilent) => {
            let _ = released.changed().await;
            axum::Json(told).into_response()
        }
        _ => axum::Json(told).into_response(),
    }
}
