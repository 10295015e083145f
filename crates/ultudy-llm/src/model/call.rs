//! One call: asked as a stream, so that silence can be told from work.

use std::time::Duration;

use reqwest::{Body, Client, Response, StatusCode, Url, header::CONTENT_TYPE};

use super::{
    events::Events,
    failure::Failure,
    wire::{Answer, End, WireFormat},
};

/// Longest answer that is read, in bytes; a lesson has some tens of thousands, an event says a word with
/// some hundreds.
const ANSWER_MAX: usize = 4 << 20;
/// Longest text of an error that is read.
const ERROR_MAX: usize = 64 << 10;

/// Whom to ask, and how.
pub(super) struct Line {
    pub(super) client: Client,
    pub(super) wire: &'static dyn WireFormat,
    pub(super) address: Url,
}

/// What came of a call.
pub(super) struct Called {
    pub(super) answered: Result<(), Failure>,
    /// What was written, also if that is not all.
    pub(super) answer: Answer,
    /// How long the provider wants to be left alone from now on.
    pub(super) rest: Option<Duration>,
}

impl Called {
    /// It came to nothing.
    pub(super) fn refused(failure: Failure, rest: Option<Duration>) -> Self {
        Self {
            answered: Err(failure),
            answer: Answer::default(),
            rest,
        }
    }
}

impl Line {
    /// What the model writes; `told` is told of all that has come, each time that there is more.
    pub(super) async fn call(&self, body: String, told: &(dyn Fn(&str) + Send + Sync)) -> Called {
        let request = self
            .client
            .post(self.address.clone())
            .header(CONTENT_TYPE, "application/json");
        // Wrapped, so that the client keeps no copy: calls are many, and wait for minutes.
        let response = match request.body(Body::wrap(body)).send().await {
            Ok(response) => response,
            Err(error) => return Called::refused(failed(error, false), None),
        };
        let status = response.status();
        if status != StatusCode::OK {
            let failure = self.refused(response, status).await;
            let rest = failure.wait();
            return Called::refused(failure, rest);
        }
        let rest = self.wire.rest(response.headers());
        let mut answer = Answer::default();
        let answered = self.answer(response, &mut answer, told).await;
        Called {
            answered,
            answer,
            rest,
        }
    }

    async fn answer(
        &self,
        response: Response,
        answer: &mut Answer,
        told: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<(), Failure> {
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            self.listen(response, answer, told).await?;
        } else {
            // A server that does not stream.
            let whole = read(response, ANSWER_MAX).await?;
            self.wire.read(&whole, answer)?;
        }
        match answer.end {
            Some(End::Said) => Ok(()),
            Some(End::Length) => Err(Failure::Unreadable("an answer cut off by its length")),
            Some(End::Declined) => Err(Failure::Declined),
            None => Err(Failure::Broken("an answer without its end")),
        }
    }

    async fn listen(
        &self,
        mut response: Response,
        answer: &mut Answer,
        told: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<(), Failure> {
        let (mut events, mut received) = (Events::default(), 0);
        loop {
            let bytes = match response.chunk().await {
                Ok(Some(bytes)) => bytes,
                // Some end without saying so; a stream that was cut has no reason why it ended.
                Ok(None) => return Ok(()),
                // All was said before.
                Err(_) if answer.end.is_some() => return Ok(()),
                Err(error) => return Err(failed(error, true)),
            };
            received += bytes.len();
            if received > ANSWER_MAX {
                return Err(too_long());
            }
            for data in events.add(&bytes) {
                let read = self.wire.read(data.as_bytes(), answer);
                read.map_err(|failure| in_the_middle(failure, answer))?;
                if answer.is_done {
                    return Ok(());
                }
            }
            told(&answer.content);
        }
    }

    async fn refused(&self, response: Response, status: StatusCode) -> Failure {
        let wait = self.wire.wait(response.headers());
        // What cannot be read says nothing more than the status does.
        let body = read(response, ERROR_MAX).await.unwrap_or_default();
        let mut told = self.wire.told(&body);
        told.wait = wait.or(told.wait);
        Failure::Status { status, told }
    }
}

async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(error, true))?
    {
        if bytes.len() + chunk.len() > longest {
            return Err(too_long());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What was written before an error is paid for.
fn in_the_middle(failure: Failure, answer: &Answer) -> Failure {
    match answer.content.is_empty() {
        true => failure,
        false => {
            let reason = failure.reason();
            tracing::debug!(reason, "an error in the middle of an answer");
            Failure::Broken("an error in the middle")
        }
    }
}

fn too_long() -> Failure {
    Failure::Unreadable("too long an answer")
}

/// An address may hold a secret, too.
fn failed(error: reqwest::Error, had_begun: bool) -> Failure {
    Failure::Call {
        error: error.without_url(),
        had_begun,
    }
}
