//! One call for vectors.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url, header::CONTENT_TYPE, redirect::Policy};

use super::wire::{EmbeddingFormat, format_of};
use crate::{
    embeddings::Purpose,
    model::{ModelError, Provider, failure::Failure, wire::WireFormat},
};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer that is read, in bytes: so many numbers have at most some twenty characters each.
const ANSWER_MAX: usize = 16 << 20;
/// Longest text of an error that is read.
const ERROR_MAX: usize = 64 << 10;

/// Whom to ask, and how.
pub(super) struct Line {
    client: Client,
    /// What its errors and headers say.
    wire: &'static dyn WireFormat,
    format: &'static dyn EmbeddingFormat,
    address: Url,
}

impl Line {
    pub(super) fn new(
        provider: Provider,
        base: &Url,
        key: &str,
        model: &str,
    ) -> Result<Self, ModelError> {
        let (wire, format) = (provider.wire(), format_of(provider));
        let headers = wire
            .headers(key)
            .map_err(|_| ModelError::Key(provider.key_setting()))?;
        let client = Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            // The key and the text go nowhere else.
            .redirect(Policy::none())
            .user_agent("ultudy")
            .build()?;
        Ok(Self {
            client,
            wire,
            format,
            address: format.address(base, model),
        })
    }

    /// The request that asks for these texts' vectors.
    pub(super) fn body(
        &self,
        model: &str,
        texts: &[String],
        purpose: Purpose,
    ) -> Result<String, Failure> {
        let body = self.format.body(model, texts, purpose);
        body.map_err(|_| Failure::Unreadable("texts that are no JSON"))
    }

    /// The vectors of so many texts, and how long the provider wants to be left alone.
    pub(super) async fn call(
        &self,
        body: String,
        count: usize,
    ) -> (Result<Vec<Vec<f32>>, Failure>, Option<Duration>) {
        let request = self
            .client
            .post(self.address.clone())
            .header(CONTENT_TYPE, "application/json");
        let response = match request.body(body).send().await {
            Ok(response) => response,
            Err(error) => return (Err(failed(error, false)), None),
        };
        let status = response.status();
        if status != StatusCode::OK {
            let failure = self.refused(response, status).await;
            let rest = failure.wait().filter(|_| failure.is_limited());
            return (Err(failure), rest);
        }
        let rest = self.wire.rest(response.headers());
        let answered = match read(response, ANSWER_MAX).await {
            Ok(body) => self
                .format
                .read(&body)
                .and_then(|vectors| checked(vectors, count)),
            Err(failure) => Err(failure),
        };
        (answered, rest)
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

/// As many vectors as texts, all of as many dimensions.
fn checked(vectors: Vec<Vec<f32>>, count: usize) -> Result<Vec<Vec<f32>>, Failure> {
    use ultudy_domain::search::vector::DIMENSIONS_MAX;
    if vectors.len() != count {
        return Err(Failure::Unreadable(
            "another number of vectors than of texts",
        ));
    }
    let dimensions = vectors.first().map_or(0, Vec::len);
    if !vectors.iter().all(|vector| vector.len() == dimensions) {
        return Err(Failure::Unreadable("vectors of different dimensions"));
    }
    if count > 0 && !(1..=DIMENSIONS_MAX).contains(&dimensions) {
        return Err(Failure::Unreadable(
            "vectors of too few or too many dimensions",
        ));
    }
    Ok(vectors)
}

async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(error, true))?
    {
        if bytes.len() + chunk.len() > longest {
            return Err(Failure::Unreadable("too long an answer"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// An address may hold a secret, too.
fn failed(error: reqwest::Error, had_begun: bool) -> Failure {
    Failure::Call {
        error: error.without_url(),
        had_begun,
    }
}
