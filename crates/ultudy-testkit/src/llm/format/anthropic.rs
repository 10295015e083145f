//! Anthropic's messages.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Format, Found, Refused, Request, both, event, is_known, strict};
use crate::llm::{
    KEY, MODEL,
    answer::{End, Said},
};

/// Looks at the key, the version, the model, the messages and the schema.
pub(super) fn check(request: &Request) -> Result<(), Refused> {
    let bad =
        |message: &str| Refused::new(StatusCode::BAD_REQUEST, "invalid_request_error", message);
    let shown = request.header("x-api-key");
    if shown != KEY {
        return Err(Refused::new(
            StatusCode::UNAUTHORIZED,
            "authentication_error",
            format!("invalid x-api-key: {shown}"),
        ));
    }
    if request.header("anthropic-version") != "2023-06-01" {
        return Err(bad("anthropic-version: header is required"));
    }
    let body = &request.body;
    if !is_known(&body["model"]) {
        let message = format!("model: {}", body["model"]);
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            "not_found_error",
            message,
        ));
    }
    if body["max_tokens"].as_u64().is_none_or(|most| most == 0) {
        return Err(bad("max_tokens: Field required"));
    }
    let messages = body["messages"].as_array();
    if !messages.is_some_and(|messages| messages.iter().all(is_message) && !messages.is_empty()) {
        return Err(bad("messages: is not as it should be"));
    }
    let format = &body["output_config"]["format"];
    if !format.is_null() {
        if format["type"] != "json_schema" {
            return Err(bad("output_config.format.type: unknown"));
        }
        strict(&format["schema"]).map_err(|reason| bad(&reason))?;
    }
    Ok(())
}

/// Instructions go in `system`, not in a message.
fn is_message(message: &Value) -> bool {
    let is_block = |block: &Value| match block["type"].as_str() {
        Some("text") => block["text"].as_str().is_some_and(|text| !text.is_empty()),
        Some("image") => block["source"]["type"] == "base64",
        _ => false,
    };
    let content = &message["content"];
    let blocks = content.as_array();
    let has_blocks = blocks.is_some_and(|blocks| !blocks.is_empty() && blocks.iter().all(is_block));
    matches!(message["role"].as_str(), Some("user" | "assistant"))
        && (content.is_string() || has_blocks)
}

pub(super) fn picture(block: &Value) -> Found<'_> {
    let source = block.get("source")?;
    both(&source["media_type"], &source["data"])
}

pub(super) fn error(code: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": code, "message": message}})
}

pub(super) fn events(said: &Said) -> Vec<String> {
    let [read, written] = said.tokens();
    let begun = message(&json!([]), None, read, 1);
    let mut events = vec![
        json!({"type": "message_start", "message": begun}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
    ];
    if said.end != End::Refusal {
        events.extend(said.pieces().map(|piece| {
            let delta = json!({"type": "text_delta", "text": piece});
            json!({"type": "content_block_delta", "index": 0, "delta": delta})
        }));
    }
    events.extend([
        json!({"type": "content_block_stop", "index": 0}),
        json!({
            "type": "message_delta",
            "delta": {"stop_reason": reason(said), "stop_sequence": null},
            "usage": {"output_tokens": written},
        }),
        json!({"type": "message_stop"}),
    ]);
    let events = events.iter().map(|data| event(Format::Anthropic, data));
    events.collect()
}

pub(super) fn whole(said: &Said) -> Value {
    let [read, written] = said.tokens();
    let content = match said.end {
        End::Refusal => json!([]),
        End::Stop | End::Length => json!([{"type": "text", "text": said.text}]),
    };
    message(&content, Some(reason(said)), read, written)
}

fn message(content: &Value, reason: Option<&str>, read: usize, written: usize) -> Value {
    json!({
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": null,
        "usage": {"input_tokens": read, "output_tokens": written},
    })
}

fn reason(said: &Said) -> &'static str {
    match said.end {
        End::Stop => "end_turn",
        End::Length => "max_tokens",
        End::Refusal => "refusal",
    }
}
