//! A model that makes vectors, in the wire formats of OpenAI and Gemini, and fails as it is told to.
//! Texts are alike that share words, or words that a test says mean the like.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use super::{Format, KEY};

/// The models it has: the vectors of each mean nothing to the other.
pub const EMBEDDING_MODELS: [&str; 2] = ["test-embedding", "other-embedding"];

/// Dimensions.
const DIMENSIONS: usize = 256;

/// What a call for vectors is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embedded {
    /// Its vectors.
    Vectors,
    /// The same once [`EmbeddingModel::release`] is called; not a byte before.
    Held,
    /// Another status than 200, perhaps with `Retry-After`.
    Status(u16, Option<&'static str>),
    /// The web page of some proxy, with status 200.
    Page,
    /// Half of what it would say.
    Truncated,
    /// One vector too few.
    WrongCount,
    /// The last vector has a dimension less.
    WrongDimensions,
}

/// A listening model. It ends with the test's runtime.
#[derive(Debug)]
pub struct EmbeddingModel {
    origin: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<Inner>,
    /// Counts how often held calls were let go.
    released: watch::Sender<u64>,
}

#[derive(Debug)]
struct Inner {
    next: VecDeque<Embedded>,
    otherwise: Embedded,
    /// What a word means, if not itself.
    meanings: HashMap<String, String>,
    /// A word that no text it takes has.
    chokes_on: Option<String>,
    /// All texts that it was asked for, with the model.
    asked: Vec<(String, String)>,
    calls: usize,
    /// Tokens that were told as read.
    tokens: usize,
}

impl EmbeddingModel {
    /// Starts one that makes vectors.
    ///
    /// # Panics
    /// No port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(Inner {
                next: VecDeque::new(),
                otherwise: Embedded::Vectors,
                meanings: HashMap::new(),
                chokes_on: None,
                asked: Vec::new(),
                calls: 0,
                tokens: 0,
            }),
            released: watch::Sender::new(0),
        });
        let site = Router::new()
            .route("/v1/embeddings", post(openai))
            .route("/v1beta/models/{call}", post(gemini))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self {
            origin: format!("http://{address}"),
            shared,
        }
    }

    /// Where it speaks this format, as the provider's `…_BASE_URL` takes it.
    pub fn base_url_of(&self, format: Format) -> String {
        format!("{}{}", self.origin, format.base())
    }

    /// From now on a word means the same as another.
    pub fn means(&self, word: &str, like: &str) {
        let mut state = self.shared.state();
        state.meanings.insert(word.to_owned(), like.to_owned());
    }

    /// From now on it breaks down over each call with a text that has this word, and over no other.
    pub fn chokes_on(&self, word: &str) {
        self.shared.state().chokes_on = Some(word.to_owned());
    }

    /// Answers every call so from now on.
    pub fn answers(&self, answer: Embedded) {
        let mut state = self.shared.state();
        state.next.clear();
        state.otherwise = answer;
    }

    /// Answers the next calls so, one each, and those after them as before.
    pub fn answers_next(&self, answers: impl IntoIterator<Item = Embedded>) {
        self.shared.state().next.extend(answers);
    }

    /// Lets go of the calls that are held now.
    pub fn release(&self) {
        self.shared.released.send_modify(|times| *times += 1);
    }

    /// How many calls there were so far.
    pub fn calls(&self) -> usize {
        self.shared.state().calls
    }

    /// Tokens that were told as read so far; in Gemini's format none are told.
    pub fn tokens_read(&self) -> usize {
        self.shared.state().tokens
    }

    /// The texts that vectors were made of, with the model that made them.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.shared.state().asked.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, Inner> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, format: Format, model: &str, texts: Option<Vec<String>>) -> Response {
        let answer = {
            let mut state = self.state();
            state.calls += 1;
            let next = state.next.pop_front();
            next.unwrap_or(state.otherwise)
        };
        let refuse = |status: StatusCode, code: &str| {
            (
                status,
                Json(format.error(status, code, "as the test wants it")),
            )
                .into_response()
        };
        if !EMBEDDING_MODELS.contains(&model) {
            return refuse(StatusCode::NOT_FOUND, "model_not_found");
        }
        let Some(texts) = texts.filter(|texts| !texts.is_empty() && texts.len() <= 100) else {
            return refuse(StatusCode::BAD_REQUEST, "invalid_request");
        };
        let word = self.state().chokes_on.clone();
        if word.is_some_and(|word| texts.iter().any(|text| text.contains(&word))) {
            return refuse(StatusCode::INTERNAL_SERVER_ERROR, "server_error");
        }
        match answer {
            Embedded::Status(status, wait) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
                let mut response = refuse(status, "told_to");
                if let Some(wait) = wait {
                    let wait = HeaderValue::from_static(wait);
                    response.headers_mut().insert(header::RETRY_AFTER, wait);
                }
                return response;
            }
            Embedded::Page => {
                let page = "<!doctype html><title>Sign in to the network</title>";
                return ([(header::CONTENT_TYPE, "text/html")], page).into_response();
            }
            Embedded::Held => {
                let mut released = self.released.subscribe();
                // The sender lives as long as the model.
                let _ = released.changed().await;
            }
            _ => {}
        }
        let mut vectors: Vec<Vec<f32>> =
            texts.iter().map(|text| self.vector(model, text)).collect();
        match (answer, vectors.last_mut()) {
            (Embedded::WrongCount, _) => drop(vectors.pop()),
            (Embedded::WrongDimensions, Some(last)) => drop(last.pop()),
            _ => {}
        }
        let tokens: usize = texts.iter().map(|text| text.len().div_ceil(4)).sum();
        let asked = texts.into_iter().map(|text| (model.to_owned(), text));
        self.state().asked.extend(asked);
        let body = match format {
            Format::Gemini => {
                let each = vectors.iter().map(|values| json!({"values": values}));
                json!({"embeddings": each.collect::<Vec<_>>()})
            }
            Format::OpenAi | Format::Anthropic => {
                let each = vectors.iter().enumerate().map(|(index, vector)| {
                    json!({"object": "embedding", "index": index, "embedding": vector})
                });
                let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
                let data: Vec<_> = each.collect();
                if answer != Embedded::Truncated {
                    self.state().tokens += tokens;
                }
                json!({"object": "list", "model": model, "data": data, "usage": usage})
            }
        };
        match answer {
            Embedded::Truncated => {
                let body = body.to_string();
                let half = body[..body.len() / 2].to_owned();
                ([(header::CONTENT_TYPE, "application/json")], half).into_response()
            }
            _ => Json(body).into_response(),
        }
    }

    /// Each word is a dimension that its meaning names, another one in each model.
    fn vector(&self, model: &str, text: &str) -> Vec<f32> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words: BTreeSet<String> = words
            .filter(|word| word.len() > 3)
            .map(str::to_lowercase)
            .collect();
        let mut vector = vec![0.0; DIMENSIONS];
        let state = self.state();
        for word in words {
            let mut hasher = DefaultHasher::new();
            let meaning = state.meanings.get(&word).unwrap_or(&word);
            (model, meaning).hash(&mut hasher);
            let place = usize::try_from(hasher.finish() % DIMENSIONS as u64);
            vector[place.unwrap_or_default()] += 1.0;
        }
        vector
    }
}

async fn openai(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let shown = headers.get(header::AUTHORIZATION);
    if shown.is_none_or(|shown| shown != format!("Bearer {KEY}").as_str()) {
        return refused_key(Format::OpenAi, "invalid_api_key");
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let texts = body["input"].as_array().map(|texts| strings(texts.iter()));
    let model = body["model"].as_str().unwrap_or_default();
    shared.answer(Format::OpenAi, model, texts.flatten()).await
}

async fn gemini(
    State(shared): State<Arc<Shared>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let shown = headers.get("x-goog-api-key");
    if shown.is_none_or(|shown| shown != KEY) {
        return refused_key(Format::Gemini, "API_KEY_INVALID");
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let model = call.strip_suffix(":batchEmbedContents").unwrap_or_default();
    let name = format!("models/{model}");
    let requests = body["requests"].as_array();
    let requests = requests.filter(|all| all.iter().all(|one| one["model"] == name.as_str()));
    let texts =
        requests.map(|all| strings(all.iter().map(|one| &one["content"]["parts"][0]["text"])));
    shared.answer(Format::Gemini, model, texts.flatten()).await
}

fn strings<'a>(texts: impl Iterator<Item = &'a Value>) -> Option<Vec<String>> {
    texts.map(|text| Some(text.as_str()?.to_owned())).collect()
}

fn refused_key(format: Format, code: &str) -> Response {
    let status = match format {
        Format::Gemini => StatusCode::BAD_REQUEST,
        Format::OpenAi | Format::Anthropic => StatusCode::UNAUTHORIZED,
    };
    (status, Json(format.error(status, code, "the key is wrong"))).into_response()
}
