//! Batches: many requests given to a provider at once, answered within a day for half the price. What
//! differs between providers is one trait; which calls it takes to send, find, look at and cancel one.
//! What a batch's answers are worth whoever asks finds out, as of any other answer.

mod anthropic;
mod gemini;
mod openai;

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use reqwest::{Body, Client, Method, StatusCode, Url, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    ModelConfig, ModelError, Models, Provider,
    call::{client, failed, read_whole, refused},
    cut,
    failure::Failure,
    parts,
    prompt::{self, Material},
    wire::{Answer, End, Prompt, WireFormat, below},
};
use crate::{BatchRequest, LessonInput};

/// For how long nothing may come.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest that one of the calls takes; sending takes two.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(120);
/// Longest answer that is read, in bytes: thousands of lessons.
const ANSWER_MAX: usize = 128 << 20;
/// Pages of the list of batches that are looked through, the latest first.
const PAGES_MAX: usize = 20;
/// How far a provider's clock may be off.
const CLOCKS: Duration = Duration::from_secs(10 * 60);

/// A request in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchItem {
    /// By which its answer is known: letters, digits and hyphens.
    pub id: String,
    /// As [`BatchRequest::body`] has it.
    pub body: String,
}

/// A batch that was given to a provider, perhaps: nothing says so.
#[derive(Debug, Clone)]
pub struct SentBatch<'a> {
    /// The name that it was given.
    pub name: &'a str,
    /// The ids of its items.
    pub items: Vec<String>,
    /// When it was first sent.
    pub since: SystemTime,
    /// What the provider calls other batches.
    pub known: Vec<String>,
}

/// Whether a provider has got a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundBatch {
    /// It has, and calls it so.
    Here(String),
    /// It has not.
    Nowhere,
    /// It has one that may be it: that is known once it has ended.
    Perhaps,
}

/// What came of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchAnswer {
    /// Which.
    pub id: String,
    /// What the model wrote, or in a word why nothing that can be used.
    pub answer: Result<String, &'static str>,
    /// Tokens that were read.
    pub tokens_read: u64,
    /// Tokens that were written.
    pub tokens_written: u64,
    /// Whether the provider has said how many; if not, it may have been any number.
    pub is_told: bool,
}

/// How far a batch is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchState {
    /// It is being worked on.
    Running,
    /// Nothing more will be done of it.
    Ended {
        /// Of the items that were answered or refused, in any order.
        answers: Vec<BatchAnswer>,
        /// Whether the provider says that it did all.
        is_complete: bool,
    },
}

/// Why a batch could not be sent or looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BatchError {
    /// In a word.
    pub reason: &'static str,
    /// Whether it will be no other the next time: what was sent was not taken.
    pub is_lasting: bool,
    /// Whether there is nothing that was asked for.
    pub is_gone: bool,
    /// How long the provider asks to be left alone.
    pub wait: Option<Duration>,
}

impl From<Failure> for BatchError {
    fn from(failure: Failure) -> Self {
        let is_lasting = match &failure {
            Failure::Status { status, .. } => {
                let passes = [
                    StatusCode::REQUEST_TIMEOUT,
                    StatusCode::CONFLICT,
                    StatusCode::TOO_MANY_REQUESTS,
                ];
                // Of an account that is used up, too many requests are no passing matter.
                status.is_client_error()
                    && (!passes.contains(status) || failure.reason() == "quota")
            }
            _ => false,
        };
        let is_gone = matches!(&failure, Failure::Status { status, .. }
            if matches!(status.as_u16(), 404 | 410));
        Self {
            reason: failure.reason(),
            is_lasting,
            is_gone,
            wait: failure.wait(),
        }
    }
}

/// A provider's batch API.
pub struct Batches {
    provider: Provider,
    api: &'static dyn BatchApi,
    caller: Caller,
}

impl Batches {
    /// That of this model's provider; none if it has none. Makes no calls yet.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(config: &ModelConfig) -> Result<Option<Self>, ModelError> {
        let provider = config.provider;
        let Some(api) = api(provider) else {
            return Ok(None);
        };
        let client = client(provider, &config.key)?
            .read_timeout(IDLE_TIMEOUT)
            .timeout(CALL_TIMEOUT);
        let caller = Caller {
            client: client.build()?,
            wire: provider.wire(),
            base: config.base_url.clone(),
        };
        Ok(Some(Self {
            provider,
            api,
            caller,
        }))
    }

    /// Whose it is.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider.name()
    }

    /// Gives the provider a batch; what it calls it.
    ///
    /// # Errors
    /// [`BatchError`]. Unless it is lasting, the batch may have been taken: [`Self::find`] tells.
    pub async fn send(
        &self,
        name: &str,
        model: &str,
        items: Vec<BatchItem>,
    ) -> Result<String, BatchError> {
        let sent = self.api.send(&self.caller, name, model, items).await;
        sent.map_err(|failure| self.failed(failure, model))
    }

    /// Whether the provider has got a batch that it was given, perhaps.
    ///
    /// # Errors
    /// [`BatchError`].
    pub async fn find(&self, sent: &SentBatch<'_>) -> Result<FoundBatch, BatchError> {
        let found = self.api.find(&self.caller, sent).await;
        found.map_err(|failure| self.failed(failure, ""))
    }

    /// How far a batch is that the provider calls so.
    ///
    /// # Errors
    /// [`BatchError`].
    pub async fn look(&self, remote_id: &str) -> Result<BatchState, BatchError> {
        let state = self.api.look(&self.caller, remote_id).await;
        state.map_err(|failure| self.failed(failure, ""))
    }

    /// Tells the provider that a batch is not wanted any more. What was done of it is answered.
    ///
    /// # Errors
    /// [`BatchError`].
    pub async fn cancel(&self, remote_id: &str) -> Result<(), BatchError> {
        let told = self.api.cancel(&self.caller, remote_id).await;
        told.map_err(|failure| self.failed(failure, ""))
    }

    fn failed(&self, failure: Failure, model: &str) -> BatchError {
        failure.log(self.provider, model);
        failure.into()
    }
}

/// What it takes to have batches done by a provider.
#[async_trait]
trait BatchApi: Send + Sync {
    async fn send(
        &self,
        caller: &Caller,
        name: &str,
        model: &str,
        items: Vec<BatchItem>,
    ) -> Result<String, Failure>;

    async fn find(&self, caller: &Caller, sent: &SentBatch<'_>) -> Result<FoundBatch, Failure>;

    async fn look(&self, caller: &Caller, remote_id: &str) -> Result<BatchState, Failure>;

    async fn cancel(&self, caller: &Caller, remote_id: &str) -> Result<(), Failure>;
}

fn api(provider: Provider) -> Option<&'static dyn BatchApi> {
    match provider {
        Provider::OpenAi => Some(&openai::OpenAi),
        Provider::Gemini => Some(&gemini::Gemini),
        Provider::Anthropic => Some(&anthropic::Anthropic),
        Provider::Compatible => None,
    }
}

impl Models {
    /// What a provider would be sent for the first answer to a lesson's prompt, if its batch API can be
    /// asked for it: for a text that is written on in one call.
    pub(super) fn request_of(&self, input: &LessonInput) -> Option<BatchRequest> {
        let provider = self.first;
        api(provider)?;
        let (pages, variant) = (parts::pages(input), input.variant);
        let language = input.language.as_deref();
        let material = Material::new(&input.title, language, pages, variant);
        let written = material.written().ok()?;
        let texts = parts::split(material.into_pages(), parts::budget(self.context_tokens));
        if texts.len() != 1 {
            return None;
        }
        let prompt = Prompt {
            question: &prompt::LESSON,
            material: &written,
            pictures: &[],
        };
        let body = provider.wire().body(&self.identity.model, &prompt).ok()?;
        Some(BatchRequest {
            provider: provider.name(),
            model: self.identity.model.clone(),
            body: whole(&body).ok()?,
        })
    }
}

/// The same request, to be answered at once and not by events.
fn whole(body: &str) -> serde_json::Result<String> {
    let mut body: Value = serde_json::from_str(body)?;
    if let Some(fields) = body.as_object_mut() {
        fields.remove("stream");
        fields.remove("stream_options");
    }
    serde_json::to_string(&body)
}

/// Whom to call, and how.
struct Caller {
    client: Client,
    wire: &'static dyn WireFormat,
    base: Url,
}

impl Caller {
    async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
        let mut address = below(&self.base, path);
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        self.call(Method::GET, address, None).await
    }

    async fn post(&self, path: &[&str], body: &Value) -> Result<Vec<u8>, Failure> {
        let sent = ("application/json".to_owned(), body.to_string());
        self.call(Method::POST, below(&self.base, path), Some(sent))
            .await
    }

    async fn call(
        &self,
        method: Method,
        address: Url,
        sent: Option<(String, String)>,
    ) -> Result<Vec<u8>, Failure> {
        let mut request = self.client.request(method, address);
        if let Some((kind, body)) = sent {
            request = request.header(CONTENT_TYPE, kind).body(Body::from(body));
        }
        let response = request.send().await.map_err(|error| failed(error, false))?;
        let status = response.status();
        if status.is_success() {
            return read_whole(response, ANSWER_MAX).await;
        }
        Err(refused(self.wire, response, status).await)
    }

    /// What an item's answer says, which is a whole one of the provider's.
    fn answer(&self, id: String, body: &Value) -> BatchAnswer {
        let mut answer = Answer::default();
        let read = self.wire.read(body.to_string().as_bytes(), &mut answer);
        let written = match (read, answer.end) {
            (Err(_), _) => Err("unreadable"),
            (Ok(()), Some(End::Said)) => Ok(answer.content),
            (Ok(()), Some(End::Length)) => cut::closed(&answer.content).ok_or("too_long"),
            (Ok(()), Some(End::Declined)) => Err("declined"),
            (Ok(()), None) => Err("cut"),
        };
        BatchAnswer {
            id,
            answer: written,
            tokens_read: answer.tokens_read,
            tokens_written: answer.tokens_written,
            is_told: answer.tokens_read + answer.tokens_written > 0,
        }
    }
}

impl BatchAnswer {
    /// It came to nothing.
    fn failed(id: String, reason: &'static str) -> Self {
        Self {
            id,
            answer: Err(reason),
            tokens_read: 0,
            tokens_written: 0,
            is_told: true,
        }
    }
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|_| Failure::Foreign("not what a batch API answers"))
}

/// The lines of a file that are JSON: of one that is cut off the last is not.
fn lines(file: &[u8]) -> impl Iterator<Item = Value> {
    let lines = file.split(|byte| *byte == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire::Told;

    #[test]
    fn a_request_in_a_batch_is_the_same_but_for_the_stream() {
        let body = r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"a":[1]}"#;
        assert_eq!(whole(body).unwrap(), r#"{"a":[1],"model":"m"}"#);
        assert!(whole("no JSON").is_err());
    }

    #[test]
    fn what_a_provider_did_not_take_is_told_from_what_it_may_have_taken() {
        let of = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            let told = Told::default();
            BatchError::from(Failure::Status { status, told }).is_lasting
        };
        for status in [400, 401, 403, 404, 413, 422] {
            assert!(of(status), "{status}");
        }
        for status in [408, 409, 429, 500, 502, 503, 529] {
            assert!(!of(status), "{status}");
        }
        assert!(!BatchError::from(Failure::Time).is_lasting);
    }

    #[test]
    fn an_answer_that_does_not_say_what_it_took_is_not_free() {
        let caller = Caller {
            client: Client::new(),
            wire: Provider::OpenAi.wire(),
            base: "http://127.0.0.1:1/v1".parse().unwrap(),
        };
        let mut body = serde_json::json!({
            "choices": [{"message": {"content": "Cells."}, "finish_reason": "stop"}],
        });
        let silent = caller.answer("a".into(), &body);
        assert_eq!(silent.answer.as_deref(), Ok("Cells."));
        assert!(!silent.is_told);
        body["usage"] = serde_json::json!({"prompt_tokens": 7, "completion_tokens": 9});
        assert!(caller.answer("a".into(), &body).is_told);
        // What came to nothing by the provider's word takes nothing.
        assert!(BatchAnswer::failed("a".into(), "expired").is_told);
    }

    #[test]
    fn of_a_file_that_is_cut_off_the_whole_lines_are_read() {
        let found: Vec<Value> = lines(b"{\"a\":1}\n\n{\"a\":2}\n{\"a\":").collect();
        assert_eq!(found.len(), 2);
    }
}
