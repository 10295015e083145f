//! What the object store is asked: each request is bounded in time and counted, and its error told
//! apart by who can do something about it.

use std::time::{Duration, Instant};

use crate::Error;

/// How long requests took, in seconds: `operation`, `outcome`.
const REQUESTS: &str = "ultudy_storage_request_duration_seconds";
/// Files that broke off while they were read.
const BROKEN: &str = "ultudy_storage_reads_broken_total";
/// What a provider says of a bucket that is not there, which is no word on the file.
const NO_BUCKET: [&str; 2] = ["NoSuchBucket", "ContainerNotFound"];
/// What is said of requests that will never do. Of a list the library gives all errors one kind.
const NEVER: [&str; 6] = [
    "status code: 401",
    "status code: 403",
    "AuthorizationHeaderMalformed",
    "PermanentRedirect",
    "InvalidBucketName",
    "without LOCATION",
];

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// Whether the store can be used.
    Check,
    /// A file up to its first byte, for somebody who looks at a page.
    Read,
    /// The same for work on it.
    Get,
    /// Whether a file is there.
    Head,
    /// A whole file.
    Put,
    /// A file that comes in parts: its begin, a part, its end, or none after all.
    Begin,
    Part,
    Complete,
    Abort,
    Delete,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Read => "read",
            Self::Get => "get",
            Self::Head => "head",
            Self::Put => "put",
            Self::Begin => "begin",
            Self::Part => "part",
            Self::Complete => "complete",
            Self::Abort => "abort",
            Self::Delete => "delete",
        }
    }

    /// Longest it may take, with all that is tried again.
    fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Check | Self::Read | Self::Head | Self::Abort => 5,
            Self::Get | Self::Put | Self::Begin | Self::Part | Self::Complete | Self::Delete => 30,
        })
    }
}

/// Why a store cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It refuses, and will go on to: settings or rights must be mended.
    Refused(String),
    /// It does not answer as it should, and may yet.
    Away(String),
}

/// Waits for what was asked, no longer than it may take, and counts it.
pub(super) async fn asked<T>(
    operation: Operation,
    asking: impl Future<Output = object_store::Result<T>>,
) -> object_store::Result<T> {
    let (begun, patience) = (Instant::now(), operation.patience());
    let answered = tokio::time::timeout(patience, asking).await;
    let answered = answered.unwrap_or_else(|_| {
        Err(object_store::Error::Generic {
            store: "object store",
            source: format!("no answer within {} s", patience.as_secs()).into(),
        })
    });
    let labels = [
        ("operation", operation.name()),
        ("outcome", outcome(&answered)),
    ];
    metrics::histogram!(REQUESTS, &labels).record(begun.elapsed());
    answered
}

fn outcome<T>(answered: &object_store::Result<T>) -> &'static str {
    match answered {
        Ok(_) => "ok",
        Err(error) if is_missing(error) => "missing",
        Err(error) => match fault(error) {
            Fault::Refused(_) => "refused",
            Fault::Away(_) => "away",
        },
    }
}

/// Counts and tells that a file broke off while it was read.
pub(super) fn broke_off(key: &str, error: &object_store::Error) {
    metrics::counter!(BROKEN).increment(1);
    tracing::warn!(%key, %error, "a file broke off while it was read");
}

/// Whether the store has no such file.
pub(super) fn is_missing(error: &object_store::Error) -> bool {
    let is_not_found = matches!(error, object_store::Error::NotFound { .. });
    is_not_found && !says(error, &NO_BUCKET)
}

/// An error on the way to a file that a row names.
pub(super) fn told(error: object_store::Error) -> Error {
    match is_missing(&error) {
        true => Error::FileLost(error.into()),
        false => Error::unavailable(error),
    }
}

/// Who can do something about it, and what the store said.
pub(super) fn fault(error: &object_store::Error) -> Fault {
    let is_refusal = match error {
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => true,
        _ => says(error, &NO_BUCKET) || says(error, &NEVER),
    };
    match is_refusal {
        true => Fault::Refused(in_short(error)),
        false => Fault::Away(in_short(error)),
    }
}

fn says(error: &object_store::Error, codes: &[&str]) -> bool {
    let text = error.to_string();
    codes.iter().any(|code| text.contains(code))
}

/// Code and message of the answer if it has them, which say more than all around them.
fn in_short(error: &object_store::Error) -> String {
    let text = error.to_string();
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>"))
            .map(|(content, _)| content.trim().to_owned())
    };
    let short = match (element("Code"), element("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code,
        _ => text,
    };
    // One line of the log, whatever was answered.
    short.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_found(body: &str) -> object_store::Error {
        object_store::Error::NotFound {
            path: "blobs/a".into(),
            source: body.to_owned().into(),
        }
    }

    #[test]
    fn a_missing_bucket_is_no_word_on_the_file() {
        let file = not_found("404: <Error><Code>NoSuchKey</Code></Error>");
        assert!(matches!(told(file), Error::FileLost(_)));
        let bucket = not_found("404: <Error><Code>NoSuchBucket</Code></Error>");
        assert!(matches!(told(bucket), Error::Unavailable(_)));
    }

    #[test]
    fn a_fault_is_told_in_one_short_line() {
        let error = object_store::Error::PermissionDenied {
            path: "blobs/a".into(),
            source: "403: <?xml?>\n<Error>\n<Code>RequestTimeTooSkewed</Code><Message>The \
                     difference is\n too large.</Message></Error>"
                .into(),
        };
        let told = "RequestTimeTooSkewed: The difference is too large.";
        assert_eq!(fault(&error), Fault::Refused(told.into()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_never_answered_ends() {
        let never = std::future::pending::<object_store::Result<()>>();
        let error = asked(Operation::Read, never).await.unwrap_err();
        assert!(matches!(fault(&error), Fault::Away(why) if why.contains("within 5 s")));
    }
}
