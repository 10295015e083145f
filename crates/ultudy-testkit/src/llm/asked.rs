//! Whether a call is one that OpenAI would take.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{KEY, MODEL};

/// An error as OpenAI words it.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &str, message: &str) -> Self {
        let body = json!({
            "error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}
        });
        Self { status, body }
    }
}

/// Looks at the key, the model and the schema.
pub(super) fn check(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refused> {
    let bad = |message: &str| Refused::new(StatusCode::BAD_REQUEST, "invalid_request", message);
    let shown = headers.get(header::AUTHORIZATION);
    let shown = shown.and_then(|value| value.to_str().ok()).unwrap_or("");
    if shown != format!("Bearer {KEY}") {
        // It repeats the key, as OpenAI does in part.
        let message = format!("Incorrect API key provided: {shown}");
        return Err(Refused::new(
            StatusCode::UNAUTHORIZED,
            "invalid_api_key",
            &message,
        ));
    }
    let body: Value = serde_json::from_slice(body).map_err(|error| bad(&error.to_string()))?;
    if body["model"] != MODEL {
        let message = "The model does not exist or you do not have access to it.";
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            "model_not_found",
            message,
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
    Ok(body)
}

fn is_message(message: &Value) -> bool {
    matches!(message["role"].as_str(), Some("system" | "user")) && message["content"].is_string()
}

/// What `strict` asks of a schema: every object closed, every property required.
fn strict(schema: &Value) -> Result<(), String> {
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().ok_or("no properties")?;
            if schema["additionalProperties"] != false {
                return Err("'additionalProperties' is required to be false".into());
            }
            let required = schema["required"].as_array().ok_or("no 'required'")?;
            for (name, property) in properties {
                if !required.iter().any(|required| required == name) {
                    return Err(format!("'required' lacks '{name}'"));
                }
                strict(property)?;
            }
            Ok(())
        }
        Some("array") => strict(&schema["items"]),
        Some("string" | "integer" | "boolean" | "number") => Ok(()),
        other => Err(format!("a schema of type {other:?}")),
    }
}
