//! Errors as answers: RFC 9457 problem details, with `error`, one sentence for people,
//! beside them.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use ultudy_app::{Error, error::whole_seconds, limits::Standing};
use ultudy_domain::field::FieldError;

/// Seconds a client is told to wait when a part is down.
const RETRY_AFTER_SECONDS: u64 = 5;

/// The body of every error answer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Kind of the problem: a stable code as a URN, `about:blank` where the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for a person.
    pub detail: String,
    /// The same sentence, where the original front end looks for it.
    pub error: String,
    /// The fields that cannot be taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// Every documented refusal.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "read by the OpenAPI derive only")]
pub enum Problems {
    /// Malformed: the field and the reason are named.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(#[to_schema] Problem),
    /// Nobody said who asks.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(#[to_schema] Problem),
    /// Asked from a place that may not ask.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] Problem),
    /// Not there, or not the caller's.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// The body arrived too slowly.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(#[to_schema] Problem),
    /// It contradicts what is there.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] Problem),
    /// Larger than allowed.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// Not a kind of content that can be read.
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(#[to_schema] Problem),
    /// Well-formed, and impossible.
    #[response(status = 422, content_type = "application/problem+json")]
    Unprocessable(#[to_schema] Problem),
    /// Too often. `Retry-After` is the exact wait, rounded up.
    #[response(status = 429, content_type = "application/problem+json", headers(
        ("Retry-After" = u64, description = "Seconds to wait"),
        ("X-RateLimit-Limit" = u32, description = "Most within a minute; of a limited call"),
        ("X-RateLimit-Remaining" = u32, description = "How many more are allowed now; of a limited call"),
        ("X-RateLimit-Reset" = u64, description = "When one more will be, in Unix seconds; of a limited call"),
    ))]
    TooMany(#[to_schema] Problem),
    /// A part is down.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Problem),
}

/// A refusal on its way out.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: Option<&'static str>,
    message: String,
    fields: Vec<FieldError>,
    /// Seconds.
    retry_after: Option<u64>,
    /// Of a limit that refused.
    standing: Option<Standing>,
}

impl ApiError {
    /// A refusal with a sentence.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            code: None,
            message: message.into(),
            fields: Vec::new(),
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_SECONDS),
            standing: None,
        }
    }

    /// A malformed request, by field.
    pub fn field(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldError::new(field, reason)]).into()
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence for a person.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let mut answer = Self::new(status_of(&error), error.to_string());
        match error {
            Error::Unprocessable { code, .. } => answer.code = Some(code),
            Error::Internal(source) => tracing::error!(error = %chain(&*source), "internal error"),
            Error::Full(source) => {
                answer.code = Some("no_room");
                tracing::error!(error = %chain(&*source), "the disk is full");
            }
            Error::FileLost(source) => {
                answer.code = Some("file_lost");
                tracing::error!(
                    error = %chain(&*source),
                    "a file that a row names is not in the object store"
                );
            }
            Error::Unavailable(source) => {
                tracing::warn!(error = %chain(&*source), "a part is not available");
            }
            Error::IssuerUnavailable(source) => {
                tracing::warn!(error = %chain(&*source), "the issuer is not available");
            }
            Error::Invalid(fields) => answer.fields = fields,
            Error::TooMany { retry_after } => {
                answer.retry_after = Some(whole_seconds(retry_after));
            }
            Error::TooManyOfTheirs { .. } => answer.retry_after = Some(RETRY_AFTER_SECONDS),
            Error::Limited { standing, .. } => {
                answer.retry_after = Some(whole_seconds(standing.reset));
                answer.standing = Some(standing);
            }
            _ => {}
        }
        answer
    }
}

fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(_) | Error::Interrupted => StatusCode::BAD_REQUEST,
        Error::Unauthorized(_) => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::TooMany { .. } | Error::Limited { .. } | Error::TooManyOfTheirs { .. } => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::Unprocessable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Unavailable(_) | Error::Full(_) | Error::IssuerUnavailable(_) | Error::Crowded => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::FileLost(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: self
                .code
                .map_or_else(|| "about:blank".into(), |code| format!("urn:ultudy:{code}")),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            detail: self.message.clone(),
            error: self.message,
            errors: self.fields,
        };
        let mut response = (self.status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(standing) = self.standing {
            response.extensions_mut().insert(standing);
        }
        response
    }
}
