//! Asks issuers over HTTP, within limits.

use std::time::Duration;

use http::{StatusCode, header};
use reqwest::{Client, redirect::Policy};
use serde::de::DeserializeOwned;
use url::{Host, Url};

/// How long an issuer may take for an answer, all in all.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest answer that is read, in bytes; keys and discovery take some thousands.
const ANSWER_MAX: usize = 512 << 10;

/// Why an issuer did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The connection, the certificate, or the time.
    #[error(transparent)]
    Call(#[from] reqwest::Error),
    /// Another status than 200.
    #[error("{url} answers {status}")]
    Status {
        /// What was asked.
        url: Url,
        /// What it answered.
        status: StatusCode,
    },
    /// More than is read.
    #[error("an answer of more than {} KiB", ANSWER_MAX >> 10)]
    TooLong,
    /// Not the JSON that it should be.
    #[error("{url} answers with something else than expected: {reason}")]
    Unexpected {
        /// What was asked.
        url: Url,
        /// What is wrong.
        reason: String,
    },
    /// Asked before, of late, and the answer was none.
    #[error("it did not answer a moment ago: {0}")]
    NotYet(String),
}

/// Why an address is none to ask.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// No address, or of another scheme.
    #[error("must be https://…")]
    Malformed,
    /// Anybody on the way could answer.
    #[error(
        "must be https://…: anybody on the way could change what comes by http from another \
         machine; AUTH_ALLOW_HTTP=true takes it all the same"
    )]
    Http,
}

/// Asks issuers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    http_allowed: bool,
}

impl Caller {
    /// One that trusts the system's certificates, or those of `SSL_CERT_FILE`.
    ///
    /// # Errors
    /// No certificates can be read.
    pub fn new(http_allowed: bool) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            // Nothing of an issuer's moves, and a secret goes nowhere else.
            .redirect(Policy::none())
            .user_agent("ultudy")
            .build()?;
        Ok(Self {
            client,
            http_allowed,
        })
    }

    /// [`address`], for what an issuer tells.
    pub(super) fn address(&self, text: &str) -> Result<Url, AddressError> {
        address(text, self.http_allowed)
    }

    /// Gets JSON.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: &Url,
        bearer: Option<&str>,
    ) -> Result<T, CallError> {
        let mut request = self
            .client
            .get(url.clone())
            .header(header::ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let status = response.status();
        let url = url.clone();
        if status != StatusCode::OK {
            return Err(CallError::Status { url, status });
        }
        let text = read(response).await?;
        serde_json::from_slice(&text).map_err(|error| CallError::Unexpected {
            url,
            reason: error.to_string(),
        })
    }

    /// Sends any request.
    pub(super) async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, CallError> {
        let response = self.client.execute(request.try_into()?).await?;
        let mut answer = http::Response::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        *answer.body_mut() = read(response).await?;
        Ok(answer)
    }
}

/// An address that may be asked: by http only on this machine, unless `http_allowed`.
///
/// # Errors
/// It may not.
pub fn address(text: &str, http_allowed: bool) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(AddressError::Malformed),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here || http_allowed => Ok(url),
        "http" => Err(AddressError::Http),
        _ => Err(AddressError::Malformed),
    }
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, CallError> {
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if text.len() + chunk.len() > ANSWER_MAX {
            return Err(CallError::TooLong);
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_http_only_this_machine_is_asked() {
        for good in [
            "https://id.example/",
            "http://127.0.0.1:8080/jwks",
            "http://[::1]/",
            "http://localhost:1/",
        ] {
            assert!(address(good, false).is_ok(), "{good}");
        }
        let far = "http://id.example/jwks";
        assert!(matches!(address(far, false), Err(AddressError::Http)));
        for bad in [
            "http://127.0.0.1.id.example/",
            "http://localhost.id.example/",
            "http://10.0.0.1/",
        ] {
            assert!(address(bad, false).is_err(), "{bad}");
        }
        assert!(address(far, true).is_ok());
        for bad in ["", "id.example", "file:///etc/passwd", "ftp://127.0.0.1/"] {
            assert!(address(bad, true).is_err(), "{bad}");
        }
    }
}
