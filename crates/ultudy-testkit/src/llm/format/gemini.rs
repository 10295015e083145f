//! Gemini's `generateContent`, whole or as a stream.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Format, Found, Refused, Request, both, event};
use crate::llm::{
    KEY, LARGE_MODEL, MODEL,
    answer::{End, Said},
};

/// Looks at the key, the model, the contents and the schema.
pub(super) fn check(request: &Request) -> Result<(), Refused> {
    let bad = |message: &str| Refused::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message);
    let shown = request.header("x-goog-api-key");
    if shown != KEY {
        // With 400, and the reason in the details.
        return Err(Refused::new(
            StatusCode::BAD_REQUEST,
            "API_KEY_INVALID",
            format!("API key not valid: {shown}"),
        ));
    }
    let call = request.call.split_once(':');
    let call = call.filter(|(model, _)| [MODEL, LARGE_MODEL].contains(model));
    let method = call.map(|(_, method)| method);
    if !matches!(method, Some("streamGenerateContent" | "generateContent")) {
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "models/… is not found for API version v1beta, or is not supported.",
        ));
    }
    let body = &request.body;
    let contents = body["contents"].as_array();
    if !contents.is_some_and(|contents| contents.iter().all(is_content) && !contents.is_empty()) {
        return Err(bad("contents is not as it should be"));
    }
    let system = &body["systemInstruction"];
    if !system.is_null() && !system["parts"][0]["text"].is_string() {
        return Err(bad("systemInstruction is not as it should be"));
    }
    let config = &body["generationConfig"];
    let schema = &config["responseJsonSchema"];
    if !schema.is_null() {
        if config["responseMimeType"] != "application/json" {
            return Err(bad("responseJsonSchema wants application/json"));
        }
        if schema["type"] != "object" || !schema["properties"].is_object() {
            return Err(bad("responseJsonSchema is no schema of an object"));
        }
    }
    Ok(())
}

fn is_content(content: &Value) -> bool {
    let is_text = |part: &Value| part["text"].is_string() != part["inlineData"].is_object();
    let parts = content["parts"].as_array();
    matches!(content["role"].as_str(), Some("user" | "model"))
        && parts.is_some_and(|parts| parts.iter().all(is_text))
}

pub(super) fn picture(part: &Value) -> Found<'_> {
    let data = part.get("inlineData")?;
    both(&data["mimeType"], &data["data"])
}

pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Value {
    let (name, details) = match code {
        "API_KEY_INVALID" => (
            "INVALID_ARGUMENT",
            json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code}]),
        ),
        _ => (code, json!([])),
    };
    json!({
        "error": {"code": status.as_u16(), "message": message, "status": name, "details": details}
    })
}

pub(super) fn events(said: &Said) -> Vec<String> {
    let begin = chunk(
        json!({"role": "model", "parts": [{"text": ""}]}),
        None,
        said,
    );
    let mut chunks = vec![begin];
    if said.end != End::Refusal {
        let part = |text: String| json!({"role": "model", "parts": [{"text": text}]});
        chunks.extend(said.pieces().map(|piece| chunk(part(piece), None, said)));
    }
    chunks.push(chunk(Value::Null, Some(reason(said)), said));
    let events = chunks.iter().map(|data| event(Format::Gemini, data));
    events.collect()
}

pub(super) fn whole(said: &Said) -> Value {
    let content = match said.end {
        End::Refusal => Value::Null,
        End::Stop | End::Length => json!({"role": "model", "parts": [{"text": said.text}]}),
    };
    chunk(content, Some(reason(said)), said)
}

fn chunk(content: Value, reason: Option<&str>, said: &Said) -> Value {
    let [read, written] = said.tokens();
    let mut candidate = json!({"index": 0});
    if !content.is_null() {
        candidate["content"] = content;
    }
    if let Some(reason) = reason {
        candidate["finishReason"] = reason.into();
    }
    let written = reason.map_or(0, |_| written);
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": written,
            "totalTokenCount": read + written,
        },
        "modelVersion": MODEL,
    })
}

fn reason(said: &Said) -> &'static str {
    match said.end {
        End::Stop => "STOP",
        End::Length => "MAX_TOKENS",
        End::Refusal => "SAFETY",
    }
}
