//! A call answered, at once or event by event.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Answer, Asked, Call, MODEL, Shared, asked, lesson};

/// Characters of an event; models send a few at a time.
const EVENT: usize = 48;

pub(super) async fn complete(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call::begin(&shared);
    let body = match asked::check(&headers, &body) {
        Ok(body) => body,
        Err(refused) => return refuse(call, refused, None),
    };
    shared.state().last = Some(Asked {
        body: body.clone(),
        at: Instant::now(),
    });
    let answer = shared.answer();
    let mut released = shared.released.subscribe();
    let written = Said::text(lesson::of(&body));
    let said = match answer {
        Answer::Lesson => written,
        Answer::HeldLesson => {
            // The sender lives as long as the model.
            let _ = released.changed().await;
            written
        }
        Answer::PacedLesson(span) => Said { span, ..written },
        Answer::HalfLesson => written.halved(Half::Held),
        Answer::CutLesson => written.halved(Half::Cut),
        Answer::WholeLesson => Said {
            is_whole: true,
            ..written
        },
        Answer::TooLong => written.too_long(),
        Answer::Text(text) => Said::text(text),
        Answer::Refusal => Said {
            field: "refusal",
            ..Said::text("I cannot help with that.".into())
        },
        Answer::Status(status, wait) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
            let refused = asked::Refused::new(status, "told_to", "as the test wants it");
            return refuse(call, refused, wait);
        }
        Answer::Page => {
            call.end();
            let page = "<!doctype html><title>Bad gateway</title>";
            return ([(header::CONTENT_TYPE, "text/html")], page).into_response();
        }
    };
    speak(call, &body, &said, released)
}

/// What the model says.
struct Said {
    text: String,
    /// `content` or `refusal`.
    field: &'static str,
    /// Why it ends.
    reason: &'static str,
    /// What happens in the middle.
    half: Option<Half>,
    /// How long it takes to say it.
    span: Duration,
    /// Not event by event, whatever was asked for.
    is_whole: bool,
}

#[derive(Clone, Copy)]
enum Half {
    /// It goes on when it is let go.
    Held,
    /// The connection breaks.
    Cut,
}

impl Said {
    fn text(text: String) -> Self {
        Self {
            text,
            field: "content",
            reason: "stop",
            half: None,
            span: Duration::ZERO,
            is_whole: false,
        }
    }

    fn halved(self, half: Half) -> Self {
        Self {
            half: Some(half),
            ..self
        }
    }

    fn too_long(mut self) -> Self {
        let half = self.text.floor_char_boundary(self.text.len() / 2);
        self.text.truncate(half);
        Self {
            reason: "length",
            ..self
        }
    }
}

fn refuse(call: Call, refused: asked::Refused, wait: Option<&'static str>) -> Response {
    call.end();
    let mut response = (refused.status, axum::Json(refused.body)).into_response();
    if let Some(wait) = wait {
        let wait = header::HeaderValue::from_static(wait);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// Says it as the caller wants it: as events, or whole.
fn speak(call: Call, asked: &Value, said: &Said, released: watch::Receiver<u64>) -> Response {
    let streams = asked["stream"] == true && !said.is_whole;
    let (pieces, kind) = match streams {
        true => (events(asked, said), "text/event-stream"),
        false => (whole(said), "application/json"),
    };
    let middle = pieces.len() / 2;
    let (half, span, last) = (said.half, said.span, pieces.len().saturating_sub(1).max(1));
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
            match half {
                Some(Half::Held) if place == middle => {
                    // The sender lives as long as the model.
                    let _ = released.changed().await;
                }
                Some(Half::Cut) if place == middle => {
                    let broken = io::Error::other("cut as the test wants it");
                    call.take().map(Call::end)?;
                    return Some((
                        Err(broken),
                        (Vec::new().into_iter().enumerate(), call, released),
                    ));
                }
                _ => {}
            }
            if pieces.len() == 0 {
                call.take().map(Call::end)?;
            }
            Some((Ok(piece), (pieces, call, released)))
        },
    );
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(body)).into_response()
}

fn events(asked: &Value, said: &Said) -> Vec<String> {
    let event = |choices: Value| json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": MODEL, "choices": choices});
    let delta = |delta: Value, reason: Option<&str>| {
        event(json!([{"index": 0, "delta": delta, "finish_reason": reason}]))
    };
    let mut events = vec![delta(json!({"role": "assistant", "content": ""}), None)];
    let characters: Vec<char> = said.text.chars().collect();
    events.extend(
        characters
            .chunks(EVENT)
            .map(|piece| delta(json!({said.field: String::from_iter(piece)}), None)),
    );
    events.push(delta(json!({}), Some(said.reason)));
    if asked["stream_options"]["include_usage"] == true {
        let mut last = event(json!([]));
        last["usage"] = usage(said);
        events.push(last);
    }
    let mut lines: Vec<String> = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    lines.push("data: [DONE]\n\n".into());
    lines
}

/// In two pieces, so that there is a middle.
fn whole(said: &Said) -> Vec<String> {
    let body = json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": MODEL,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", said.field: said.text},
            "finish_reason": said.reason,
        }],
        "usage": usage(said),
    })
    .to_string();
    let (begin, end) = body.split_at(body.floor_char_boundary(body.len() / 2));
    vec![begin.to_owned(), end.to_owned()]
}

fn usage(said: &Said) -> Value {
    let tokens = said.text.len() / 4;
    json!({"prompt_tokens": 1000, "completion_tokens": tokens, "total_tokens": 1000 + tokens})
}
