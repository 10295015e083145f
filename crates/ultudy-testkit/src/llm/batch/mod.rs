//! Batches as three providers take them, and what may go wrong with them.

mod taking;
mod told;

use std::{sync::Arc, time::SystemTime};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Llm, PATIENCE, Shared,
    answer::{self, Said},
    format::Format,
};
use crate::{Result, wait};

/// Batches on a page of a list, however many are asked for: providers may give fewer.
const PAGE: usize = 2;

/// What becomes of batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchEnd {
    /// All is answered by the time that somebody looks.
    #[default]
    Complete,
    /// Nothing is, until this is another.
    Never,
    /// So many are answered; the others came too late.
    ExpiredAfter(usize),
    /// The batch is refused as a whole, after it was taken.
    Failed,
}

/// What is wrong with how a batch is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendFault {
    /// It is taken, and an error is all that is answered.
    TakenAndFailed,
    /// It is taken, and nothing is answered until [`Llm::release`].
    TakenAndSilent,
    /// It is not taken: this status.
    Refused(u16),
}

/// What batches came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchCounts {
    /// That were taken.
    pub batches: usize,
    /// Requests in them.
    pub items: usize,
    /// That were answered.
    pub answered: usize,
    /// Batches that were cancelled.
    pub cancelled: usize,
    /// Times that somebody asked how far one is.
    pub looks: usize,
    /// Times that answers were fetched.
    pub fetched: usize,
    /// Tokens that were told as read and written in answers, each once.
    pub tokens_read: usize,
    /// Likewise.
    pub tokens_written: usize,
}

/// The batches there are, and what is to go wrong.
#[derive(Debug, Default)]
pub(super) struct Batching {
    batches: Vec<Batch>,
    /// Files by their numbers.
    files: Vec<Vec<u8>>,
    pub(super) end: BatchEnd,
    pub(super) send_faults: Vec<SendFault>,
    /// Statuses that the next looks are answered.
    pub(super) look_faults: Vec<u16>,
    /// How many of the next answers are cut in half.
    pub(super) cut: usize,
    counts: BatchCounts,
}

#[derive(Debug)]
struct Batch {
    format: Format,
    number: usize,
    /// What its sender calls it.
    name: Value,
    created: SystemTime,
    items: Vec<(String, Value)>,
    is_cancelled: bool,
    /// What came of it.
    ended: Option<Ended>,
}

#[derive(Debug, Clone)]
struct Ended {
    state: &'static str,
    /// By item: a whole answer, or why there is none.
    results: Vec<(String, std::result::Result<Value, &'static str>)>,
}

impl Llm {
    /// What becomes of batches from now on, also of those that are under way.
    pub fn batches_end(&self, end: BatchEnd) {
        self.shared.state().batching.end = end;
    }

    /// What is wrong the next time that a batch is sent.
    pub fn next_batch_is(&self, fault: SendFault) {
        self.shared.state().batching.send_faults.push(fault);
    }

    /// The next times that somebody looks, this is the status.
    pub fn next_looks_are(&self, statuses: &[u16]) {
        let mut state = self.shared.state();
        state.batching.look_faults.extend(statuses);
    }

    /// So many of the next answers are cut in half.
    pub fn answers_are_cut(&self, times: usize) {
        self.shared.state().batching.cut = times;
    }

    /// What batches came to so far.
    pub fn batch_counts(&self) -> BatchCounts {
        self.shared.state().batching.counts
    }

    /// Waits until the counts of batches are as wanted.
    ///
    /// # Errors
    /// They do not come to be so within a minute.
    pub async fn until_batches(
        &self,
        what: &str,
        wanted: impl Fn(BatchCounts) -> bool,
    ) -> Result<()> {
        wait::until(what, PATIENCE, async || wanted(self.batch_counts())).await
    }
}

/// Whatever is asked at an address of batches.
pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    let format = match path[..] {
        ["v1", "messages", ..] => Format::Anthropic,
        ["v1beta", ..] => Format::Gemini,
        ["v1", ..] => Format::OpenAi,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    if let Some(refused) = format.refuses_key(&headers) {
        return error(format, StatusCode::UNAUTHORIZED, refused);
    }
    let is_post = method == Method::POST;
    match (format, is_post, &path[..]) {
        (Format::OpenAi, true, ["v1", "files"]) => taking::upload(&shared, &headers, &body),
        (Format::OpenAi, false, ["v1", "files", id, "content"]) => content(&shared, id),
        (Format::OpenAi, true, ["v1", "batches"])
        | (Format::Anthropic, true, ["v1", "messages", "batches"]) => {
            taking::send(shared, format, headers, String::new(), &body).await
        }
        (Format::Gemini, true, ["v1beta", "models", call]) => {
            let call = (*call).to_owned();
            taking::send(shared, format, headers, call, &body).await
        }
        (Format::OpenAi, false, ["v1", "batches"])
        | (Format::Anthropic, false, ["v1", "messages", "batches"])
        | (Format::Gemini, false, ["v1beta", "batches"]) => {
            list(&shared, format, uri.query().unwrap_or_default())
        }
        (Format::OpenAi, false, ["v1", "batches", id])
        | (Format::Anthropic, false, ["v1", "messages", "batches", id])
        | (Format::Gemini, false, ["v1beta", "batches", id]) => look(&shared, format, id),
        (Format::Anthropic, false, ["v1", "messages", "batches", id, "results"]) => {
            results(&shared, id)
        }
        (Format::OpenAi, true, ["v1", "batches", id, "cancel"])
        | (Format::Anthropic, true, ["v1", "messages", "batches", id, "cancel"]) => {
            cancel(&shared, format, id)
        }
        (Format::Gemini, true, ["v1beta", "batches", id]) => {
            cancel(&shared, format, id.trim_end_matches(":cancel"))
        }
        _ => error(format, StatusCode::NOT_FOUND, "no such address"),
    }
}

fn error(format: Format, status: StatusCode, message: &str) -> Response {
    let body = format.error(status, "told_to", message);
    (status, axum::Json(body)).into_response()
}

fn bad(format: Format, message: &str) -> Response {
    error(format, StatusCode::BAD_REQUEST, message)
}

fn content(shared: &Shared, id: &str) -> Response {
    let mut state = shared.state();
    let number = id
        .strip_prefix("file-")
        .and_then(|id| id.parse::<usize>().ok());
    let Some(file) = number.and_then(|number| state.batching.files.get(number).cloned()) else {
        return error(Format::OpenAi, StatusCode::NOT_FOUND, "no such file");
    };
    state.batching.counts.fetched += 1;
    lines(state.batching.whole_or_cut(file))
}

fn lines(file: Vec<u8>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/x-jsonl")],
        Body::from(file),
    )
        .into_response()
}

fn list(shared: &Shared, format: Format, query: &str) -> Response {
    let after = ["after=", "after_id=", "pageToken="];
    let after = query
        .split('&')
        .find_map(|pair| after.iter().find_map(|name| pair.strip_prefix(name)));
    let after = after.map(|after| after.replace("%2F", "/"));
    let (count, end) = {
        let state = shared.state();
        (state.batching.batches.len(), state.batching.end)
    };
    for place in 0..count {
        shared.end_batch(place, end);
    }
    let mut state = shared.state();
    let Batching { batches, files, .. } = &mut state.batching;
    let of_format = batches.iter().rev().filter(|batch| batch.format == format);
    let rest: Vec<&Batch> = match after.as_deref() {
        None => of_format.collect(),
        Some(after) => of_format
            .skip_while(|batch| batch.id() != after)
            .skip(1)
            .collect(),
    };
    let page: Vec<Value> = rest
        .iter()
        .take(PAGE)
        .map(|batch| batch.told(files))
        .collect();
    let has_more = rest.len() > PAGE;
    let last = rest
        .get(PAGE - 1)
        .filter(|_| has_more)
        .map(|last| last.id());
    axum::Json(match format {
        Format::Gemini => json!({"operations": page, "nextPageToken": last.unwrap_or_default()}),
        _ => json!({"object": "list", "data": page, "has_more": has_more}),
    })
    .into_response()
}

fn look(shared: &Shared, format: Format, id: &str) -> Response {
    let mut state = shared.state();
    state.batching.counts.looks += 1;
    if !state.batching.look_faults.is_empty() {
        let status = state.batching.look_faults.remove(0);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
        return error(format, status, "as the test wants it");
    }
    let end = state.batching.end;
    let Some(place) = state.batching.find(format, id) else {
        return error(format, StatusCode::NOT_FOUND, "no such batch");
    };
    drop(state);
    shared.end_batch(place, end);
    let mut state = shared.state();
    let Batching { batches, files, .. } = &mut state.batching;
    let told = batches[place].told(files).to_string();
    let is_answer = format == Format::Gemini && batches[place].ended.is_some();
    let told = match is_answer {
        true => {
            state.batching.counts.fetched += 1;
            state.batching.whole_or_cut(told.into_bytes())
        }
        false => told.into_bytes(),
    };
    ([(header::CONTENT_TYPE, "application/json")], told).into_response()
}

fn results(shared: &Shared, id: &str) -> Response {
    let mut state = shared.state();
    let place = state.batching.find(Format::Anthropic, id);
    let ended = place.and_then(|place| state.batching.batches[place].ended.clone());
    let Some(ended) = ended else {
        return error(Format::Anthropic, StatusCode::NOT_FOUND, "no results yet");
    };
    state.batching.counts.fetched += 1;
    let each = ended.results.iter().map(|(id, result)| {
        let result = match result {
            Ok(message) => json!({"type": "succeeded", "message": message}),
            Err("errored") => {
                let error = Format::Anthropic.error(StatusCode::BAD_REQUEST, "told_to", "so");
                json!({"type": "errored", "error": error})
            }
            Err("cancelled") => json!({"type": "canceled"}),
            Err(reason) => json!({"type": reason}),
        };
        format!("{}\n", json!({"custom_id": id, "result": result}))
    });
    let file: String = each.collect();
    lines(state.batching.whole_or_cut(file.into_bytes()))
}

fn cancel(shared: &Shared, format: Format, id: &str) -> Response {
    let mut state = shared.state();
    let Some(place) = state.batching.find(format, id) else {
        return error(format, StatusCode::NOT_FOUND, "no such batch");
    };
    let batching = &mut state.batching;
    batching.batches[place].is_cancelled = true;
    batching.counts.cancelled += 1;
    match format {
        Format::Gemini => axum::Json(json!({})).into_response(),
        _ => axum::Json(batching.batches[place].told(&mut batching.files)).into_response(),
    }
}

impl Batching {
    fn find(&self, format: Format, id: &str) -> Option<usize> {
        let mut batches = self.batches.iter();
        batches.position(|batch| {
            let own = batch.id();
            batch.format == format && (own == id || own.strip_prefix("batches/") == Some(id))
        })
    }

    fn whole_or_cut(&mut self, mut file: Vec<u8>) -> Vec<u8> {
        if self.cut > 0 {
            self.cut -= 1;
            file.truncate(file.len() / 2);
        }
        file
    }
}

impl Shared {
    /// Does what is to be done of a batch, if it is not yet.
    fn end_batch(&self, place: usize, end: BatchEnd) {
        let (format, items, is_cancelled) = {
            let state = self.state();
            let batch = &state.batching.batches[place];
            if batch.ended.is_some() || (end == BatchEnd::Never && !batch.is_cancelled) {
                return;
            }
            (batch.format, batch.items.clone(), batch.is_cancelled)
        };
        let (state, most, why_not) = match end {
            _ if is_cancelled => ("cancelled", 0, "cancelled"),
            BatchEnd::Complete | BatchEnd::Never => ("completed", items.len(), "expired"),
            BatchEnd::ExpiredAfter(most) => ("expired", most, "expired"),
            BatchEnd::Failed => ("failed", 0, "errored"),
        };
        let (mut results, mut tokens, mut answered) = (Vec::new(), [0, 0], 0);
        for (number, (id, body)) in items.into_iter().enumerate() {
            if number >= most {
                if end != BatchEnd::Failed || format == Format::Anthropic {
                    results.push((id, Err(why_not)));
                }
                continue;
            }
            let material = format.material(&body).unwrap_or_default();
            let said: Option<Said> = answer::written(&self.answer(material), material);
            results.push(match said {
                Some(said) => {
                    let [read, written] = said.tokens();
                    tokens = [tokens[0] + read, tokens[1] + written];
                    answered += 1;
                    (id, Ok(format.whole(&said)))
                }
                None => (id, Err("errored")),
            });
        }
        // Answers come in any order.
        results.reverse();
        let mut all = self.state();
        let counts = &mut all.batching.counts;
        counts.answered += answered;
        counts.tokens_read += tokens[0];
        counts.tokens_written += tokens[1];
        all.batching.batches[place].ended = Some(Ended { state, results });
    }
}

impl Batch {
    fn id(&self) -> String {
        match self.format {
            Format::OpenAi => format!("batch_{}", self.number),
            Format::Anthropic => format!("msgbatch_{}", self.number),
            Format::Gemini => format!("batches/b{}", self.number),
        }
    }
}
