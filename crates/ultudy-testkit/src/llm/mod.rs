//! A language model that is as slow, as limited and as wrong as it is told to be, and knows how many
//! calls it has open. It speaks the wire formats of OpenAI, Gemini and Anthropic, and refuses what
//! they refuse: another key, a model it has not got, a schema that they do not allow.
#![allow(
    clippy::expect_used,
    reason = "a test whose model cannot listen has failed"
)]

mod answer;
mod batch;
mod embeddings;
mod format;
mod lesson;
mod page;
mod verdict;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{self, DefaultBodyLimit, Path, RawQuery},
    http::{HeaderMap, Method, Uri},
    response::Response,
    routing::post,
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch};

pub use self::batch::{BatchCounts, BatchEnd, SendFault};
pub use self::embeddings::{EMBEDDING_MODELS, Embedded, EmbeddingModel};
pub use self::format::Format;
pub use self::page::{block, paragraph};

use crate::{Result, wait};

/// The key it takes.
pub const KEY: &str = "sk-test-2fe1c0a97d";
/// The model it has.
pub const MODEL: &str = "test-model";
/// A larger one that it has, too.
pub const LARGE_MODEL: &str = "test-model-large";
/// Calls whose bodies it remembers.
const ASKED_MAX: usize = 64;
/// Longest that a test waits for a call.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a call is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A lesson made of the text in the prompt; of pictures in it, what stands on them.
    Lesson,
    /// The same once [`Llm::release`] is called; not a byte before.
    HeldLesson,
    /// The same piece by piece, evenly over this time, as models write.
    PacedLesson(Duration),
    /// The answer's head at once, its first word once [`Llm::release`] is called.
    SilentLesson,
    /// Half of it at once, the rest once [`Llm::release`] is called.
    HalfLesson,
    /// Half of it, then the connection breaks.
    CutLesson,
    /// Half of it, then the provider says that something is wrong.
    ErrorInTheMiddle,
    /// The model writes this instead.
    Text(String),
    /// Half of this at once, the rest once [`Llm::release`] is called.
    HalfText(String),
    /// The answer in the prompt has all points and this score: whatever it says.
    Verdict(i64),
    /// The same once [`Llm::release`] is called.
    HeldVerdict(i64),
    /// The model declines.
    Refusal,
    /// Whole, though events were asked for, as servers do that do not stream.
    WholeLesson,
    /// The model's answer was cut off by its length.
    TooLong,
    /// This text, cut off by its length.
    TextTooLong(String),
    /// Of pictures the pages without the last one.
    PageMissing,
    /// Half a lesson, which the model takes for whole.
    Truncated,
    /// A lesson with a fault.
    Spoilt(Spoil),
    /// A lesson by a model that obeys its material: what stands there between `<<` and `>>` goes into every
    /// text, `page N` there is every page, and `every option is right` there makes it so.
    Obedient,
    /// A lesson that says this in every text, as that model would.
    Saying(String),
    /// A lesson of so many bytes.
    Huge(usize),
    /// The lesson, and headers that say that nothing more is allowed for a minute, where the provider has
    /// such headers.
    SpentLesson,
    /// Another status than 200, perhaps with `Retry-After`.
    Status(u16, Option<&'static str>),
    /// The material is more than it reads at once.
    TooMuch,
    /// The web page of some proxy, with this status.
    Page(u16),
}

/// What is wrong with a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoil {
    /// It is another object than was asked for.
    Schema,
    /// The first concept's options are none; the others are good.
    Item,
    /// Two options of every question are the same.
    Duplicates,
    /// Two options of every question are right.
    TwoRight,
}

/// What was asked, as far as a test wants to know.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How it was asked.
    pub format: Format,
    /// The request's body.
    pub body: Value,
    /// When it came.
    pub at: Instant,
}

/// A listening model. It ends with the test's runtime.
#[derive(Debug)]
pub struct Llm {
    origin: String,
    base_url: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Counts how often held calls were let go.
    released: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    next: VecDeque<Answer>,
    /// Those to the next calls whose material contains a text.
    about: Vec<(String, Answer)>,
    otherwise: Answer,
    counts: Counts,
    /// What stands on pages, by the numbers they are marked with.
    pages: Vec<Value>,
    /// When each call came in.
    arrivals: Vec<Instant>,
    /// When each call came in that was told its tokens, and how many they were.
    spent: Vec<(Instant, usize)>,
    /// The last calls that it understood.
    asked: VecDeque<Asked>,
    batching: batch::Batching,
}

/// How many calls there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// That have come in, whatever became of them.
    pub made: usize,
    /// That are open now.
    pub in_flight: usize,
    /// The most that were open at once.
    pub most: usize,
    /// That were answered to their end, errors too.
    pub answered: usize,
    /// Whose client went away before.
    pub cancelled: usize,
    /// Tokens that were told as read, in answers that came to their end.
    pub tokens_read: usize,
    /// Tokens that were told as written, likewise.
    pub tokens_written: usize,
}

impl Llm {
    /// Starts one that writes lessons.
    ///
    /// # Panics
    /// No port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                next: VecDeque::new(),
                about: Vec::new(),
                otherwise: Answer::Lesson,
                counts: Counts::default(),
                pages: Vec::new(),
                arrivals: Vec::new(),
                spent: Vec::new(),
                asked: VecDeque::new(),
                batching: batch::Batching::default(),
            }),
            released: watch::Sender::new(0),
        });
        let site = Router::new()
            .route("/v1/chat/completions", post(openai))
            .route("/v1/messages", post(anthropic))
            .route("/v1beta/models/{call}", post(gemini))
            .fallback(batch::serve)
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self {
            base_url: format!("http://{address}{}", Format::OpenAi.base()),
            origin: format!("http://{address}"),
            shared,
        }
    }

    /// Where it is, as `OPENAI_BASE_URL` takes it.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where it speaks this format, as the provider's `…_BASE_URL` takes it.
    pub fn base_url_of(&self, format: Format) -> String {
        format!("{}{}", self.origin, format.base())
    }

    /// Answers every call so from now on.
    pub fn answers(&self, answer: Answer) {
        let mut state = self.shared.state();
        state.next.clear();
        state.about.clear();
        state.otherwise = answer;
    }

    /// Answers the next calls so, one each, and those after them as before.
    pub fn answers_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.state().next.extend(answers);
    }

    /// Answers the next call on material that contains this text so, whatever else is answered to others.
    pub fn answers_about(&self, text: &str, answer: Answer) {
        self.shared.state().about.push((text.to_owned(), answer));
    }

    /// What it sees on pages that are marked with 1, 2 …: the blocks of each.
    pub fn sees(&self, pages: Vec<Value>) {
        self.shared.state().pages = pages;
    }

    /// Lets go of the calls that are held now.
    pub fn release(&self) {
        self.shared.released.send_modify(|times| *times += 1);
    }

    /// How many calls there were so far.
    pub fn counts(&self) -> Counts {
        self.shared.state().counts
    }

    /// When each call came in, in their order.
    pub fn arrivals(&self) -> Vec<Instant> {
        self.shared.state().arrivals.clone()
    }

    /// When each call came in that was told its tokens, and how many those were, read and written.
    pub fn spent(&self) -> Vec<(Instant, usize)> {
        self.shared.state().spent.clone()
    }

    /// The last call that it understood.
    pub fn last(&self) -> Option<Asked> {
        self.shared.state().asked.back().cloned()
    }

    /// The last calls that it understood, in their order.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.state().asked.iter().cloned().collect()
    }

    /// Waits until the counts are as wanted.
    ///
    /// # Errors
    /// They do not come to be so within a minute.
    pub async fn until(&self, what: &str, wanted: impl Fn(Counts) -> bool) -> Result<()> {
        wait::until(what, PATIENCE, async || wanted(self.counts())).await
    }
}

async fn openai(
    extract::State(shared): extract::State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer::complete(shared, Format::OpenAi, headers, Default::default(), body).await
}

async fn anthropic(
    extract::State(shared): extract::State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer::complete(shared, Format::Anthropic, headers, Default::default(), body).await
}

async fn gemini(
    extract::State(shared): extract::State<Arc<Shared>>,
    Path(call): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if call.ends_with(":batchGenerateContent") {
        let shared = extract::State(shared);
        return batch::serve(shared, Method::POST, uri, headers, body).await;
    }
    let place = (call, query.unwrap_or_default());
    answer::complete(shared, Format::Gemini, headers, place, body).await
}

impl State {
    fn note(&mut self, asked: Asked) {
        self.asked.push_back(asked);
        if self.asked.len() > ASKED_MAX {
            self.asked.pop_front();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next answer.
    fn answer(&self, material: &str) -> Answer {
        let mut state = self.state();
        let about = state
            .about
            .iter()
            .position(|(text, _)| material.contains(text));
        if let Some(place) = about {
            return state.about.remove(place).1;
        }
        let next = state.next.pop_front();
        next.unwrap_or_else(|| state.otherwise.clone())
    }
}

/// An open call; counts itself out, as cancelled unless it was answered.
struct Call {
    shared: Arc<Shared>,
    begun: Instant,
    is_answered: bool,
}

impl Call {
    fn begin(shared: &Arc<Shared>) -> Self {
        let begun = Instant::now();
        let mut state = shared.state();
        state.counts.made += 1;
        state.arrivals.push(begun);
        state.counts.in_flight += 1;
        state.counts.most = state.counts.most.max(state.counts.in_flight);
        drop(state);
        Self {
            shared: Arc::clone(shared),
            begun,
            is_answered: false,
        }
    }

    /// All that there is to say is said.
    fn end(mut self) {
        self.is_answered = true;
    }

    /// The same of an answer that told these tokens.
    fn end_after(self, [read, written]: [usize; 2]) {
        let mut state = self.shared.state();
        state.counts.tokens_read += read;
        state.counts.tokens_written += written;
        state.spent.push((self.begun, read + written));
        drop(state);
        self.end();
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.counts.in_flight -= 1;
        match self.is_answered {
            true => state.counts.answered += 1,
            false => state.counts.cancelled += 1,
        }
    }
}
