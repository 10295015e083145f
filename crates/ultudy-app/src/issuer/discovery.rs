//! A provider's addresses, by its own word (OpenID Connect Discovery 1.0, 4).

use oauth2::AuthType;
use serde::Deserialize;
use ultudy_domain::Timestamp;
use url::Url;

use super::{Caller, ProviderConfig, Verifier, caller::CallError};

/// A provider's addresses, checked.
pub(super) struct Endpoints {
    /// Where browsers sign in.
    pub(super) authorization: Url,
    /// Where a code is exchanged.
    pub(super) token: Url,
    /// Where more is told of somebody; none if nowhere.
    pub(super) userinfo: Option<Url>,
    /// Where browsers sign out of the provider; none if nowhere.
    pub(super) end_session: Option<Url>,
    /// How this server shows its secret.
    pub(super) auth_type: AuthType,
    /// Says whether an ID token is good.
    pub(super) verifier: Verifier,
    /// When they were looked at.
    pub(super) seen_at: Timestamp,
}

/// Discovery's answer, as far as it is used.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Endpoints {
    /// Asks the provider. What is known of its keys `before` is kept.
    pub(super) async fn discover(
        caller: &Caller,
        config: &ProviderConfig,
        seen_at: Timestamp,
        before: Option<&Self>,
    ) -> Result<Self, CallError> {
        let mut url = config.issuer.clone();
        let path = format!(
            "{}/.well-known/openid-configuration",
            url.path().trim_end_matches('/')
        );
        url.set_path(&path);
        let found: Discovery = caller.get(&url, None).await?;
        let unexpected = |reason: String| CallError::Unexpected {
            url: url.clone(),
            reason,
        };
        if found.issuer.trim_end_matches('/') != config.issuer() {
            let reason = format!(
                "it calls itself {:?}; is AUTH_OIDC_ISSUER right?",
                found.issuer
            );
            return Err(unexpected(reason));
        }
        let address = |text: &str| {
            let address = caller.address(text);
            address.map_err(|error| unexpected(format!("{text:?} {error}")))
        };
        let jwks_url = address(&found.jwks_uri)?;
        let methods = found.token_endpoint_auth_methods_supported;
        let basic_is_known =
            methods.is_none_or(|all| all.iter().any(|it| it == "client_secret_basic"));
        let verifier = before.map(|before| before.verifier.clone());
        let verifier = verifier.filter(|verifier| {
            *verifier.jwks_url() == jwks_url && verifier.issuer() == found.issuer
        });
        Ok(Self {
            authorization: address(&found.authorization_endpoint)?,
            token: address(&found.token_endpoint)?,
            userinfo: found
                .userinfo_endpoint
                .as_deref()
                .map(address)
                .transpose()?,
            end_session: found
                .end_session_endpoint
                .as_deref()
                .map(address)
                .transpose()?,
            auth_type: match basic_is_known {
                true => AuthType::BasicAuth,
                false => AuthType::RequestBody,
            },
            verifier: verifier.unwrap_or_else(|| {
                let (audience, caller) = (config.client_id.clone(), caller.clone());
                Verifier::new(found.issuer, audience, caller, jwks_url)
            }),
            seen_at,
        })
    }
}
