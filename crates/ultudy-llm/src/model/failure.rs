//! What went wrong with a call, and whether trying again can help. What a provider says of an error is
//! not passed on: it may hold the key, or the text.

use std::time::Duration;

use reqwest::StatusCode;

use super::{
    provider::Provider,
    wire::{Cause, Told},
};
use crate::{GenerateError, Unpaid};

/// Longest code of an error that is logged, in bytes.
const CODE_MAX: usize = 64;

/// How long a provider is left alone that has too much to do and does not say for how long.
const LIMITED_WAIT: Duration = Duration::from_secs(10);

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection, the certificate, or silence.
    Call {
        error: reqwest::Error,
        /// Whether an answer had begun: what was written then is paid for.
        had_begun: bool,
    },
    /// All the time there was.
    Time,
    /// Another status than 200.
    Status { status: StatusCode, told: Told },
    /// Something that no provider says: another server's page.
    Foreign(&'static str),
    /// An answer that ended before its end, or with an error.
    Broken(&'static str),
    /// The model's answer is no lesson.
    Unreadable(&'static str),
    /// The model, or a filter before or behind it, will not write on this.
    Declined,
    /// It asked to be left alone, or has failed too often: no call was made.
    Resting { wait: Duration, is_limited: bool },
    /// Nobody pays for it: no call was made.
    Unpaid(Unpaid),
}

impl Failure {
    /// In a word, for metrics.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            // A connection that takes too long is none.
            Self::Call { error, .. } if error.is_connect() => "unreachable",
            Self::Call { error, .. } if error.is_timeout() => "silent",
            // What was sent may have been read, and paid for.
            Self::Call { .. } => "cut",
            Self::Time => "too_slow",
            Self::Status { status, told } => match kind(*status, told) {
                Kind::Quota => "quota",
                Kind::TooLong => "text_too_long",
                Kind::Key => "key",
                Kind::Unknown => "unknown_model",
                Kind::Limited => "limited",
                Kind::OutOfOrder => "out_of_order",
                Kind::Refused => "refused",
            },
            Self::Foreign(_) => "foreign",
            Self::Broken(_) => "cut",
            Self::Unreadable(_) => "unreadable",
            Self::Declined => "declined",
            Self::Resting { .. } => "resting",
            Self::Unpaid(_) => "budget_spent",
        }
    }

    /// Whether it says that the provider is not well, whoever asks and whatever for.
    pub(super) fn is_of_the_provider(&self) -> bool {
        match self {
            Self::Call { .. } | Self::Time | Self::Foreign(_) | Self::Broken(_) => true,
            Self::Status { status, told } => kind(*status, told) == Kind::OutOfOrder,
            Self::Unreadable(_) | Self::Declined | Self::Resting { .. } | Self::Unpaid(_) => false,
        }
    }

    /// Whether the same call may do in a moment: nothing was written, so nothing is paid for twice. Who
    /// was silent for all the time it had is not asked again at once.
    pub(super) fn may_pass_soon(&self) -> bool {
        match self {
            Self::Call { error, had_begun } => {
                error.is_connect() || (!had_begun && !error.is_timeout())
            }
            Self::Status { status, told } => {
                matches!(kind(*status, told), Kind::Limited | Kind::OutOfOrder)
            }
            Self::Foreign(_)
            | Self::Broken(_)
            | Self::Time
            | Self::Unreadable(_)
            | Self::Declined
            | Self::Resting { .. }
            | Self::Unpaid(_) => false,
        }
    }

    /// Whether it was too much for the provider.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self, Self::Status { status, told } if kind(*status, told) == Kind::Limited)
    }

    /// How long the provider asked to be left alone.
    pub(super) fn wait(&self) -> Option<Duration> {
        match self {
            Self::Status { told, .. } => told.wait,
            Self::Resting { wait, .. } | Self::Unpaid(Unpaid::Later { wait, .. }) => Some(*wait),
            _ => None,
        }
    }

    /// Logs it.
    pub(super) fn log(&self, provider: Provider, model: &str) {
        let provider = provider.name();
        match self {
            Self::Call { error, .. } => {
                tracing::warn!(
                    provider,
                    model,
                    ?error,
                    "a call of the language model failed"
                );
            }
            Self::Time => {
                tracing::warn!(
                    provider,
                    model,
                    "the language model took all the time it had"
                );
            }
            Self::Status { status, told } => {
                let (code, wait) = (loggable(&told.code), told.wait);
                tracing::warn!(provider, model, %status, code, ?wait, "the language model refused a call");
            }
            Self::Foreign(reason) | Self::Broken(reason) | Self::Unreadable(reason) => {
                tracing::warn!(
                    provider,
                    model,
                    reason,
                    "a language model's answer cannot be used"
                );
            }
            Self::Declined => tracing::warn!(provider, model, "the language model declined"),
            Self::Resting { wait, .. } => {
                tracing::info!(provider, model, ?wait, "the language model is left alone");
            }
            Self::Unpaid(unpaid) => {
                tracing::info!(
                    provider,
                    model,
                    ?unpaid,
                    "a call of the language model is not paid"
                );
            }
        }
    }

    /// What the student is told, and whoever runs the server: of the model that is asked first, or of
    /// one in its place.
    pub(super) fn told(&self, provider: Provider, is_first: bool) -> GenerateError {
        match self {
            Self::Call { error, .. } if error.is_timeout() => {
                transient("The language model did not answer in time.", None)
            }
            Self::Time => transient("The language model did not answer in time.", None),
            Self::Call { .. } => transient("The language model could not be reached.", None),
            Self::Status { status, told } => of_status(*status, told, provider, is_first),
            Self::Foreign(_) | Self::Broken(_) | Self::Unreadable(_) => unreadable(),
            Self::Declined => permanent(
                "content_refused",
                "The language model will not write a lesson on this text.",
            ),
            Self::Resting { wait, is_limited } => {
                let message = match is_limited {
                    true => "The language model has too much to do.",
                    false => "The language model is out of order.",
                };
                GenerateError::NotAsked {
                    message: message.to_owned(),
                    wait: *wait,
                    is_limited: *is_limited,
                }
            }
            Self::Unpaid(unpaid) => unpaid.clone().into(),
        }
    }
}

/// What it is called when a text teaches nothing, and when it is longer than a model reads at once.
pub(super) const NOTHING_TAUGHT: &str = "section_without_text";
pub(super) const TOO_LONG: &str = "text_too_long";

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quota,
    TooLong,
    Key,
    Unknown,
    Limited,
    OutOfOrder,
    Refused,
}

fn kind(status: StatusCode, told: &Told) -> Kind {
    match (status.as_u16(), told.cause) {
        (_, Some(Cause::Quota)) | (402, _) => Kind::Quota,
        (_, Some(Cause::TooLong)) => Kind::TooLong,
        (401 | 403, _) | (_, Some(Cause::Key)) => Kind::Key,
        (404, _) => Kind::Unknown,
        (429, _) => Kind::Limited,
        (408 | 409 | 500..=599, _) => Kind::OutOfOrder,
        _ => Kind::Refused,
    }
}

fn of_status(status: StatusCode, told: &Told, provider: Provider, is_first: bool) -> GenerateError {
    let base_url = provider.base_url_setting();
    let model = match is_first {
        true => "LLM_MODEL",
        false => "LLM_FALLBACK",
    };
    match kind(status, told) {
        Kind::Quota => permanent(
            "model_quota_spent",
            "The language model's account has nothing left to spend. Whoever runs this server \
             can see to that.",
        ),
        Kind::TooLong => too_long(),
        Kind::Key => permanent(
            "model_key_refused",
            &format!(
                "The language model does not accept this server's key. Whoever runs this server \
                 must set {}.",
                provider.key_setting()
            ),
        ),
        Kind::Unknown => permanent(
            "model_unknown",
            &format!(
                "There is no such language model where this server asks for it. Whoever runs this \
                 server must look at {model} and {base_url}."
            ),
        ),
        // Nothing was written: it costs no try.
        Kind::Limited => GenerateError::NotAsked {
            message: "The language model has too much to do.".to_owned(),
            wait: told.wait.unwrap_or(LIMITED_WAIT),
            is_limited: true,
        },
        Kind::OutOfOrder => transient("The language model is out of order.", told.wait),
        Kind::Refused => permanent(
            "model_request_refused",
            &format!(
                "The language model does not take what it was asked. Whoever runs this server must \
                 look at {model} and {base_url}, and at the log."
            ),
        ),
    }
}

/// What came is no lesson, this time.
pub(super) fn unreadable() -> GenerateError {
    transient("The language model's answer could not be used.", None)
}

/// The text is too long, also part by part.
pub(super) fn too_long() -> GenerateError {
    permanent(
        TOO_LONG,
        "This is more text than the language model can read. Its sections can have lessons one by \
         one.",
    )
}

/// The model found nothing to teach.
pub(super) fn nothing_taught() -> GenerateError {
    permanent(
        NOTHING_TAUGHT,
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
    let is_plain = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    match code.len() <= CODE_MAX && code.bytes().all(is_plain) {
        true => code,
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_the_rest_says_what_to_do() {
        let of = |status: u16, cause| {
            let told = Told {
                cause,
                wait: Some(Duration::from_secs(9)),
                ..Told::default()
            };
            let status = StatusCode::from_u16(status).unwrap();
            of_status(status, &told, Provider::Gemini, true)
        };
        for status in [408, 409, 500, 502, 503, 529] {
            let GenerateError::Transient { retry_after, .. } = of(status, None) else {
                panic!("{status} passes");
            };
            assert_eq!(retry_after, Some(Duration::from_secs(9)), "{status}");
        }
        let GenerateError::NotAsked { wait, .. } = of(429, None) else {
            panic!("it costs no try");
        };
        assert_eq!(wait, Duration::from_secs(9));
        for (status, cause, wanted) in [
            (301, None, "model_request_refused"),
            (400, None, "model_request_refused"),
            (400, Some(Cause::TooLong), "text_too_long"),
            (400, Some(Cause::Key), "model_key_refused"),
            (401, None, "model_key_refused"),
            (403, None, "model_key_refused"),
            (404, None, "model_unknown"),
            (402, None, "model_quota_spent"),
            (429, Some(Cause::Quota), "model_quota_spent"),
        ] {
            let GenerateError::Permanent { code, message } = of(status, cause) else {
                panic!("{status} does not pass");
            };
            assert_eq!(code, wanted, "{status}");
            assert!(!message.contains("OPENAI"), "another provider's setting");
        }
    }

    #[test]
    fn only_what_cannot_be_a_secret_is_logged_of_a_code() {
        assert_eq!(loggable("overloaded_error"), "overloaded_error");
        assert_eq!(loggable("sk-2fe1c0a97d"), "");
        assert_eq!(loggable(&"a".repeat(65)), "");
    }
}
