//! What went wrong with a call, and whether trying again can help. What a provider says of an error is
//! not passed on: it may hold the key, or the text.

use std::time::Duration;

use chrono::DateTime;
use reqwest::StatusCode;

use crate::GenerateError;

/// Longest wait that a provider may ask for.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Longest code of an error that is logged, in bytes.
const CODE_MAX: usize = 64;

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection, the certificate, or the time.
    Call(reqwest::Error),
    /// Another status than 200.
    Status {
        status: StatusCode,
        /// The error's code as the provider names it; may be empty.
        code: String,
        /// How long to wait.
        wait: Option<Duration>,
    },
    /// Something that is no answer.
    Unreadable(&'static str),
    /// The model, or a filter before or behind it, will not write on this.
    Declined,
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Call(error)
    }
}

impl Failure {
    /// Logs it and says what the student is told.
    pub(super) fn told(self, model: &str) -> GenerateError {
        match self {
            Self::Call(error) => {
                tracing::warn!(model, ?error, "a call of the language model failed");
                if error.is_timeout() {
                    return transient("The language model did not answer in time.", None);
                }
                transient("The language model could not be reached.", None)
            }
            Self::Status { status, code, wait } => {
                let code = loggable(&code);
                tracing::warn!(model, %status, code, ?wait, "the language model refused a call");
                of_status(status, code, wait)
            }
            Self::Unreadable(reason) => {
                tracing::warn!(model, reason, "a language model's answer cannot be read");
                unreadable()
            }
            Self::Declined => {
                tracing::warn!(model, "the language model declined");
                permanent(
                    "content_refused",
                    "The language model will not write a lesson on this text.",
                )
            }
        }
    }
}

fn of_status(status: StatusCode, code: &str, wait: Option<Duration>) -> GenerateError {
    match (status.as_u16(), code) {
        (_, "insufficient_quota") => permanent(
            "model_quota_spent",
            "The language model's account has nothing left to spend. Whoever runs this server \
             can see to that.",
        ),
        (_, "context_length_exceeded") => permanent(
            "text_too_long",
            "This is more text than the language model can read at once. Its sections can have \
             lessons one by one.",
        ),
        (401 | 403, _) => permanent(
            "model_key_refused",
            "The language model does not accept this server's key. Whoever runs this server \
             must set OPENAI_API_KEY.",
        ),
        (404, _) => permanent(
            "model_unknown",
            "There is no such language model where this server asks for it. Whoever runs this \
             server must look at LLM_MODEL and OPENAI_BASE_URL.",
        ),
        (429, _) => transient("The language model has too much to do.", wait),
        (408 | 409 | 500..=599, _) => transient("The language model is out of order.", wait),
        _ => permanent(
            "model_request_refused",
            "The language model does not take what it was asked. Whoever runs this server must \
             look at LLM_MODEL and OPENAI_BASE_URL, and at the log.",
        ),
    }
}

/// What came is no lesson, this time.
pub(super) fn unreadable() -> GenerateError {
    transient("The language model's answer could not be used.", None)
}

/// The model found nothing to teach.
pub(super) fn nothing_taught() -> GenerateError {
    permanent(
        "section_without_text",
        "Nothing here is explained that a lesson could be made of. You can read the section \
         itself.",
    )
}

fn transient(message: &str, retry_after: Option<Duration>) -> GenerateError {
    GenerateError::Transient {
        message: message.to_owned(),
        retry_after,
    }
}

fn permanent(code: &'static str, message: &str) -> GenerateError {
    GenerateError::Permanent {
        code,
        message: message.to_owned(),
    }
}

/// A code that is a code; anything else might be anything.
fn loggable(code: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    match code.len() <= CODE_MAX && code.bytes().all(is_plain) {
        true => code,
        false => "",
    }
}

/// What `Retry-After` asks for, in seconds or as a date, counted from the answer's own `Date`.
pub(super) fn wait(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let wait = match retry_after.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(retry_after).ok()?;
            let now = DateTime::parse_from_rfc2822(date?).ok()?;
            (until - now).to_std().ok()?
        }
    };
    Some(wait.min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_longer_than_a_day() {
        let now = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        let seconds = |text, date| wait(text, date).map(|wait| wait.as_secs());
        assert_eq!(seconds("7", None), Some(7));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:30 GMT", now), Some(30));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:30 GMT", None), None);
        assert_eq!(seconds("Wed, 21 Oct 2026 07:27:30 GMT", now), None, "past");
        assert_eq!(seconds("99999999999", None), Some(86_400));
        assert_eq!(seconds("soon", now), None);
        assert_eq!(seconds("-3", now), None);
    }

    #[test]
    fn what_may_pass_is_tried_again_and_the_rest_says_what_to_do() {
        let of = |status: u16, code: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            of_status(status, code, Some(Duration::from_secs(9)))
        };
        for status in [408, 409, 429, 500, 502, 503, 529] {
            let GenerateError::Transient { retry_after, .. } = of(status, "") else {
                panic!("{status} passes");
            };
            assert_eq!(retry_after, Some(Duration::from_secs(9)), "{status}");
        }
        for (status, code, wanted) in [
            (301, "", "model_request_refused"),
            (400, "", "model_request_refused"),
            (400, "context_length_exceeded", "text_too_long"),
            (401, "", "model_key_refused"),
            (403, "", "model_key_refused"),
            (404, "", "model_unknown"),
            (429, "insufficient_quota", "model_quota_spent"),
        ] {
            let GenerateError::Permanent { code, .. } = of(status, code) else {
                panic!("{status} does not pass");
            };
            assert_eq!(code, wanted, "{status}");
        }
    }
}
