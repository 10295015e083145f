//! One call: asked as a stream, so that silence can be told from work.

use reqwest::{
    Body, Client, Response, StatusCode, Url,
    header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER},
};
use serde::Deserialize;

use super::{
    events::Events,
    failure::{self, Failure},
};

/// Longest answer that is read, in bytes; a lesson has some tens of thousands.
const ANSWER_MAX: usize = 4 << 20;
/// Longest text of an error that is read.
const ERROR_MAX: usize = 64 << 10;
/// What ends a stream.
const DONE: &str = "[DONE]";

/// A completion, or an event of one, as far as it is read.
#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    /// Some say so in the middle of a stream.
    #[serde(default)]
    error: Option<serde_json::Value>,
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

/// What the model writes; `told` is told how many bytes of it have come.
pub(super) async fn call(
    client: &Client,
    address: &Url,
    body: String,
    told: &(dyn Fn(usize) + Send + Sync),
) -> Result<String, Failure> {
    let request = client
        .post(address.clone())
        .header(CONTENT_TYPE, "application/json");
    // Wrapped, so that no copy is kept for another try: calls are many, and wait for minutes.
    let response = request.body(Body::wrap(body)).send().await?;
    let status = response.status();
    if status != StatusCode::OK {
        return Err(refused(response, status).await);
    }
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/event-stream") {
        return listen(response, told).await;
    }
    // A server that does not stream.
    let whole = read(response, ANSWER_MAX).await?;
    let mut answer = Answer::default();
    answer.add(&whole)?;
    answer.text()
}

async fn listen(
    mut response: Response,
    told: &(dyn Fn(usize) + Send + Sync),
) -> Result<String, Failure> {
    let (mut events, mut answer, mut received) = (Events::default(), Answer::default(), 0);
    while let Some(bytes) = response.chunk().await? {
        received += bytes.len();
        if received > ANSWER_MAX {
            return Err(Failure::Unreadable("too long an answer"));
        }
        for data in events.add(&bytes) {
            if data == DONE {
                return answer.text();
            }
            answer.add(data.as_bytes())?;
        }
        told(answer.content.len());
    }
    // Some end without saying so; a stream that was cut has no reason why it ended.
    answer.text()
}

/// An answer as it grows.
#[derive(Default)]
struct Answer {
    content: String,
    is_refused: bool,
    reason: Option<String>,
}

impl Answer {
    fn add(&mut self, json: &[u8]) -> Result<(), Failure> {
        let completion: Completion =
            serde_json::from_slice(json).map_err(|_| Failure::Unreadable("no chat completion"))?;
        if completion.error.is_some() {
            return Err(Failure::Unreadable("an error in the middle"));
        }
        let Some(choice) = completion.choices.into_iter().next() else {
            return Ok(());
        };
        self.content
            .push_str(&choice.delta.content.unwrap_or_default());
        self.is_refused |= choice.delta.refusal.is_some_and(|text| !text.is_empty());
        self.reason = choice.finish_reason.or(self.reason.take());
        Ok(())
    }

    /// All of it, if it came to its end.
    fn text(self) -> Result<String, Failure> {
        match self.reason.as_deref() {
            Some("content_filter") => Err(Failure::Declined),
            _ if self.is_refused => Err(Failure::Declined),
            Some("length") => Err(Failure::Unreadable("an answer cut off by its length")),
            Some(_) => Ok(self.content),
            None => Err(Failure::Unreadable("an answer without its end")),
        }
    }
}

async fn refused(response: Response, status: StatusCode) -> Failure {
    #[derive(Deserialize)]
    struct Body {
        error: Option<Error>,
    }
    #[derive(Deserialize)]
    struct Error {
        code: Option<String>,
    }
    let header = |name: HeaderName| response.headers().get(name)?.to_str().ok();
    let wait = header(RETRY_AFTER).and_then(|wait| failure::wait(wait, header(DATE)));
    // What cannot be read says nothing more than the status does.
    let body = read(response, ERROR_MAX).await.unwrap_or_default();
    let body = serde_json::from_slice::<Body>(&body).ok();
    let code = body
        .and_then(|body| body.error)
        .and_then(|error| error.code);
    Failure::Status {
        status,
        code: code.unwrap_or_default(),
        wait,
    }
}

async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > longest {
            return Err(Failure::Unreadable("too long an answer"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
