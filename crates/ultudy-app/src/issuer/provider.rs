//! An OpenID provider that signs people in: authorisation code with PKCE (OpenID Connect Core
//! 1.0, 3.1; RFC 7636).

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse,
    TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;

use super::{Caller, Person, RoleClaim, discovery::Endpoints};
use crate::{Error, Result, accounts::Secret, clock::Clock};

/// How old a provider's addresses may be before they are looked at anew.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// What is shown of a provider's own words, in characters.
const WORDS_MAX: usize = 200;

/// How a provider is to be asked.
pub struct ProviderConfig {
    /// The provider's name for itself, where its discovery is.
    pub issuer: Url,
    /// What it calls this server.
    pub client_id: String,
    /// By what this server shows that it is that; none for a public client.
    pub client_secret: Option<String>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// Where it sends browsers back to.
    pub redirect_url: Url,
    /// What makes an operator; without it operators are made here.
    pub roles: Option<RoleClaim>,
}

impl ProviderConfig {
    /// Without a slash at its end, which issuers, operators and addresses treat each in their way.
    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str().trim_end_matches('/')
    }
}

/// A provider, as this process knows it.
pub struct Provider {
    config: ProviderConfig,
    caller: Caller,
    known: Mutex<Option<Arc<Endpoints>>>,
}

/// What the browser brings back.
#[derive(Debug, Default, Deserialize)]
pub struct Callback {
    /// To be exchanged for a token.
    pub code: Option<String>,
    /// What it was sent with.
    pub state: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// The same in the provider's words.
    pub error_description: Option<String>,
    /// Who sent it back (RFC 9207).
    pub iss: Option<String>,
}

/// What comes with an access token here.
#[derive(Debug, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;
type OAuthClient = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Provider {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(config: ProviderConfig, caller: Caller) -> Self {
        Self {
            config,
            caller,
            known: Mutex::default(),
        }
    }

    /// The provider's host, to be shown to people.
    #[must_use]
    pub fn name(&self) -> &str {
        self.config.issuer.host_str().unwrap_or_default()
    }

    /// Where the browser signs in, with what is derived from `secret`, which it must show when
    /// it comes back.
    ///
    /// # Errors
    /// [`Error::IssuerUnavailable`].
    pub(crate) async fn begin(&self, clock: &Arc<dyn Clock>, secret: &Secret) -> Result<Url> {
        let client = self.client(&*self.known(clock).await?);
        let verifier = PkceCodeVerifier::new(derived("verifier", secret.reveal()));
        let (url, _) = client
            .authorize_url(|| CsrfToken::new(derived("state", secret.reveal())))
            .add_scope(Scope::new("openid".into()))
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", derived("nonce", secret.reveal()))
            .url();
        Ok(url)
    }

    /// Who came back. `shown` is the secret that the browser was given.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] with the reason, be it the provider's or that somebody else
    /// began; [`Error::IssuerUnavailable`].
    pub(crate) async fn finish(
        &self,
        clock: &Arc<dyn Clock>,
        callback: Callback,
        shown: Option<&str>,
    ) -> Result<Person> {
        let is_begun = |shown: &&str| callback.state.as_deref() == Some(&derived("state", shown));
        let secret = shown.filter(is_begun).ok_or_else(not_begun)?;
        // RFC 9207, 2.4: another provider's answer must not be taken for this one's.
        let is_other = |iss: &String| iss.trim_end_matches('/') != self.config.issuer();
        if callback.iss.as_ref().is_some_and(is_other) {
            return Err(failed("The answer came from another sign-in service."));
        }
        if let Some(error) = callback.error {
            return Err(refused(&error, callback.error_description.as_deref()));
        }
        let code = callback.code.ok_or_else(not_begun)?;
        let known = self.known(clock).await?;
        let tokens = self.exchange(&known, code, secret).await?;
        self.person(clock, &known, &tokens, secret).await
    }

    /// Where the browser signs out of the provider itself; none if it says of no such place,
    /// or has not been asked yet.
    #[must_use]
    pub fn end_session(&self) -> Option<Url> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut url = known.as_ref()?.end_session.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.client_id);
        Some(url)
    }

    async fn known(&self, clock: &Arc<dyn Clock>) -> Result<Arc<Endpoints>> {
        let before = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(known) = &before
            && clock.now() < known.seen_at + FRESH
        {
            return Ok(known.clone());
        }
        let found =
            Endpoints::discover(&self.caller, &self.config, clock.now(), before.as_deref()).await;
        match (found, before) {
            (Ok(known), _) => {
                let known = Arc::new(known);
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
                Ok(known)
            }
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "the sign-in service is asked at its addresses of before");
                Ok(before)
            }
            (Err(error), None) => Err(Error::IssuerUnavailable(error.into())),
        }
    }

    fn client(&self, known: &Endpoints) -> OAuthClient {
        let mut client = Client::new(ClientId::new(self.config.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(known.authorization.clone()))
            .set_token_uri(TokenUrl::from_url(known.token.clone()))
            .set_redirect_uri(RedirectUrl::from_url(self.config.redirect_url.clone()))
            .set_auth_type(known.auth_type.clone());
        if let Some(secret) = &self.config.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        client
    }

    async fn exchange(&self, known: &Endpoints, code: String, secret: &str) -> Result<Tokens> {
        let verifier = PkceCodeVerifier::new(derived("verifier", secret));
        let caller = self.caller.clone();
        let send = move |request| {
            let caller = caller.clone();
            async move { caller.send(request).await }
        };
        let answer = self
            .client(known)
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(verifier)
            .request_async(&send)
            .await;
        answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => {
                let description = said.error_description().map(String::as_str);
                // Also a setting that is wrong: its operator must be able to find out.
                tracing::warn!(error = %said.error(), description, "the sign-in service refuses a code");
                refused(said.error().as_ref(), description)
            }
            RequestTokenError::Request(error) => Error::IssuerUnavailable(error.into()),
            error => Error::IssuerUnavailable(error.to_string().into()),
        })
    }

    /// OpenID Connect Core 1.0, 3.1.3.7.
    async fn person(
        &self,
        clock: &Arc<dyn Clock>,
        known: &Endpoints,
        tokens: &Tokens,
        secret: &str,
    ) -> Result<Person> {
        let id_token = tokens.extra_fields().id_token.as_deref();
        let id_token =
            id_token.ok_or_else(|| failed("The sign-in service does not say who it is."))?;
        let verified = known.verifier.verify(clock, id_token).await;
        let verified = verified.map_err(|error| match error {
            Error::Unauthorized(reason) => {
                tracing::warn!(reason, "the sign-in service's token is not good");
                failed(reason)
            }
            error => error,
        })?;
        let mut claims = verified.claims.clone();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("nonce") != Some(&derived("nonce", secret)) {
            return Err(not_begun());
        }
        let is_ours = text("azp").is_none_or(|party| party == self.config.client_id);
        let has_several = claims
            .get("aud")
            .and_then(Value::as_array)
            .is_some_and(|all| all.len() > 1);
        if !is_ours || has_several && !claims.contains_key("azp") {
            return Err(failed(
                "The sign-in service's token is for another program.",
            ));
        }
        if let Some(url) = &known.userinfo
            && self.is_incomplete(&claims)
        {
            let more = self.userinfo(url, tokens, &verified.subject).await?;
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
        let roles = self.config.roles.as_ref();
        Ok(Person::of(
            known.verifier.issuer(),
            &verified.subject,
            &claims,
            roles,
        ))
    }

    /// Whether something is wanted that a provider may tell only at its userinfo address.
    fn is_incomplete(&self, claims: &Map<String, Value>) -> bool {
        let has_role = |roles: &RoleClaim| roles.find(claims).is_some();
        !claims.contains_key("email") || !self.config.roles.as_ref().is_none_or(has_role)
    }

    async fn userinfo(
        &self,
        url: &Url,
        tokens: &Tokens,
        subject: &str,
    ) -> Result<Map<String, Value>> {
        let token = tokens.access_token().secret();
        let told: Map<String, Value> = self
            .caller
            .get(url, Some(token))
            .await
            .map_err(|error| Error::IssuerUnavailable(error.into()))?;
        // OpenID Connect Core 1.0, 5.3.2.
        match told.get("sub").and_then(Value::as_str) == Some(subject) {
            true => Ok(told),
            false => Err(failed("The sign-in service tells of somebody else.")),
        }
    }
}

/// What one secret in the browser stands for: each part is as hard to guess, and none tells
/// another.
fn derived(part: &str, secret: &str) -> String {
    hex::encode(Sha256::digest(format!("{part} {secret}")))
}

fn failed(reason: &str) -> Error {
    Error::Unprocessable {
        code: "sign_in_failed",
        message: format!("Signing in did not work. {reason}"),
    }
}

fn not_begun() -> Error {
    failed(
        "It was not begun in this browser, or too long ago, or in another tab since. Please try again.",
    )
}

/// RFC 6749, 4.1.2.1 and 5.2: the codes are plain words, the descriptions plain text.
fn refused(code: &str, description: Option<&str>) -> Error {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_control())
            .take(WORDS_MAX)
            .collect()
    };
    let words = description.map(plain).filter(|words| !words.is_empty());
    let words = words.map(|words| format!(": {words}")).unwrap_or_default();
    failed(&format!("The sign-in service says {}{words}", plain(code)))
}
