//! An issuer of tokens: keys of its own, published over HTTP as it is told to.
#![allow(
    clippy::expect_used,
    reason = "a test whose issuer cannot sign has failed"
)]

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the issuer answers who asks for its keys.
#[derive(Debug, Clone)]
pub enum Answer {
    /// These keys.
    Keys(Vec<Value>),
    /// Any text.
    Text(String),
    /// An error.
    Down,
    /// Nothing, ever.
    Silence,
}

/// A running issuer. It ends with the test's runtime.
pub struct Issuer {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    answer: Answer,
    asked: usize,
}

/// A key pair.
pub struct Key {
    /// Its name.
    pub id: String,
    /// What it signs by.
    pub algorithm: Algorithm,
    private: EncodingKey,
}

impl Issuer {
    /// Starts one that publishes these keys.
    ///
    /// # Panics
    /// No port is free.
    pub async fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Mutex::new(Shared {
            answer: published(keys),
            asked: 0,
        }));
        let site = Router::new()
            .route("/jwks", get(answer))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self {
            url: format!("http://{address}"),
            shared,
        }
    }

    /// Its name for itself, `http://…`.
    pub fn name(&self) -> &str {
        &self.url
    }

    /// Where its keys are.
    pub fn jwks_url(&self) -> String {
        format!("{}/jwks", self.url)
    }

    /// Answers so from now on.
    pub fn answers(&self, answer: Answer) {
        self.lock().answer = answer;
    }

    /// Publishes these keys from now on.
    pub fn publishes(&self, keys: &[&Key]) {
        self.answers(published(keys));
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn published(keys: &[&Key]) -> Answer {
    Answer::Keys(keys.iter().map(|key| key.public()).collect())
}

async fn answer(State(shared): State<Arc<Mutex<Shared>>>) -> impl IntoResponse {
    let answer = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.asked += 1;
        shared.answer.clone()
    };
    match answer {
        Answer::Keys(keys) => (StatusCode::OK, json!({ "keys": keys }).to_string()),
        Answer::Text(text) => (StatusCode::OK, text),
        Answer::Down => (StatusCode::SERVICE_UNAVAILABLE, "down".into()),
        Answer::Silence => std::future::pending().await,
    }
}

impl Key {
    /// Makes a key pair.
    ///
    /// # Panics
    /// For an algorithm that needs none.
    pub fn new(id: &str, algorithm: Algorithm) -> Self {
        let chance = SystemRandom::new();
        let private = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => {
                let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
                let der: Pkcs8V1Der<'_> = pair.as_der().expect("a key");
                // What PKCS #8 puts around a PKCS #1 key of this size is 26 bytes long.
                EncodingKey::from_rsa_der(&der.as_ref()[26..])
            }
            Algorithm::ES256 => {
                let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let der = EcdsaKeyPair::generate_pkcs8(kind, &chance).expect("a key");
                EncodingKey::from_ec_der(der.as_ref())
            }
            Algorithm::EdDSA => {
                let der = Ed25519KeyPair::generate_pkcs8v1(&chance).expect("a key");
                EncodingKey::from_ed_der(der.as_ref())
            }
            other => panic!("no key is made for {other:?} here"),
        };
        Self {
            id: id.to_owned(),
            algorithm,
            private,
        }
    }

    /// Its public half, as issuers publish it (RFC 7517).
    ///
    /// # Panics
    /// Never, for keys made here.
    pub fn public(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.private, self.algorithm).expect("a public key");
        let mut jwk = serde_json::to_value(jwk).expect("JSON");
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    /// A token of these claims, whose header names this key.
    pub fn sign(&self, claims: &Value) -> String {
        let kid = Some(self.id.clone());
        self.sign_as(
            &Header {
                kid,
                ..Header::new(self.algorithm)
            },
            claims,
        )
    }

    /// A token with this header.
    ///
    /// # Panics
    /// For an algorithm that is not the key's.
    pub fn sign_as(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.private).expect("a token")
    }
}
