//! Gemini's `streamGenerateContent`.

use std::time::Duration;

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, InvalidHeaderValue},
};
use serde::{Deserialize, Serialize};

use super::{
    Answer, Cause, End, Picture, Prompt, Told, WireFormat, below, no_answer, overloaded, secret,
};
use crate::model::{failure::Failure, rates, schema::Schema};

const KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    system_instruction: Content<'a>,
    contents: [Content<'a>; 1],
    generation_config: GenerationConfig,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Part<'a> {
    Text(&'a str),
    InlineData(Blob<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blob<'a> {
    mime_type: &'static str,
    data: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig {
    max_output_tokens: u32,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    shape: Option<Shape>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    response_mime_type: &'static str,
    response_json_schema: &'static Schema,
}

/// A response, or a chunk of one: they are alike.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    candidates: Option<Vec<Candidate>>,
    #[serde(default)]
    prompt_feedback: Option<Feedback>,
    #[serde(default)]
    usage_metadata: Option<Usage>,
    #[serde(default)]
    error: Option<Error>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Said,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    parts: Vec<SaidPart>,
}

#[derive(Deserialize)]
struct SaidPart {
    #[serde(default)]
    text: String,
    /// What it thinks before it writes.
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    #[serde(default)]
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    #[serde(default)]
    prompt_token_count: u64,
    #[serde(default)]
    candidates_token_count: u64,
    #[serde(default)]
    thoughts_token_count: u64,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(default)]
    reason: String,
    /// Such as `34s` or `0.5s`.
    #[serde(default)]
    retry_delay: String,
}

fn blob(picture: &Picture) -> Part<'_> {
    Part::InlineData(Blob {
        mime_type: picture.media_type,
        data: &picture.base64,
    })
}

pub(in crate::model) struct Gemini;

impl WireFormat for Gemini {
    fn address(&self, base: &Url, model: &str) -> Url {
        let mut address = below(base, &["models", &format!("{model}:streamGenerateContent")]);
        address.set_query(Some("alt=sse"));
        address
    }

    fn headers(&self, key: &str) -> Result<HeaderMap, InvalidHeaderValue> {
        secret(KEY, key, &[])
    }

    fn body(&self, _model: &str, prompt: &Prompt<'_>) -> serde_json::Result<String> {
        let mut parts = vec![Part::Text(prompt.material)];
        parts.extend(prompt.pictures.iter().map(blob));
        serde_json::to_string(&Request {
            system_instruction: Content {
                role: None,
                parts: vec![Part::Text(prompt.question.instructions)],
            },
            contents: [Content {
                role: Some("user"),
                parts,
            }],
            generation_config: GenerationConfig {
                max_output_tokens: prompt.question.tokens_max,
                shape: prompt.question.schema.map(|schema| Shape {
                    response_mime_type: "application/json",
                    response_json_schema: schema,
                }),
            },
        })
    }

    fn read(&self, data: &[u8], answer: &mut Answer) -> Result<(), Failure> {
        let response: Response = serde_json::from_slice(data).map_err(|_| no_answer())?;
        if let Some(error) = response.error {
            return Err(overloaded(&code(&error)));
        }
        // The last chunk may hold nothing else.
        let is_counted = response.usage_metadata.is_some();
        if let Some(usage) = response.usage_metadata {
            answer.tokens_read = usage.prompt_token_count;
            answer.tokens_written = usage.candidates_token_count + usage.thoughts_token_count;
        }
        let feedback = response.prompt_feedback;
        if feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
            answer.end = Some(End::Declined);
            return Ok(());
        }
        let candidates = match response.candidates {
            None if !is_counted => return Err(no_answer()),
            candidates => candidates.unwrap_or_default(),
        };
        let Some(candidate) = candidates.into_iter().next() else {
            return Ok(());
        };
        for part in candidate.content.parts {
            if !part.thought {
                answer.content.push_str(&part.text);
            }
        }
        let end = candidate.finish_reason.map(|reason| match reason.as_str() {
            "MAX_TOKENS" => End::Length,
            "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" => End::Declined,
            _ => End::Said,
        });
        answer.end = end.or(answer.end);
        Ok(())
    }

    fn told(&self, body: &[u8]) -> Told {
        #[derive(Deserialize)]
        struct Body {
            error: Error,
        }
        let Ok(Body { error }) = serde_json::from_slice(body) else {
            return Told::default();
        };
        let code = code(&error);
        let cause = match code.as_str() {
            "api_key_invalid" | "api_key_expired" => Some(Cause::Key),
            // Nothing but the message says so.
            _ if error
                .message
                .contains("exceeds the maximum number of tokens") =>
            {
                Some(Cause::TooLong)
            }
            _ => None,
        };
        let mut delays = error.details.iter();
        Told {
            code,
            cause,
            wait: delays.find_map(|detail| rates::span(&detail.retry_delay)),
        }
    }

    /// It says nothing of limits until they are reached.
    fn rest(&self, _headers: &HeaderMap) -> Option<Duration> {
        None
    }
}

/// The most exact word for an error.
fn code(error: &Error) -> String {
    let mut reasons = error.details.iter().map(|detail| &detail.reason);
    let reason = reasons.find(|reason| !reason.is_empty());
    reason.unwrap_or(&error.status).to_lowercase()
}
