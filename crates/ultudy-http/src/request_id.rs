//! Every request has an id, in the answer's `X-Request-Id` and in the log.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
};
use ultudy_app::clock::Clock;
use uuid::Uuid;

/// Longest id that a client may choose, in bytes.
const LONGEST: usize = 128;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    /// Of the request that this task answers.
    static CURRENT: RequestId;
}

/// What names a request: what a proxy or the client calls it, else a new id. It has neither
/// quotes nor blanks. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The client's own, if it can be one; else by the clock.
    pub(crate) fn of(request: &Request, clock: &dyn Clock) -> Self {
        let given = request.headers().get(HEADER).filter(|id| is_plain(id));
        given.map_or_else(|| Self::new(clock.new_id()), |id| Self(id.clone()))
    }

    fn new(id: Uuid) -> Self {
        let mut text = Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut text);
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("-")))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }

    pub(crate) fn into_value(self) -> HeaderValue {
        self.0
    }

    /// Does what is done for this request: [`current`] knows it then.
    pub(crate) fn within<T>(self, done: impl Future<Output = T>) -> impl Future<Output = T> {
        CURRENT.scope(self, done)
    }
}

/// Tells the id of the request that is answered by whatever runs now; not where nobody's is.
pub fn current(tell: impl FnOnce(&str)) {
    // What runs for no request has none.
    let _ = CURRENT.try_with(|id| tell(id.as_str()));
}

fn is_plain(id: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use ultudy_app::clock::SystemClock;

    use super::*;

    fn id_of(given: Option<&[u8]>) -> RequestId {
        let mut request = Request::new(Body::empty());
        if let Some(given) = given {
            let given = HeaderValue::from_bytes(given).unwrap();
            request.headers_mut().insert(HEADER, given);
        }
        RequestId::of(&request, &SystemClock)
    }

    #[test]
    fn a_clients_own_id_is_kept_if_it_cannot_confuse_the_log() {
        let longest = "x".repeat(LONGEST);
        for kept in ["../../x", "0-1_2:3", &longest] {
            assert_eq!(id_of(Some(kept.as_bytes())).as_str(), kept);
        }
        let too_long = "x".repeat(LONGEST + 1);
        for refused in ["", "a b", "a\"", "a\\", "a\tb", "ä", &too_long] {
            let id = id_of(Some(refused.as_bytes()));
            assert!(Uuid::parse_str(id.as_str()).is_ok(), "{refused}: {id:?}");
        }
        assert_ne!(id_of(None), id_of(None));
    }

    #[tokio::test]
    async fn it_is_known_to_what_is_done_for_the_request_only() {
        let mut seen = Vec::new();
        current(|id| seen.push(id.to_owned()));
        let id = id_of(Some(b"one"));
        id.within(async { current(|id| seen.push(id.to_owned())) })
            .await;
        assert_eq!(seen, ["one"]);
    }
}
