//! A batch as its provider tells of it.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Batch;
use crate::llm::format::Format;

impl Batch {
    /// As its provider tells of it. Files of answers are made when they are told of.
    pub(super) fn told(&self, files: &mut Vec<Vec<u8>>) -> Value {
        let created = self.created.duration_since(SystemTime::UNIX_EPOCH);
        let created = created.unwrap_or(Duration::ZERO).as_secs();
        let at = DateTime::<Utc>::from(self.created).to_rfc3339();
        let results = self.ended.as_ref().map_or(&[][..], |ended| &ended.results);
        let good = results.iter().filter(|(_, result)| result.is_ok()).count();
        match self.format {
            Format::OpenAi => {
                let mut file = |is_good: bool| {
                    let lines = results
                        .iter()
                        .filter(|(_, result)| result.is_ok() == is_good);
                    let lines: String = lines.map(openai_line).collect();
                    (!lines.is_empty()).then(|| {
                        files.push(lines.into_bytes());
                        format!("file-{}", files.len() - 1)
                    })
                };
                json!({
                    "id": self.id(),
                    "object": "batch",
                    "endpoint": "/v1/chat/completions",
                    "status": self.ended.as_ref().map_or("in_progress", |ended| ended.state),
                    "created_at": created,
                    "output_file_id": file(true),
                    "error_file_id": file(false),
                    "metadata": self.name,
                    "request_counts": {
                        "total": self.items.len(), "completed": good, "failed": results.len() - good,
                    },
                })
            }
            Format::Anthropic => {
                let of = |reason: &str| {
                    let mut all = results.iter();
                    all.by_ref()
                        .filter(|(_, it)| {
                            *it == Err(match reason {
                                "expired" => "expired",
                                "cancelled" => "cancelled",
                                _ => "errored",
                            })
                        })
                        .count()
                };
                let has_ended = self.ended.is_some();
                json!({
                    "id": self.id(),
                    "type": "message_batch",
                    "processing_status": if has_ended { "ended" } else { "in_progress" },
                    "created_at": at,
                    "request_counts": {
                        "processing": if has_ended { 0 } else { self.items.len() },
                        "succeeded": good,
                        "errored": of("errored"),
                        "canceled": of("cancelled"),
                        "expired": of("expired"),
                    },
                    "results_url": has_ended.then(|| format!("https://api.example/{}/results", self.id())),
                })
            }
            Format::Gemini => {
                let state = self
                    .ended
                    .as_ref()
                    .map_or("RUNNING", |ended| match ended.state {
                        "completed" => "SUCCEEDED",
                        "failed" => "FAILED",
                        "expired" => "EXPIRED",
                        _ => "CANCELLED",
                    });
                let mut told = json!({
                    "name": self.id(),
                    "metadata": {
                        "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
                        "displayName": self.name,
                        "state": format!("BATCH_STATE_{state}"),
                        "createTime": at,
                    },
                });
                if self.ended.is_some() {
                    let each = results.iter().map(|(id, result)| match result {
                        Ok(response) => json!({"response": response, "metadata": {"key": id}}),
                        Err(reason) => {
                            let error = json!({"code": 3, "message": reason});
                            json!({"error": error, "metadata": {"key": id}})
                        }
                    });
                    let each: Vec<Value> = each.collect();
                    told["done"] = true.into();
                    told["response"] = json!({
                        "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput",
                        "inlinedResponses": {"inlinedResponses": each},
                    });
                }
                told
            }
        }
    }
}

fn openai_line((id, result): &(String, Result<Value, &'static str>)) -> String {
    let line = match result {
        Ok(body) => {
            let response = json!({"status_code": 200, "request_id": "req", "body": body});
            json!({"id": "batch_req", "custom_id": id, "response": response, "error": null})
        }
        Err("errored") => {
            let body = Format::OpenAi.error(StatusCode::BAD_REQUEST, "told_to", "so");
            let response = json!({"status_code": 400, "request_id": "req", "body": body});
            json!({"id": "batch_req", "custom_id": id, "response": response, "error": null})
        }
        Err(reason) => {
            let error = json!({"code": format!("batch_{reason}"), "message": "so"});
            json!({"id": "batch_req", "custom_id": id, "response": null, "error": error})
        }
    };
    format!("{line}\n")
}
