//! One call: a request sent, and its answer read. What is asked and how an answer is read, an
//! [`Exchange`] knows; [`Streamed`] is that of a text, listened to as a stream, so that silence can be
//! told from work.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::{
    Body, Client, ClientBuilder, Response, StatusCode, Url, header::CONTENT_TYPE, redirect::Policy,
};
use tokio::time::Instant;

use super::{
    ModelError, Provider, cut,
    events::Events,
    failure::Failure,
    wire::{Answer, End, WireFormat},
};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request may be on its way once it was sent, until its provider counts it.
const WAY_MAX: Duration = Duration::from_secs(3);
/// Longest answer that is read, in bytes; a lesson has some tens of thousands, an event says a word with
/// some hundreds.
const ANSWER_MAX: usize = 4 << 20;
/// Longest text of an error that is read.
const ERROR_MAX: usize = 64 << 10;

/// Tokens, as far as a provider has told them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) read: u64,
    pub(super) written: u64,
}

impl Tokens {
    pub(super) fn all(self) -> u64 {
        self.read + self.written
    }
}

/// About how many tokens a text of so many bytes has, rather too many: four bytes make one in English, three
/// where each is a character.
#[must_use]
pub fn tokens_of(bytes: usize) -> u64 {
    bytes.div_ceil(3) as u64
}

/// What is asked, and how an answer is read.
pub(super) trait Exchange: Send + Sync {
    /// What an answer says.
    type Answer: Send;

    /// The request's body, for each try anew.
    fn body(&self) -> io::Result<String>;

    /// Tokens that the provider reads for it, rather too many than too few, and writes.
    fn tokens_expected(&self) -> Tokens;

    /// Most tokens that it writes.
    fn tokens_max(&self) -> u64;

    /// Reads an answer of status 200 to its end, and notes its tokens, also those of one that breaks off.
    fn read(
        &self,
        response: Response,
        tokens: &mut Tokens,
    ) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

/// Whom to ask, and how.
pub(super) struct Line {
    client: Client,
    pub(super) wire: &'static dyn WireFormat,
    address: Url,
}

/// What came of a call.
pub(super) struct Called<T> {
    pub(super) answered: Result<T, Failure>,
    /// Also of an answer that broke off.
    pub(super) tokens: Tokens,
    /// How long the provider wants to be left alone from now on.
    pub(super) rest: Option<Duration>,
}

impl<T> Called<T> {
    /// It came to nothing.
    pub(super) fn refused(failure: Failure, rest: Option<Duration>) -> Self {
        Self {
            answered: Err(failure),
            tokens: Tokens::default(),
            rest,
        }
    }
}

impl Line {
    /// To a provider's model at this address; without an idle timeout the time of a whole call is all that
    /// bounds it.
    pub(super) fn new(
        provider: Provider,
        key: &str,
        address: Url,
        idle_timeout: Option<Duration>,
    ) -> Result<Self, ModelError> {
        let mut client = client(provider, key)?;
        if let Some(idle_timeout) = idle_timeout {
            client = client.read_timeout(idle_timeout);
        }
        Ok(Self {
            client: client.build()?,
            wire: provider.wire(),
            address,
        })
    }

    /// Sends this body, and reads what comes back. As soon as an answer begins, `counted` is told how long
    /// ago the provider has counted the call, at the latest.
    pub(super) async fn call<E: Exchange>(
        &self,
        exchange: &E,
        body: String,
        counted: impl FnOnce(Duration) + Send,
    ) -> Called<E::Answer> {
        let sent = Arc::default();
        let body = Outgoing {
            body,
            sent: Arc::clone(&sent),
        };
        let request = self
            .client
            .post(self.address.clone())
            .header(CONTENT_TYPE, "application/json");
        // Wrapped, so that the client keeps no copy: calls are many, and wait for minutes.
        let response = match request.body(Body::wrap(body)).send().await {
            Ok(response) => response,
            Err(error) => return Called::refused(failed(error, false), None),
        };
        let since_sent = sent.get().map(Instant::elapsed).unwrap_or_default();
        counted(since_sent.saturating_sub(WAY_MAX));
        let status = response.status();
        if status != StatusCode::OK {
            let failure = refused(self.wire, response, status).await;
            let rest = failure.wait();
            return Called::refused(failure, rest);
        }
        let rest = self.wire.rest(response.headers());
        let mut tokens = Tokens::default();
        let answered = exchange.read(response, &mut tokens).await;
        Called {
            answered,
            tokens,
            rest,
        }
    }
}

/// Whoever asks a provider, with this key.
pub(super) fn client(provider: Provider, key: &str) -> Result<ClientBuilder, ModelError> {
    let headers = provider
        .wire()
        .headers(key)
        .map_err(|_| ModelError::Key(provider.key_setting()))?;
    let client = Client::builder()
        .default_headers(headers)
        .connect_timeout(CONNECT_TIMEOUT)
        // The key and the text go nowhere else.
        .redirect(Policy::none())
        .user_agent("ultudy");
    Ok(client)
}

/// What a response of another status than 200 says.
pub(super) async fn refused(
    wire: &dyn WireFormat,
    response: Response,
    status: StatusCode,
) -> Failure {
    let wait = wire.wait(response.headers());
    // What cannot be read says nothing more than the status does.
    let body = read_whole(response, ERROR_MAX).await.unwrap_or_default();
    let mut told = wire.told(&body);
    // Who asks for no time at all says nothing of when it may be.
    told.wait = wait.or(told.wait).filter(|wait| !wait.is_zero());
    Failure::Status { status, told }
}

/// A body that notes when it goes out, once there is a connection.
struct Outgoing {
    body: String,
    sent: Arc<OnceLock<Instant>>,
}

impl HttpBody for Outgoing {
    type Data = <String as HttpBody>::Data;
    type Error = <String as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.sent.get_or_init(Instant::now);
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A text that a model writes.
pub(super) struct Streamed<'a> {
    pub(super) wire: &'static dyn WireFormat,
    pub(super) body: &'a (dyn Fn() -> io::Result<String> + Send + Sync),
    pub(super) tokens_expected: Tokens,
    pub(super) tokens_max: u64,
    /// Told of all that has come, each time that there is more.
    pub(super) told: &'a (dyn Fn(&str) + Send + Sync),
}

impl Exchange for Streamed<'_> {
    type Answer = String;

    fn body(&self) -> io::Result<String> {
        (self.body)()
    }

    fn tokens_expected(&self) -> Tokens {
        self.tokens_expected
    }

    fn tokens_max(&self) -> u64 {
        self.tokens_max
    }

    async fn read(&self, response: Response, tokens: &mut Tokens) -> Result<String, Failure> {
        let mut answer = Answer::default();
        let answered = self.answer(response, &mut answer).await;
        *tokens = Tokens {
            read: answer.tokens_read,
            written: answer.tokens_written,
        };
        answered.map(|()| answer.content)
    }
}

impl Streamed<'_> {
    async fn answer(&self, response: Response, answer: &mut Answer) -> Result<(), Failure> {
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            self.listen(response, answer).await?;
        } else {
            // A server that does not stream.
            let whole = read_whole(response, ANSWER_MAX).await?;
            self.wire.read(&whole, answer)?;
        }
        match answer.end {
            Some(End::Said) => Ok(()),
            Some(End::Length) => match cut::closed(&answer.content) {
                Some(closed) => {
                    answer.content = closed;
                    Ok(())
                }
                None => Err(Failure::Unreadable("an answer cut off by its length")),
            },
            Some(End::Declined) => Err(Failure::Declined),
            None => Err(Failure::Broken("an answer without its end")),
        }
    }

    async fn listen(&self, mut response: Response, answer: &mut Answer) -> Result<(), Failure> {
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
            (self.told)(&answer.content);
        }
    }
}

/// A body that comes whole.
pub(super) async fn read_whole(mut response: Response, longest: usize) -> Result<Vec<u8>, Failure> {
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
pub(super) fn failed(error: reqwest::Error, had_begun: bool) -> Failure {
    Failure::Call {
        error: error.without_url(),
        had_begun,
    }
}
