//! The wire formats of three providers: what each takes, and how each says what a model wrote.

mod anthropic;
mod gemini;
mod openai;

use axum::http::{HeaderMap, HeaderName, StatusCode};
use image::GrayImage;
use serde_json::Value;

use super::{KEY, LARGE_MODEL, MODEL, answer::Said, page};

/// A provider's wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Chat completions.
    OpenAi,
    /// `generateContent` and `streamGenerateContent`.
    Gemini,
    /// Messages.
    Anthropic,
}

/// A call as it came.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) headers: HeaderMap,
    /// What stands behind `models/` in Gemini's addresses.
    pub(super) call: String,
    /// What stands behind the question mark.
    pub(super) query: String,
    pub(super) body: Value,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// An error as its provider words it.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// In the provider's own words.
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refused {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }
}

impl Format {
    /// Headers that say that nothing more is allowed for a minute.
    pub(super) fn spent(self) -> HeaderMap {
        let headers = match self {
            Self::OpenAi => vec![
                ("x-ratelimit-remaining-requests", "0".to_owned()),
                ("x-ratelimit-reset-requests", "60s".to_owned()),
            ],
            Self::Anthropic => {
                #[allow(
                    clippy::disallowed_methods,
                    reason = "a provider tells the time by its own clock"
                )]
                let reset = chrono::Utc::now() + chrono::TimeDelta::seconds(60);
                vec![
                    ("anthropic-ratelimit-tokens-remaining", "0".to_owned()),
                    ("anthropic-ratelimit-tokens-reset", reset.to_rfc3339()),
                ]
            }
            // It has none.
            Self::Gemini => Vec::new(),
        };
        let headers = headers
            .into_iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), value.parse().ok()?)));
        headers.collect()
    }

    /// All of them.
    pub const ALL: [Self; 3] = [Self::OpenAi, Self::Gemini, Self::Anthropic];

    /// Where its addresses begin.
    pub(super) fn base(self) -> &'static str {
        match self {
            Self::Gemini => "/v1beta",
            Self::OpenAi | Self::Anthropic => "/v1",
        }
    }

    /// Why whoever shows this key is told nothing; none if it is the right one.
    pub(super) fn refuses_key(self, headers: &HeaderMap) -> Option<&'static str> {
        let (name, wanted) = match self {
            Self::OpenAi => ("authorization", format!("Bearer {KEY}")),
            Self::Gemini => ("x-goog-api-key", KEY.to_owned()),
            Self::Anthropic => ("x-api-key", KEY.to_owned()),
        };
        let shown = headers.get(name).and_then(|value| value.to_str().ok());
        (shown != Some(wanted.as_str())).then_some("another key")
    }

    /// Refuses what the provider would.
    pub(super) fn check(self, request: &Request) -> Result<(), Refused> {
        match self {
            Self::OpenAi => openai::check(request),
            Self::Gemini => gemini::check(request),
            Self::Anthropic => anthropic::check(request),
        }?;
        let code = match self {
            Self::OpenAi => "invalid_image",
            Self::Gemini => "INVALID_ARGUMENT",
            Self::Anthropic => "invalid_request_error",
        };
        let seen = self.pictures(&request.body);
        seen.map(drop)
            .map_err(|reason| Refused::new(StatusCode::BAD_REQUEST, code, reason))
    }

    /// The last message's text.
    pub(super) fn material(self, body: &Value) -> Option<&str> {
        let content = self.content(body)?;
        match content.as_array() {
            Some(parts) => parts.iter().find_map(|part| part["text"].as_str()),
            None => content.as_str(),
        }
    }

    /// The pictures beside it.
    ///
    /// # Errors
    /// What is wrong with one.
    pub(super) fn pictures(self, body: &Value) -> Result<Vec<GrayImage>, String> {
        let parts = self.content(body).and_then(Value::as_array);
        let parts = parts.into_iter().flatten();
        let pictures = parts.filter_map(|part| match self {
            Self::OpenAi => openai::picture(part),
            Self::Gemini => gemini::picture(part),
            Self::Anthropic => anthropic::picture(part),
        });
        let pictures = pictures.map(|found| {
            let (media_type, data) = found?;
            page::picture(media_type, data)
        });
        pictures.collect()
    }

    /// What the last message holds.
    fn content(self, body: &Value) -> Option<&Value> {
        Some(match self {
            Self::OpenAi | Self::Anthropic => &body["messages"].as_array()?.last()?["content"],
            Self::Gemini => &body["contents"].as_array()?.last()?["parts"],
        })
    }

    /// Whether events are asked for.
    pub(super) fn streams(self, request: &Request) -> bool {
        match self {
            Self::OpenAi | Self::Anthropic => request.body["stream"] == true,
            Self::Gemini => {
                request.call.ends_with(":streamGenerateContent")
                    && request.query.split('&').any(|pair| pair == "alt=sse")
            }
        }
    }

    /// The events by which it says this; the first says nothing yet.
    pub(super) fn events(self, request: &Request, said: &Said) -> Vec<String> {
        match self {
            Self::OpenAi => openai::events(&request.body, said),
            Self::Gemini => gemini::events(said),
            Self::Anthropic => anthropic::events(said),
        }
    }

    /// The same in one.
    pub(super) fn whole(self, said: &Said) -> Value {
        match self {
            Self::OpenAi => openai::whole(said),
            Self::Gemini => gemini::whole(said),
            Self::Anthropic => anthropic::whole(said),
        }
    }

    /// An error's body.
    pub(super) fn error(self, status: StatusCode, code: &str, message: &str) -> Value {
        match self {
            Self::OpenAi => openai::error(code, message),
            Self::Gemini => gemini::error(status, code, message),
            Self::Anthropic => anthropic::error(code, message),
        }
    }

    /// The error in the middle of a stream.
    pub(super) fn error_event(self) -> String {
        let code = match self {
            Self::OpenAi => "server_error",
            Self::Gemini => "UNAVAILABLE",
            Self::Anthropic => "overloaded_error",
        };
        let error = self.error(
            StatusCode::SERVICE_UNAVAILABLE,
            code,
            "as the test wants it",
        );
        event(self, &error)
    }
}

fn event(format: Format, data: &Value) -> String {
    match (format, data["type"].as_str()) {
        (Format::Anthropic, Some(name)) => format!("event: {name}\ndata: {data}\n\n"),
        (Format::Gemini, _) => format!("data: {data}\r\n\r\n"),
        _ => format!("data: {data}\n\n"),
    }
}

/// A picture's type and its file in base64, or what is wrong with it.
type Found<'a> = Option<Result<(&'a str, &'a str), String>>;

/// Both, of a part that must have both.
fn both<'a>(media_type: &'a Value, data: &'a Value) -> Found<'a> {
    let found = media_type.as_str().zip(data.as_str());
    Some(found.ok_or_else(|| "a picture without its type or data".to_owned()))
}

/// Whether this names one of its models.
fn is_known(model: &Value) -> bool {
    [MODEL, LARGE_MODEL].iter().any(|it| model == it)
}

/// What a schema must be where models are held to it: every object closed, every property required.
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
