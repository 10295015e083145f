//! OpenAI's chat completions, which many servers speak.

use std::time::Duration;

use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderMap, InvalidHeaderValue},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Answer, Cause, End, Picture, Prompt, Told, WireFormat, below, no_answer, overloaded, secret,
};
use crate::model::{failure::Failure, rates, schema::Schema};

/// What ends a stream.
const DONE: &[u8] = b"[DONE]";

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    stream: bool,
    stream_options: StreamOptions,
    messages: [Message<'a>; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

/// Servers that take no pictures take no parts either.
#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Serialize)]
struct ImageUrl {
    url: String,
    detail: &'static str,
}

#[derive(Serialize)]
struct ResponseFormat {
    r#type: &'static str,
    json_schema: JsonSchema,
}

#[derive(Serialize)]
struct JsonSchema {
    name: &'static str,
    strict: bool,
    schema: &'static Schema,
}

/// A completion, or an event of one, as far as it is read.
#[derive(Deserialize)]
struct Completion {
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Usage>,
    /// Some say so in the middle of a stream.
    #[serde(default)]
    error: Option<Error>,
}

#[derive(Deserialize)]
struct Choice {
    /// `delta` in a stream, `message` in a whole answer.
    #[serde(alias = "message", default)]
    delta: Said,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

#[derive(Deserialize, Default)]
struct Error {
    /// A text, of some servers a number.
    #[serde(default)]
    code: Value,
}

fn content<'a>(prompt: &Prompt<'a>) -> Content<'a> {
    if prompt.pictures.is_empty() {
        return Content::Text(prompt.material);
    }
    let picture = |picture: &Picture| Part::ImageUrl {
        image_url: ImageUrl {
            url: format!("data:{};base64,{}", picture.media_type, picture.base64),
            // Print is small.
            detail: "high",
        },
    };
    let text = Part::Text {
        text: prompt.material,
    };
    let pictures = prompt.pictures.iter().map(picture);
    Content::Parts(std::iter::once(text).chain(pictures).collect())
}

pub(in crate::model) struct OpenAi {
    /// Whether it is told how much an answer may be.
    is_told_the_most: bool,
}

impl OpenAi {
    /// OpenAI's own.
    pub(in crate::model) const OWN: Self = Self {
        is_told_the_most: true,
    };
    /// A server of the like. Some refuse what does not fit beside the text, which they know and we do not;
    /// they have limits of their own.
    pub(in crate::model) const COMPATIBLE: Self = Self {
        is_told_the_most: false,
    };
}

impl WireFormat for OpenAi {
    fn address(&self, base: &Url, _model: &str) -> Url {
        below(base, &["chat", "completions"])
    }

    fn headers(&self, key: &str) -> Result<HeaderMap, InvalidHeaderValue> {
        match key {
            "" => Ok(HeaderMap::new()),
            key => secret(AUTHORIZATION, &format!("Bearer {key}"), &[]),
        }
    }

    fn body(&self, model: &str, prompt: &Prompt<'_>) -> serde_json::Result<String> {
        let question = prompt.question;
        let response_format = question.schema.map(|schema| ResponseFormat {
            r#type: "json_schema",
            json_schema: JsonSchema {
                name: question.name,
                strict: true,
                schema,
            },
        });
        serde_json::to_string(&Request {
            model,
            stream: true,
            stream_options: StreamOptions {
                include_usage: true,
            },
            max_completion_tokens: self.is_told_the_most.then_some(question.tokens_max),
            messages: [
                Message {
                    role: "system",
                    content: Content::Text(question.instructions),
                },
                Message {
                    role: "user",
                    content: content(prompt),
                },
            ],
            response_format,
        })
    }

    fn read(&self, data: &[u8], answer: &mut Answer) -> Result<(), Failure> {
        if data == DONE {
            answer.is_done = true;
            return Ok(());
        }
        let completion: Completion = serde_json::from_slice(data).map_err(|_| no_answer())?;
        if let Some(error) = completion.error {
            return Err(overloaded(error.code.as_str().unwrap_or_default()));
        }
        // The last event may hold nothing else.
        let is_counted = completion.usage.is_some();
        if let Some(usage) = completion.usage {
            answer.tokens_read = usage.prompt_tokens;
            answer.tokens_written = usage.completion_tokens;
        }
        let choices = match completion.choices {
            None if !is_counted => return Err(no_answer()),
            choices => choices.unwrap_or_default(),
        };
        let Some(choice) = choices.into_iter().next() else {
            return Ok(());
        };
        answer
            .content
            .push_str(&choice.delta.content.unwrap_or_default());
        let is_refused = choice.delta.refusal.is_some_and(|text| !text.is_empty());
        let end = match choice.finish_reason.as_deref() {
            _ if is_refused => Some(End::Declined),
            Some("content_filter") => Some(End::Declined),
            Some("length") => Some(End::Length),
            Some(_) => Some(End::Said),
            None => None,
        };
        if answer.end != Some(End::Declined) {
            answer.end = end.or(answer.end);
        }
        Ok(())
    }

    fn told(&self, body: &[u8]) -> Told {
        #[derive(Deserialize)]
        struct Body {
            error: Error,
        }
        let Ok(body) = serde_json::from_slice::<Body>(body) else {
            return Told::default();
        };
        let code = body.error.code.as_str().unwrap_or_default();
        let cause = match code {
            "insufficient_quota" | "billing_hard_limit_reached" => Some(Cause::Quota),
            "context_length_exceeded" => Some(Cause::TooLong),
            _ => None,
        };
        Told {
            code: code.to_owned(),
            cause,
            wait: None,
        }
    }

    fn rest(&self, headers: &HeaderMap) -> Option<Duration> {
        rates::spent(
            headers,
            [
                (
                    "x-ratelimit-remaining-requests",
                    "x-ratelimit-reset-requests",
                ),
                ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
            ],
        )
    }
}
