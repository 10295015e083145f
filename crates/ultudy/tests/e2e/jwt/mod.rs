//! `AUTH_MODE=jwt`: tokens of an outside issuer, whose keys are served over HTTP.

use jsonwebtoken::Algorithm;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use ultudy_app::clock::{Clock as _, SystemClock};
use ultudy_testkit::issuer::{Issuer, Key};

use crate::api::{self, Api, send, text};

mod keys;
mod people;
mod tokens;

const AUDIENCE: &str = "ultudy-tests";

/// A server that believes an issuer.
struct World {
    api: Api,
    issuer: Issuer,
    key: Key,
}

impl World {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(more: &[(&str, &str)]) -> Self {
        let key = Key::new("first", Algorithm::ES256);
        let issuer = Issuer::start(&[&key]).await;
        let jwks_url = issuer.jwks_url();
        let settings = [
            ("AUTH_MODE", "jwt"),
            ("AUTH_JWT_JWKS_URL", jwks_url.as_str()),
            ("AUTH_JWT_ISS", issuer.name()),
            ("AUTH_JWT_AUD", AUDIENCE),
        ];
        let api = Api::start(&[&settings[..], more].concat(), None).await;
        Self { api, issuer, key }
    }

    /// What a good token says.
    fn claims(&self, subject: &str) -> Value {
        json!({
            "iss": self.issuer.name(),
            "aud": AUDIENCE,
            "sub": subject,
            "exp": now() + 600,
        })
    }

    fn token(&self, subject: &str) -> String {
        self.key.sign(&self.claims(subject))
    }

    async fn ask(&self, method: Method, path: &str, token: &str) -> api::Answer {
        let request = self.api.request_as(None, method, path);
        send(request.bearer_auth(token)).await
    }

    /// What `/me` says to a token.
    async fn me(&self, token: &str) -> api::Answer {
        self.ask(Method::GET, "/api/me", token).await
    }

    /// Why a token is refused.
    async fn refusal(&self, token: &str) -> String {
        let answer = self.me(token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
        text(&answer.body["detail"])
    }
}

fn now() -> i64 {
    SystemClock.now().timestamp()
}
