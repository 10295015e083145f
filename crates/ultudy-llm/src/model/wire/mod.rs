//! How providers are spoken to. A format says how a prompt is put, and reads what comes back; it makes
//! no calls and knows nothing of time, tries or lessons.

mod anthropic;
mod gemini;
mod openai;

use std::time::Duration;

use reqwest::{
    StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue, RETRY_AFTER},
};

pub(super) use self::{anthropic::Anthropic, gemini::Gemini, openai::OpenAi};
use super::{failure::Failure, rates, schema::Schema};

/// What a model is to do, whatever with.
pub(super) struct Question {
    /// What the answer is, in a word.
    pub(super) name: &'static str,
    pub(super) instructions: &'static str,
    /// What the answer must look like; none: a text.
    pub(super) schema: Option<&'static Schema>,
    /// Most tokens of an answer, those included that a model thinks with: what a budget must have room for.
    pub(super) tokens_max: u32,
}

/// What a model is asked: told apart, what to do and the data to do it with.
pub(super) struct Prompt<'a> {
    pub(super) question: &'a Question,
    /// JSON; never instructions.
    pub(super) material: &'a str,
    /// Pictures that belong to it.
    pub(super) pictures: &'a [Picture],
}

/// A picture, as every format takes it.
pub(super) struct Picture {
    pub(super) media_type: &'static str,
    /// Its file in base64.
    pub(super) base64: String,
}

/// Why a model says no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It has said all.
    Said,
    /// It may not say more.
    Length,
    /// It, or a filter before or behind it, will not write on this.
    Declined,
}

/// An answer as it grows.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) content: String,
    /// None until it is known: a stream that ends before was cut.
    pub(super) end: Option<End>,
    /// Nothing more will come.
    pub(super) is_done: bool,
    /// Tokens that were read, as far as the provider says.
    pub(super) tokens_read: u64,
    /// Tokens that were written.
    pub(super) tokens_written: u64,
}

/// What an error says besides its status.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The error's code as the provider names it; may be empty.
    pub(super) code: String,
    /// What is known by it, whatever the status.
    pub(super) cause: Option<Cause>,
    /// How long the body asks to be left alone.
    pub(super) wait: Option<Duration>,
}

/// What only the provider's words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The key is not taken.
    Key,
    /// There is nothing left to spend.
    Quota,
    /// The text is longer than the model reads at once.
    TooLong,
}

/// A chat model's wire format that streams structured output.
pub(super) trait WireFormat: Send + Sync {
    /// Where a model is asked.
    fn address(&self, base: &Url, model: &str) -> Url;

    /// How the key is shown; an empty one is not shown at all.
    fn headers(&self, key: &str) -> Result<HeaderMap, InvalidHeaderValue>;

    /// The request's body, which asks for events and for an answer that follows the schema, if there is
    /// one.
    fn body(&self, model: &str, prompt: &Prompt<'_>) -> serde_json::Result<String>;

    /// Adds what an event's data says, or a whole answer's body where a server does not stream.
    fn read(&self, data: &[u8], answer: &mut Answer) -> Result<(), Failure>;

    /// What an error's body says.
    fn told(&self, body: &[u8]) -> Told;

    /// How long an answer's headers ask to be left alone from now on, though it was given.
    fn rest(&self, headers: &HeaderMap) -> Option<Duration>;

    /// How long an error's headers ask to be left alone.
    fn wait(&self, headers: &HeaderMap) -> Option<Duration> {
        rates::retry_after(headers, RETRY_AFTER.as_str()).or_else(|| self.rest(headers))
    }
}

/// Headers with a secret, which no log shows.
fn secret(
    name: HeaderName,
    value: &str,
    others: &[(&'static str, &'static str)],
) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers: HeaderMap = others
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect();
    let mut value = HeaderValue::from_str(value)?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

/// Below an API's address.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut address = base.clone();
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    address
}

/// What an event says that is an error: as a status would.
fn overloaded(code: &str) -> Failure {
    let status = match code {
        // By OpenAI, Anthropic and Gemini.
        "rate_limit_exceeded" | "rate_limit_error" | "resource_exhausted" => {
            StatusCode::TOO_MANY_REQUESTS
        }
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    Failure::Status {
        status,
        told: Told {
            code: code.to_owned(),
            ..Told::default()
        },
    }
}

fn no_answer() -> Failure {
    Failure::Foreign("not what this API answers")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Url {
        url.parse().unwrap()
    }

    #[test]
    fn addresses_are_below_the_base_with_or_without_a_slash_at_its_end() {
        for end in ["", "/"] {
            let base = base(&format!("https://models.example/v1{end}"));
            let address = |wire: &dyn WireFormat| wire.address(&base, "org/m:8b").to_string();
            assert_eq!(
                address(&OpenAi::OWN),
                "https://models.example/v1/chat/completions"
            );
            assert_eq!(address(&Anthropic), "https://models.example/v1/messages");
            assert_eq!(
                address(&Gemini),
                "https://models.example/v1/models/org%2Fm:8b:streamGenerateContent?alt=sse"
            );
        }
    }

    #[test]
    fn keys_are_shown_to_the_provider_and_to_nobody_else() {
        let formats: [&dyn WireFormat; 3] = [&OpenAi::OWN, &Gemini, &Anthropic];
        for wire in formats {
            let headers = wire.headers("sk-hunter2").unwrap();
            assert!(!format!("{headers:?}").contains("hunter2"));
            assert!(headers.values().any(HeaderValue::is_sensitive));
        }
        // A server of one's own may want none.
        assert!(OpenAi::OWN.headers("").unwrap().is_empty());
    }

    #[test]
    fn events_without_words_are_answers_too() {
        let mut answer = Answer::default();
        let usage = br#"{"usageMetadata":{"promptTokenCount":7}}"#;
        Gemini.read(usage, &mut answer).unwrap();
        assert_eq!((answer.tokens_read, answer.end), (7, None));
        let usage = br#"{"choices":[],"usage":{"completion_tokens":9}}"#;
        OpenAi::OWN.read(usage, &mut answer).unwrap();
        assert_eq!(answer.tokens_written, 9);
        let ping = br#"{"type":"ping"}"#;
        Anthropic.read(ping, &mut answer).unwrap();
        let formats: [&dyn WireFormat; 3] = [&OpenAi::OWN, &Gemini, &Anthropic];
        for wire in formats {
            assert!(wire.read(br#"{"status":"ok"}"#, &mut answer).is_err());
        }
    }

    #[test]
    fn an_event_that_is_an_error_tells_a_limit_from_what_is_out_of_order() {
        let formats: [(&dyn WireFormat, &[u8], &[u8]); 3] = [
            (
                &OpenAi::OWN,
                br#"{"error":{"code":"rate_limit_exceeded"}}"#,
                br#"{"error":{"code":"server_error"}}"#,
            ),
            (
                &Anthropic,
                br#"{"type":"error","error":{"type":"rate_limit_error"}}"#,
                br#"{"type":"error","error":{"type":"overloaded_error"}}"#,
            ),
            (
                &Gemini,
                br#"{"error":{"status":"RESOURCE_EXHAUSTED"}}"#,
                br#"{"error":{"status":"UNAVAILABLE"}}"#,
            ),
        ];
        for (wire, limited, ill) in formats {
            for (event, reason) in [(limited, "limited"), (ill, "out_of_order")] {
                let failure = wire.read(event, &mut Answer::default()).unwrap_err();
                assert_eq!(failure.reason(), reason);
            }
        }
    }

    #[test]
    fn every_header_by_which_a_limit_is_told_is_read() {
        let cases: [(&dyn WireFormat, &[&str], &str); 2] = [
            (
                &OpenAi::OWN,
                &[
                    "x-ratelimit-remaining-requests x-ratelimit-reset-requests",
                    "x-ratelimit-remaining-tokens x-ratelimit-reset-tokens",
                ],
                "1m0s",
            ),
            (
                &Anthropic,
                &[
                    "anthropic-ratelimit-requests-remaining anthropic-ratelimit-requests-reset",
                    "anthropic-ratelimit-tokens-remaining anthropic-ratelimit-tokens-reset",
                    "anthropic-ratelimit-input-tokens-remaining \
                     anthropic-ratelimit-input-tokens-reset",
                    "anthropic-ratelimit-output-tokens-remaining \
                     anthropic-ratelimit-output-tokens-reset",
                ],
                "2026-10-21T07:29:00Z",
            ),
        ];
        for (wire, pairs, reset) in cases {
            for pair in pairs {
                let (remaining, resets) = pair.split_once(' ').unwrap();
                let name = |name: &str| name.trim().parse::<HeaderName>().unwrap();
                let mut headers = HeaderMap::new();
                headers.insert("date", "Wed, 21 Oct 2026 07:28:00 GMT".parse().unwrap());
                headers.insert(name(resets), reset.parse().unwrap());
                headers.insert(name(remaining), "0".parse().unwrap());
                assert_eq!(wire.rest(&headers), Some(Duration::from_secs(60)), "{pair}");
                headers.insert(name(remaining), "1".parse().unwrap());
                assert_eq!(wire.rest(&headers), None, "{pair}");
            }
        }
        assert_eq!(Gemini.rest(&HeaderMap::new()), None, "it has none");
    }

    #[test]
    fn what_only_words_say_is_read_from_them() {
        let gemini = br#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m",
            "details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}"#;
        let told = Gemini.told(gemini);
        assert_eq!(told.code, "resource_exhausted");
        assert_eq!(told.wait, Some(Duration::from_secs(34)));
        let anthropic = br#"{"type":"error","error":{"type":"invalid_request_error",
            "message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#;
        assert_eq!(Anthropic.told(anthropic).cause, Some(Cause::TooLong));
        let openai = br#"{"error":{"message":"m","type":"t","code":"insufficient_quota"}}"#;
        assert_eq!(OpenAi::OWN.told(openai).cause, Some(Cause::Quota));
        let formats: [&dyn WireFormat; 3] = [&OpenAi::OWN, &Gemini, &Anthropic];
        for wire in formats {
            assert_eq!(wire.told(b"<html>"), Told::default());
        }
    }
}
