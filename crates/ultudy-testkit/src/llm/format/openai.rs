//! OpenAI's chat completions.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Format, Found, Refused, Request, event, is_known, strict};
use crate::llm::{
    KEY, MODEL,
    answer::{End, Said},
};

/// Looks at the key, the model and the schema.
pub(super) fn check(request: &Request) -> Result<(), Refused> {
    let bad = |message: &str| Refused::new(StatusCode::BAD_REQUEST, "invalid_request", message);
    let shown = request.header(header::AUTHORIZATION.as_str());
    if shown != format!("Bearer {KEY}") {
        // It repeats the key, as OpenAI does in part.
        let message = format!("Incorrect API key provided: {shown}");
        return Err(Refused::new(
            StatusCode::UNAUTHORIZED,
            "invalid_api_key",
            message,
        ));
    }
    let body = &request.body;
    if !is_known(&body["model"]) {
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            "model_not_found",
            "The model does not exist or you do not have access to it.",
        ));
    }
    let messages = body["messages"].as_array();
    if !messages.is_some_and(|messages| messages.iter().all(is_message) && !messages.is_empty()) {
        return Err(bad("'messages' is not as it should be"));
    }
    let format = &body["response_format"];
    if format["type"] == "json_schema" {
        let schema = &format["json_schema"];
        if !schema["name"].is_string() || schema["strict"] != true {
            return Err(bad("'json_schema' lacks a name, or is not strict"));
        }
        strict(&schema["schema"]).map_err(|reason| bad(&reason))?;
    }
    Ok(())
}

fn is_message(message: &Value) -> bool {
    let role = message["role"].as_str();
    let is_part = |part: &Value| match part["type"].as_str() {
        Some("text") => part["text"].is_string(),
        Some("image_url") => part["image_url"]["url"].is_string(),
        _ => false,
    };
    let content = &message["content"];
    let has_parts = || {
        let parts = content.as_array();
        role == Some("user")
            && parts.is_some_and(|parts| !parts.is_empty() && parts.iter().all(is_part))
    };
    matches!(role, Some("system" | "user")) && (content.is_string() || has_parts())
}

/// In a data URL: it fetches none.
pub(super) fn picture(part: &Value) -> Found<'_> {
    let url = part["image_url"]["url"].as_str()?;
    let data = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    Some(data.ok_or_else(|| "no data URL".to_owned()))
}

pub(super) fn error(code: &str, message: &str) -> Value {
    json!({
        "error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}
    })
}

pub(super) fn events(asked: &Value, said: &Said) -> Vec<String> {
    let chunk = |choices: Value| json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": MODEL, "choices": choices});
    let delta = |delta: Value, reason: Option<&str>| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": reason}]))
    };
    let mut events = vec![delta(json!({"role": "assistant", "content": ""}), None)];
    events.extend(
        said.pieces()
            .map(|piece| delta(json!({field(said): piece}), None)),
    );
    events.push(delta(json!({}), Some(reason(said))));
    if asked["stream_options"]["include_usage"] == true {
        let mut last = chunk(json!([]));
        last["usage"] = usage(said);
        events.push(last);
    }
    let events = events.iter().map(|data| event(Format::OpenAi, data));
    events.chain(["data: [DONE]\n\n".into()]).collect()
}

pub(super) fn whole(said: &Said) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": MODEL,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", field(said): said.text},
            "finish_reason": reason(said),
        }],
        "usage": usage(said),
    })
}

fn field(said: &Said) -> &'static str {
    match said.end {
        End::Refusal => "refusal",
        End::Stop | End::Length => "content",
    }
}

fn reason(said: &Said) -> &'static str {
    match said.end {
        End::Stop | End::Refusal => "stop",
        End::Length => "length",
    }
}

fn usage(said: &Said) -> Value {
    let [read, written] = said.tokens();
    json!({"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written})
}
