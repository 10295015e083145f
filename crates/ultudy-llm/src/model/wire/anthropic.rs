//! Anthropic's messages.

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

const KEY: HeaderName = HeaderName::from_static("x-api-key");
const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    system: &'a str,
    messages: [Message<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    Blocks(Vec<Block<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Image { source: Source<'a> },
    Text { text: &'a str },
}

#[derive(Serialize)]
struct Source<'a> {
    r#type: &'static str,
    media_type: &'static str,
    data: &'a str,
}

#[derive(Serialize)]
struct OutputConfig {
    format: Format,
}

#[derive(Serialize)]
struct Format {
    r#type: &'static str,
    schema: &'static Schema,
}

/// An event, or a whole message, by its type.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Begun,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: Ended,
        #[serde(default)]
        usage: Usage,
    },
    MessageStop,
    Error {
        #[serde(default)]
        error: Error,
    },
    /// A whole one.
    Message {
        #[serde(default)]
        content: Vec<Delta>,
        #[serde(default)]
        stop_reason: Option<String>,
        #[serde(default)]
        usage: Usage,
    },
    /// `ping`, the borders of blocks, and what there will be.
    #[serde(other)]
    Else,
}

#[derive(Deserialize)]
struct Begun {
    #[serde(default)]
    usage: Usage,
}

/// What is written; thoughts come in deltas without a text.
#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Ended {
    #[serde(default)]
    stop_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Usage {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
}

#[derive(Deserialize, Default)]
struct Error {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    message: String,
}

/// Pictures go before what is to be done with them.
fn content<'a>(prompt: &Prompt<'a>) -> Content<'a> {
    if prompt.pictures.is_empty() {
        return Content::Text(prompt.material);
    }
    let image = |picture: &'a Picture| Block::Image {
        source: Source {
            r#type: "base64",
            media_type: picture.media_type,
            data: &picture.base64,
        },
    };
    let text = Block::Text {
        text: prompt.material,
    };
    let pictures = prompt.pictures.iter().map(image);
    Content::Blocks(pictures.chain([text]).collect())
}

pub(in crate::model) struct Anthropic;

impl WireFormat for Anthropic {
    fn address(&self, base: &Url, _model: &str) -> Url {
        below(base, &["messages"])
    }

    fn headers(&self, key: &str) -> Result<HeaderMap, InvalidHeaderValue> {
        secret(KEY, key, &[VERSION])
    }

    fn body(&self, model: &str, prompt: &Prompt<'_>) -> serde_json::Result<String> {
        serde_json::to_string(&Request {
            model,
            max_tokens: prompt.question.tokens_max,
            stream: true,
            system: prompt.question.instructions,
            messages: [Message {
                role: "user",
                content: content(prompt),
            }],
            output_config: prompt.question.schema.map(|schema| OutputConfig {
                format: Format {
                    r#type: "json_schema",
                    schema,
                },
            }),
        })
    }

    fn read(&self, data: &[u8], answer: &mut Answer) -> Result<(), Failure> {
        match serde_json::from_slice(data).map_err(|_| no_answer())? {
            Event::MessageStart { message } => answer.tokens_read = message.usage.input_tokens,
            Event::ContentBlockDelta { delta } => answer.content.push_str(&delta.text),
            Event::MessageDelta { delta, usage } => {
                answer.end = end(delta.stop_reason.as_deref()).or(answer.end);
                answer.tokens_written = usage.output_tokens;
            }
            Event::MessageStop => answer.is_done = true,
            Event::Error { error } => return Err(overloaded(&error.r#type)),
            Event::Message {
                content,
                stop_reason,
                usage,
            } => {
                answer
                    .content
                    .extend(content.iter().map(|it| it.text.as_str()));
                answer.end = end(stop_reason.as_deref());
                answer.tokens_read = usage.input_tokens;
                answer.tokens_written = usage.output_tokens;
            }
            Event::Else => {}
        }
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
        let says = |words: &str| error.message.contains(words);
        let cause = match error.r#type.as_str() {
            "billing_error" => Some(Cause::Quota),
            // Nothing but the message says so.
            "invalid_request_error" if says("credit balance") => Some(Cause::Quota),
            "invalid_request_error" if says("prompt is too long") => Some(Cause::TooLong),
            "request_too_large" => Some(Cause::TooLong),
            _ => None,
        };
        Told {
            code: error.r#type,
            cause,
            wait: None,
        }
    }

    fn rest(&self, headers: &HeaderMap) -> Option<Duration> {
        rates::spent(
            headers,
            [
                (
                    "anthropic-ratelimit-requests-remaining",
                    "anthropic-ratelimit-requests-reset",
                ),
                (
                    "anthropic-ratelimit-tokens-remaining",
                    "anthropic-ratelimit-tokens-reset",
                ),
                (
                    "anthropic-ratelimit-input-tokens-remaining",
                    "anthropic-ratelimit-input-tokens-reset",
                ),
                (
                    "anthropic-ratelimit-output-tokens-remaining",
                    "anthropic-ratelimit-output-tokens-reset",
                ),
            ],
        )
    }
}

fn end(reason: Option<&str>) -> Option<End> {
    reason.map(|reason| match reason {
        "max_tokens" | "model_context_window_exceeded" => End::Length,
        "refusal" => End::Declined,
        _ => End::Said,
    })
}
