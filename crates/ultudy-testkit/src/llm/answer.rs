//! A call answered, at once or event by event.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::Value;
use tokio::sync::watch;

use super::{
    Answer, Asked, Call, Shared,
    format::{Format, Request},
    lesson, page, verdict,
};

/// Characters of an event; models send a few at a time.
const EVENT: usize = 48;
/// Those of one of a huge answer.
const HUGE_EVENT: usize = 64 << 10;

pub(super) async fn complete(
    shared: Arc<Shared>,
    format: Format,
    headers: HeaderMap,
    (call, query): (String, String),
    body: Bytes,
) -> Response {
    let open = Call::begin(&shared);
    let Ok(body) = serde_json::from_slice(&body) else {
        let status = StatusCode::BAD_REQUEST;
        return refuse(open, format, (status, "invalid_request", "no JSON"), None);
    };
    let request = Request {
        headers,
        call,
        query,
        body,
    };
    if let Err(refused) = format.check(&request) {
        let said = (refused.status, refused.code, refused.message.as_str());
        return refuse(open, format, said, None);
    }
    let material = format.material(&request.body).unwrap_or_default();
    let answer = shared.answer(material);
    shared.state().note(Asked {
        format,
        body: request.body.clone(),
        at: Instant::now(),
    });
    let mut released = shared.released.subscribe();
    // It was looked at before.
    let pictures = format.pictures(&request.body).unwrap_or_default();
    let pages = || page::of(&pictures, &shared.state().pages);
    let written = || match pictures.is_empty() {
        true => Said::text(lesson::of(material).to_string()),
        false => Said::text(pages().to_string()),
    };
    let said = match answer {
        Answer::Lesson => written(),
        Answer::HeldLesson => {
            // The sender lives as long as the model.
            let _ = released.changed().await;
            written()
        }
        Answer::PacedLesson(span) => Said { span, ..written() },
        Answer::SilentLesson => written().with(Turn::Held { at_first: true }),
        Answer::HalfLesson => written().with(Turn::Held { at_first: false }),
        Answer::CutLesson => written().with(Turn::Cut),
        Answer::ErrorInTheMiddle => written().with(Turn::Error),
        Answer::WholeLesson => Said {
            is_whole: true,
            ..written()
        },
        Answer::SpentLesson => Said {
            is_spent: true,
            ..written()
        },
        Answer::TextTooLong(text) => Said {
            end: End::Length,
            ..Said::text(text)
        },
        Answer::TooLong => Said {
            end: End::Length,
            ..written().halved()
        },
        Answer::PageMissing => {
            let mut pages = pages();
            let _ = pages["pages"].as_array_mut().and_then(Vec::pop);
            Said::text(pages.to_string())
        }
        Answer::Truncated => written().halved(),
        Answer::Spoilt(spoil) => Said::text(lesson::spoilt(material, spoil).to_string()),
        Answer::Obedient => Said::text(lesson::obedient(material).to_string()),
        Answer::Saying(order) => Said::text(lesson::saying(material, &order).to_string()),
        Answer::Huge(bytes) => Said {
            event: HUGE_EVENT,
            ..Said::text(lesson::huge(material, bytes).to_string())
        },
        Answer::Text(text) => Said::text(text),
        Answer::HalfText(text) => Said::text(text).with(Turn::Held { at_first: false }),
        Answer::Verdict(score) => Said::text(verdict::of(material, score).to_string()),
        Answer::HeldVerdict(score) => {
            let verdict = verdict::of(material, score).to_string();
            Said::text(verdict).with(Turn::Held { at_first: true })
        }
        Answer::Refusal => Said {
            end: End::Refusal,
            ..Said::text("I cannot help with that.".into())
        },
        Answer::Status(status, wait) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
            let said = (status, "told_to", "as the test wants it");
            return refuse(open, format, said, wait);
        }
        Answer::TooMuch => {
            let status = StatusCode::BAD_REQUEST;
            let said = (status, "context_length_exceeded", "prompt is too long");
            return refuse(open, format, said, None);
        }
        Answer::Page(status) => {
            open.end();
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
            let page = "<!doctype html><title>Bad gateway</title>";
            return (status, [(header::CONTENT_TYPE, "text/html")], page).into_response();
        }
    };
    speak(open, format, &request, &said, released)
}

/// What the model writes in a batch; none where it comes to an error.
pub(super) fn written(answer: &Answer, material: &str) -> Option<Said> {
    let lesson = || Said::text(lesson::of(material).to_string());
    Some(match answer {
        Answer::Status(..) | Answer::TooMuch | Answer::Page(_) => return None,
        Answer::Text(text) => Said::text(text.clone()),
        Answer::Truncated => lesson().halved(),
        Answer::TextTooLong(text) => Said {
            end: End::Length,
            ..Said::text(text.clone())
        },
        Answer::TooLong => Said {
            end: End::Length,
            ..lesson().halved()
        },
        Answer::Spoilt(spoil) => Said::text(lesson::spoilt(material, *spoil).to_string()),
        Answer::Refusal => Said {
            end: End::Refusal,
            ..Said::text("I cannot help with that.".into())
        },
        _ => lesson(),
    })
}

/// What the model says.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) end: End,
    /// What happens in the middle.
    turn: Option<Turn>,
    /// How long it takes to say it.
    span: Duration,
    /// Not event by event, whatever was asked for.
    is_whole: bool,
    /// Nothing more is allowed for a minute.
    is_spent: bool,
    /// Characters of an event.
    event: usize,
}

/// Why it says no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It has said all.
    Stop,
    /// It may not say more.
    Length,
    /// It does not want to.
    Refusal,
}

/// What happens before it is said.
#[derive(Clone, Copy)]
enum Turn {
    /// It goes on when it is let go: from the first word, or the middle.
    Held { at_first: bool },
    /// The connection breaks in the middle.
    Cut,
    /// An error is all that comes after the middle.
    Error,
}

impl Said {
    fn text(text: String) -> Self {
        Self {
            text,
            end: End::Stop,
            turn: None,
            span: Duration::ZERO,
            is_whole: false,
            is_spent: false,
            event: EVENT,
        }
    }

    fn with(self, turn: Turn) -> Self {
        Self {
            turn: Some(turn),
            ..self
        }
    }

    fn halved(mut self) -> Self {
        let half = self.text.floor_char_boundary(self.text.len() / 2);
        self.text.truncate(half);
        self
    }

    /// The text event by event.
    pub(super) fn pieces(&self) -> impl Iterator<Item = String> {
        let characters: Vec<char> = self.text.chars().collect();
        let pieces: Vec<String> = characters
            .chunks(self.event)
            .map(String::from_iter)
            .collect();
        pieces.into_iter()
    }

    /// How many tokens were read and written.
    pub(super) fn tokens(&self) -> [usize; 2] {
        [1000, self.text.len() / 4]
    }
}

fn refuse(
    call: Call,
    format: Format,
    (status, code, message): (StatusCode, &str, &str),
    wait: Option<&'static str>,
) -> Response {
    call.end();
    let body = axum::Json(format.error(status, code, message));
    let mut response = (status, body).into_response();
    if let Some(wait) = wait {
        let wait = HeaderValue::from_static(wait);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// Says it as the caller wants it: as events, or whole.
fn speak(
    call: Call,
    format: Format,
    request: &Request,
    said: &Said,
    released: watch::Receiver<u64>,
) -> Response {
    let (pieces, kind) = match format.streams(request) && !said.is_whole {
        true => (format.events(request, said), "text/event-stream"),
        false => (halves(&format.whole(said)), "application/json"),
    };
    let place_of_turn = match said.turn {
        Some(Turn::Held { at_first: true }) => 1,
        _ => pieces.len() / 2,
    };
    let (turn, span, last) = (said.turn, said.span, pieces.len().saturating_sub(1).max(1));
    let tokens = said.tokens();
    let began = tokio::time::Instant::now();
    let state = (pieces.into_iter().enumerate(), Some(call), released);
    let body = stream::unfold(
        state,
        move |(mut pieces, mut call, mut released)| async move {
            let (place, piece) = pieces.next()?;
            if !span.is_zero() {
                let due = began + span.mul_f64(place as f64 / last as f64);
                tokio::time::sleep_until(due).await;
            }
            let instead = match turn.filter(|_| place == place_of_turn) {
                Some(Turn::Held { .. }) => {
                    // The sender lives as long as the model.
                    let _ = released.changed().await;
                    None
                }
                Some(Turn::Cut) => Some(Err(io::Error::other("cut as the test wants it"))),
                Some(Turn::Error) => Some(Ok(format.error_event())),
                None => None,
            };
            if let Some(instead) = instead {
                call.take().map(Call::end)?;
                return Some((
                    instead,
                    (Vec::new().into_iter().enumerate(), call, released),
                ));
            }
            if pieces.len() == 0 {
                call.take().map(|call| call.end_after(tokens))?;
            }
            Some((Ok(piece), (pieces, call, released)))
        },
    );
    let mut response = ([(header::CONTENT_TYPE, kind)], Body::from_stream(body)).into_response();
    if said.is_spent {
        response.headers_mut().extend(format.spent());
    }
    response
}

/// In two pieces, so that there is a middle.
fn halves(body: &Value) -> Vec<String> {
    let body = body.to_string();
    let (begin, end) = body.split_at(body.floor_char_boundary(body.len() / 2));
    vec![begin.to_owned(), end.to_owned()]
}
