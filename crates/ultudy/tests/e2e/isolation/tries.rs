//! One user trying the ids of another.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use reqwest::{RequestBuilder, StatusCode, multipart};
use serde_json::{Value, json};

use super::{
    calls::{Call, Kind, Place, Within},
    rows::Owned,
};
use crate::{api::Api, pdf};

/// An answer other than 404 that gives nothing away.
pub struct Allowed {
    pub method: &'static str,
    pub template: &'static str,
    pub place: &'static str,
    pub status: u16,
    pub because: &'static str,
}

const A_FILTER: &str = "which only narrows the caller's own list";
const A_POSITION: &str = "a place in the caller's own list, which need not hold it";
const A_HINT: &str = "which of the caller's own lessons is meant; their own question is graded";
const UNKNOWN_QUESTION: &str =
    "the contract's answer to a question that the caller does not have; nothing moves";

pub const ALLOWED: [Allowed; 9] = [
    allow("GET", "/api/documents", "course_id", 200, A_FILTER),
    allow(
        "POST",
        "/api/jobs/poll",
        "job_ids",
        200,
        "unknown ids are left out",
    ),
    allow("GET", "/api/courses", "cursor", 200, A_POSITION),
    allow("GET", "/api/documents", "cursor", 200, A_POSITION),
    allow("GET", "/api/jobs", "cursor", 200, A_POSITION),
    allow(
        "POST",
        "/api/check-ins/submit",
        "concept_id",
        409,
        UNKNOWN_QUESTION,
    ),
    allow(
        "POST",
        "/api/check-ins/submit",
        "course_id",
        409,
        UNKNOWN_QUESTION,
    ),
    allow("POST", "/api/check-ins/submit", "course_id", 200, A_HINT),
    allow(
        "POST",
        "/api/check-ins/submit",
        "document_id",
        409,
        UNKNOWN_QUESTION,
    ),
];

const fn allow(
    method: &'static str,
    template: &'static str,
    place: &'static str,
    status: u16,
    because: &'static str,
) -> Allowed {
    Allowed {
        method,
        template,
        place,
        status,
        because,
    }
}

/// What was answered.
#[derive(Debug, Default)]
pub struct Outcome {
    places: BTreeSet<String>,
    answers: BTreeMap<u16, usize>,
}

impl Outcome {
    pub fn add(&mut self, other: Self) {
        self.places.extend(other.places);
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
    }

    pub fn places(&self) -> String {
        let places: Vec<_> = self.places.iter().map(String::as_str).collect();
        places.join(", ")
    }

    pub fn cell(&self) -> String {
        let answers = self.answers.iter();
        let cells: Vec<_> = answers
            .map(|(status, n)| format!("{status} ×{n}"))
            .collect();
        match cells.is_empty() {
            true => "for nobody yet".to_owned(),
            false => cells.join(", "),
        }
    }

    pub fn tried(&self) -> usize {
        self.answers.values().sum()
    }
}

/// Calls as `intruder`, with ids of `theirs`.
pub async fn run(api: &Api, intruder: &str, call: &Call, theirs: &Owned, own: &Owned) -> Outcome {
    let mut outcome = Outcome::default();
    if call.places.is_empty() {
        if let Some(status) = without_ids(api, intruder, call, theirs).await {
            outcome.answers.insert(status.as_u16(), 1);
        }
        return outcome;
    }
    for place in &call.places {
        outcome.places.insert(place.name.clone());
        for id in theirs.ids.values() {
            // Beside ids of one's own where others are needed, and beside all of the other's.
            let rests = [own, theirs];
            for rest in &rests[..call.places.len().min(2)] {
                let status = one(api, intruder, call, place, id, rest, theirs).await;
                *outcome.answers.entry(status.as_u16()).or_default() += 1;
            }
        }
    }
    outcome
}

/// What takes no id must show and change nothing of others by itself.
async fn without_ids(api: &Api, intruder: &str, call: &Call, theirs: &Owned) -> Option<StatusCode> {
    // Made before anybody is somebody, or ends the session that this test asks by.
    if call.template.starts_with("/api/auth/") {
        return None;
    }
    let path = with_query(&call.template, Vec::new());
    let request = api.request_as(Some(intruder), call.method.clone(), &path);
    let request = match call.body.is_empty() {
        true => request,
        false => request.json(&call.body),
    };
    let (status, said) = answer(request, call.kind).await;
    assert!(
        status.is_success(),
        "{} {path}: {status} {said}",
        call.method
    );
    holds_nothing(&said, theirs, &path);
    Some(status)
}

async fn one(
    api: &Api,
    intruder: &str,
    call: &Call,
    place: &Place,
    id: &str,
    rest: &Owned,
    theirs: &Owned,
) -> StatusCode {
    let of = |other: &Place| match other.name == place.name {
        true => Some(id.to_owned()),
        // What is optional is left out beside one's own: it would narrow nothing.
        false if other.is_required || std::ptr::eq(rest, theirs) => {
            rest.ids.get(other.table).cloned()
        }
        false => None,
    };
    let mut path = call.template.clone();
    let mut query = Vec::new();
    let mut body = call.body.clone();
    for (name, value) in &call.path {
        let value = value.as_str().map_or(value.to_string(), str::to_owned);
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    // A question is known by its id alone, or by all the others.
    let alone = place.name == "check_in_id";
    for other in &call.places {
        let skip = (alone || other.name == "check_in_id") && other.name != place.name;
        let Some(id) = of(other).filter(|_| !skip) else {
            continue;
        };
        match other.within {
            Within::Path => path = path.replace(&format!("{{{}}}", other.name), &id),
            Within::Query => query.push((other.name.clone(), id)),
            Within::Body => {
                let id = if other.is_list {
                    json!([id])
                } else {
                    json!(id)
                };
                body.insert(other.name.clone(), id);
            }
        }
    }
    let path = with_query(&path, query);
    let request = api.request_as(Some(intruder), call.method.clone(), &path);
    let request = fill(request, call.kind, &body);
    let (status, said) = answer(request, call.kind).await;
    let is_allowed = ALLOWED.iter().any(|allowed| {
        allowed.method == call.method.as_str()
            && allowed.template == call.template
            && allowed.place == place.name
            && allowed.status == status.as_u16()
    });
    assert!(
        status == StatusCode::NOT_FOUND || is_allowed,
        "{} {path} with {:?}: {status} {said}",
        call.method,
        body
    );
    holds_nothing(&said, theirs, &path);
    status
}

/// The path with a query; searches need words, too.
fn with_query(path: &str, mut query: Vec<(String, String)>) -> String {
    if path.ends_with("/search") {
        query.push(("q".into(), "cell".into()));
    }
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    match pairs.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", pairs.join("&")),
    }
}

fn fill(
    request: RequestBuilder,
    kind: Kind,
    body: &serde_json::Map<String, Value>,
) -> RequestBuilder {
    if kind != Kind::Form {
        return request.json(body);
    }
    let file = multipart::Part::bytes(pdf::biology()).file_name("notes.pdf");
    let mut form = multipart::Form::new();
    for (name, value) in body {
        form = form.text(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    request.multipart(form.part("file", file))
}

/// The status and what was said; of a stream that opens, its beginning, which tells all jobs of
/// late.
async fn answer(request: RequestBuilder, kind: Kind) -> (StatusCode, String) {
    let answer = request.send().await.expect("the server answers");
    let status = answer.status();
    let bytes = match kind {
        Kind::Stream if status.is_success() => {
            let first = answer.bytes_stream().next().await;
            first.and_then(Result::ok).unwrap_or_default()
        }
        _ => answer.bytes().await.expect("the answer arrives whole"),
    };
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

fn holds_nothing(said: &str, theirs: &Owned, path: &str) {
    for id in theirs.ids.values().chain([&theirs.owner]) {
        assert!(!said.contains(id), "{path} tells {id}: {said}");
    }
}
