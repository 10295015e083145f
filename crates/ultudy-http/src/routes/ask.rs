//! `POST /ask` and `POST /explain`: answers as they are written, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{self, KeepAlive},
    },
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use ultudy_app::ask::{
    self, Answered, AnsweredBy, Answering, CitedSource, Event, Explanation, Question, Subject,
};
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, blank_is_none, language},
    stream::as_it_comes,
    web::answer_html,
};

/// A line that means nothing, so that whoever is between does not take the stream for dead while a
/// model thinks.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A question, with `course_id` or `document_id`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Ask {
    /// The question; at most 2,000 characters.
    question: Option<String>,
    /// Answered from this course's documents.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    course_id: Option<Uuid>,
    /// Answered from this document alone.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    document_id: Option<Uuid>,
    /// In this language, a BCP 47 tag; absent: the one that the user wants, else the question's.
    language: Option<String>,
}

/// What is to be explained once more: `concept_id` or `section_id`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Explain {
    /// `again` (if absent): in another way. `simpler`: in plainer words. `example`: by another example.
    kind: Option<String>,
    /// The concept.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    concept_id: Option<Uuid>,
    /// The section, if no concept is named.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schema(value_type = Option<String>)]
    section_id: Option<Uuid>,
    /// In this language, a BCP 47 tag; absent: the one that the user wants, else its own.
    language: Option<String>,
}

/// From what the answer is made.
#[derive(Serialize)]
struct Sources<'a> {
    sources: &'a [CitedSource],
}

/// More of the text.
#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

/// The answer, whole.
#[derive(Serialize)]
struct Done<'a> {
    text: &'a str,
    html: String,
    cited: &'a [usize],
    grounded: bool,
    by: AnsweredBy,
}

/// Answers a question from the owner's own material. Server-sent events, each with a JSON object:
/// `sources` (`{sources:[{number, document_id, document_title, section_id, title, page_start,
/// page_end}]}`, once, first), `text` (`{text}`: more of the answer, Markdown that cites sources as
/// `[1]`), `restart` (the text begins anew), and, last, `done` (`{text, html, cited:[number], grounded,
/// by: model, quotations or nothing}`: the whole answer, also as HTML that is safe to show, citations as
/// links to the pages) or `error` (`{error}`). A `grounded` of false: it cites none of the material.
/// Ending the request ends the work. Nothing of it is kept.
#[utoipa::path(post, path = "/api/ask", tag = "lessons", request_body = Ask,
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn ask(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<Ask>,
) -> Result<Response, ApiError> {
    let question = body.question;
    let question = question.ok_or_else(|| ApiError::field("question", "is missing"))?;
    let asked = Question {
        question,
        course_id: body.course_id,
        document_id: body.document_id,
        language: language(body.language.as_deref())?,
    };
    let answering = ask::ask(&state.app, &owner, &asked).await?;
    Ok(stream(&state, answering))
}

/// Explains a concept or a section once more, from its own pages: events as those of `/api/ask`.
#[utoipa::path(post, path = "/api/explain", tag = "lessons", request_body = Explain,
    responses((status = 200, content_type = "text/event-stream", body = String), Problems))]
pub async fn explain(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<Explain>,
) -> Result<Response, ApiError> {
    let kind = match body.kind.as_deref() {
        None | Some("" | "again") => Explanation::Again,
        Some("simpler") => Explanation::Simpler,
        Some("example") => Explanation::Example,
        Some(_) => return Err(ApiError::field("kind", "must be again, simpler or example")),
    };
    let subject = Subject {
        kind,
        concept_id: body.concept_id,
        section_id: body.section_id,
        language: language(body.language.as_deref())?,
    };
    let answering = ask::explain(&state.app, &owner, subject).await?;
    Ok(stream(&state, answering))
}

fn stream(state: &HttpState, answering: Answering) -> Response {
    let mut sources = Vec::new();
    let events = answering.map(move |event| {
        let event = match event {
            Event::Sources(all) => {
                let event = named("sources", &Sources { sources: &all });
                sources = all;
                event
            }
            Event::Text(text) => named("text", &Text { text: &text }),
            Event::Restart => named("restart", &serde_json::json!({})),
            Event::Done(answered) => done(&answered, &sources),
        };
        Ok::<_, Infallible>(event)
    });
    // One that goes on for long would hold up the server's end.
    let ending = state.ending.clone();
    let ended = async move {
        ending.cancelled().await;
        let message = "The server is being restarted. Please ask again in a moment.";
        Ok(named("error", &serde_json::json!({ "error": message })))
    };
    let events = until_either(events, ended);
    let alive = KeepAlive::new().interval(HEARTBEAT);
    as_it_comes(Sse::new(events).keep_alive(alive).into_response())
}

/// The events; when the other comes first, it is the last.
fn until_either<T: Send + 'static>(
    events: impl futures_util::Stream<Item = T> + Send + 'static,
    last: impl Future<Output = T> + Send + 'static,
) -> impl futures_util::Stream<Item = T> + Send + 'static {
    let events = Box::pin(events);
    let last = Box::pin(last);
    futures_util::stream::unfold(Some((events, last)), |state| async move {
        let (mut events, mut last) = state?;
        tokio::select! {
            biased;
            event = events.next() => Some((event?, Some((events, last)))),
            event = &mut last => Some((event, None)),
        }
    })
}

fn named(name: &str, data: &impl Serialize) -> sse::Event {
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".into());
    sse::Event::default().event(name).data(data)
}

fn done(answered: &Answered, sources: &[CitedSource]) -> sse::Event {
    named(
        "done",
        &Done {
            text: &answered.text,
            html: answer_html(answered, sources).to_string(),
            cited: &answered.cited,
            grounded: answered.is_grounded(),
            by: answered.by,
        },
    )
}
