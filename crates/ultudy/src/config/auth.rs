//! Settings of who may ask.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;
use ultudy_app::issuer::{self, RoleClaim};
use ultudy_http::{AuthMode, CookieSecure};
use url::Url;

use super::{ConfigError, Settings};

/// Who says who people are, if it is not this program.
#[derive(Debug, Clone)]
pub enum Issuer {
    /// Nobody else.
    None,
    /// The issuer of the tokens that programs show.
    Jwt {
        jwks_url: Url,
        issuer: String,
        audience: String,
        roles: Option<RoleClaim>,
        http_allowed: bool,
    },
    /// The provider where people sign in.
    Oidc {
        issuer: Url,
        client_id: String,
        client_secret: Option<Hidden>,
        scopes: Vec<String>,
        redirect_url: Url,
        roles: Option<RoleClaim>,
        http_allowed: bool,
    },
}

/// A text that is never printed.
#[derive(Clone)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Where a provider sends browsers back to.
const CALLBACK: &str = "/api/auth/oidc/callback";

pub(super) fn mode(settings: &Settings) -> Result<AuthMode, ConfigError> {
    match settings.text("AUTH_MODE").as_str() {
        "local" => Ok(AuthMode::Local),
        "dev" => Ok(AuthMode::Dev),
        "accounts" => Ok(AuthMode::Accounts),
        "oidc" => Ok(AuthMode::Oidc),
        "jwt" => Ok(AuthMode::Jwt),
        _ => Err(settings.error("AUTH_MODE", "must be local, accounts, oidc, jwt or dev")),
    }
}

pub(super) fn sign_up_open(settings: &Settings) -> Result<bool, ConfigError> {
    match settings.text("SIGN_UP").as_str() {
        "open" => Ok(true),
        "off" => Ok(false),
        _ => Err(settings.error("SIGN_UP", "must be open or off")),
    }
}

pub(super) fn cookie_secure(settings: &Settings) -> Result<CookieSecure, ConfigError> {
    match settings.text("COOKIE_SECURE").as_str() {
        // Whoever comes by the public address comes by https.
        "auto" if settings.text("PUBLIC_URL").starts_with("https://") => Ok(CookieSecure::Always),
        "auto" => Ok(CookieSecure::Auto),
        "true" => Ok(CookieSecure::Always),
        "false" => Ok(CookieSecure::Never),
        _ => Err(settings.error("COOKIE_SECURE", "must be auto, true or false")),
    }
}

pub(super) fn trusted_proxies(settings: &Settings) -> Result<Vec<IpNet>, ConfigError> {
    let name = "TRUSTED_PROXIES";
    let listed = settings.list(name);
    let networks = listed.iter().map(|text| network(text));
    let reason = "must be IP addresses or networks such as 10.0.0.0/8, separated by commas";
    networks
        .collect::<Option<_>>()
        .ok_or_else(|| settings.error(name, reason))
}

/// An address alone is a network of one.
fn network(text: &str) -> Option<IpNet> {
    let address = text.parse::<IpAddr>().ok();
    address
        .map(|address| address.to_canonical().into())
        .or_else(|| text.parse().ok())
}

pub(super) fn public_url(settings: &Settings) -> Result<Option<Url>, ConfigError> {
    let name = "PUBLIC_URL";
    let text = settings.text(name);
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/");
    let reason = "must be http://… or https://…, without a path";
    url.map(Some).ok_or_else(|| settings.error(name, reason))
}

pub(super) fn issuer(settings: &Settings) -> Result<Issuer, ConfigError> {
    let mode = mode(settings)?;
    refuse_unused(settings, mode)?;
    match mode {
        AuthMode::Jwt => jwt(settings),
        AuthMode::Oidc => oidc(settings),
        AuthMode::Local | AuthMode::Dev | AuthMode::Accounts => Ok(Issuer::None),
    }
}

/// Whoever sets one of them without its mode believes that it protects something.
fn refuse_unused(settings: &Settings, mode: AuthMode) -> Result<(), ConfigError> {
    for (mode_name, of, names) in [
        (
            "jwt",
            AuthMode::Jwt,
            &["AUTH_JWT_JWKS_URL", "AUTH_JWT_ISS", "AUTH_JWT_AUD"][..],
        ),
        (
            "oidc",
            AuthMode::Oidc,
            &[
                "AUTH_OIDC_ISSUER",
                "AUTH_OIDC_CLIENT_ID",
                "AUTH_OIDC_CLIENT_SECRET",
            ],
        ),
    ] {
        let unused = names
            .iter()
            .find(|name| mode != of && !settings.text(name).is_empty());
        if let Some(name) = unused {
            return Err(ConfigError {
                name: (*name).into(),
                value: "…".into(),
                reason: format!("is of no use without AUTH_MODE={mode_name}"),
            });
        }
    }
    Ok(())
}

fn jwt(settings: &Settings) -> Result<Issuer, ConfigError> {
    let http_allowed = http_allowed(settings)?;
    Ok(Issuer::Jwt {
        jwks_url: address(settings, "AUTH_JWT_JWKS_URL", http_allowed)?,
        issuer: settings.required("AUTH_JWT_ISS")?,
        audience: settings.required("AUTH_JWT_AUD")?,
        roles: roles(settings)?,
        http_allowed,
    })
}

fn oidc(settings: &Settings) -> Result<Issuer, ConfigError> {
    let http_allowed = http_allowed(settings)?;
    let public_url = public_url(settings)?;
    let public_url = public_url
        .ok_or_else(|| settings.error("PUBLIC_URL", "must be where browsers reach this server"))?;
    let redirect_url = public_url.join(CALLBACK);
    let secret = Some(settings.text("AUTH_OIDC_CLIENT_SECRET"));
    Ok(Issuer::Oidc {
        issuer: address(settings, "AUTH_OIDC_ISSUER", http_allowed)?,
        client_id: settings.required("AUTH_OIDC_CLIENT_ID")?,
        client_secret: secret.filter(|secret| !secret.is_empty()).map(Hidden),
        scopes: settings.list("AUTH_OIDC_SCOPES"),
        redirect_url: redirect_url
            .map_err(|error| settings.error("PUBLIC_URL", error.to_string()))?,
        roles: roles(settings)?,
        http_allowed,
    })
}

fn address(settings: &Settings, name: &str, http_allowed: bool) -> Result<Url, ConfigError> {
    let text = settings.required(name)?;
    issuer::address(&text, http_allowed).map_err(|error| settings.error(name, error.to_string()))
}

fn http_allowed(settings: &Settings) -> Result<bool, ConfigError> {
    settings.parse("AUTH_ALLOW_HTTP", "must be true or false")
}

fn roles(settings: &Settings) -> Result<Option<RoleClaim>, ConfigError> {
    let claim = settings.text("AUTH_ROLE_CLAIM");
    if claim.is_empty() {
        return Ok(None);
    }
    let operator = settings.required("AUTH_OPERATOR_ROLE")?;
    Ok(Some(RoleClaim { claim, operator }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    const JWT: [(&str, &str); 4] = [
        ("AUTH_MODE", "jwt"),
        ("AUTH_JWT_JWKS_URL", "https://id.example/jwks"),
        ("AUTH_JWT_ISS", "https://id.example"),
        ("AUTH_JWT_AUD", "ultudy"),
    ];
    const OIDC: [(&str, &str); 4] = [
        ("AUTH_MODE", "oidc"),
        ("AUTH_OIDC_ISSUER", "https://id.example"),
        ("AUTH_OIDC_CLIENT_ID", "ultudy"),
        ("PUBLIC_URL", "https://study.example"),
    ];

    #[test]
    fn an_issuer_is_named_whole_or_the_start_stops_with_what_is_missing() {
        for all in [JWT, OIDC] {
            assert!(read(&all).is_ok(), "{:?}", read(&all).err());
            for missing in 1..all.len() {
                let mut some = all.to_vec();
                let (name, _) = some.remove(missing);
                let refused = read(&some).err().map(|error| error.to_string());
                assert!(refused.is_some_and(|it| it.contains(name)), "{name}");
            }
        }
    }

    #[test]
    fn an_issuer_elsewhere_is_asked_by_https_alone() {
        let with = |more: &[(&'static str, &'static str)]| read(&[&JWT[..], more].concat());
        let far = ("AUTH_JWT_JWKS_URL", "http://id.example/jwks");
        let refused = with(&[far]).err().map(|error| error.to_string());
        assert!(refused.is_some_and(|it| it.contains("AUTH_ALLOW_HTTP")));
        assert!(with(&[far, ("AUTH_ALLOW_HTTP", "true")]).is_ok());
        assert!(with(&[("AUTH_JWT_JWKS_URL", "http://127.0.0.1:1/jwks")]).is_ok());
    }

    #[test]
    fn what_its_mode_does_not_use_is_refused_and_a_secret_never_printed() {
        let secret = ("AUTH_OIDC_CLIENT_SECRET", "hunter2");
        for set in [vec![secret], [&JWT[..], &[secret]].concat()] {
            let error = read(&set).err();
            assert!(error.is_some_and(|error| !format!("{error} {error:?}").contains("hunter2")));
        }
        let config = read(&[&OIDC[..], &[secret]].concat());
        assert!(config.is_ok_and(|config| !format!("{config:?}").contains("hunter2")));
    }
}
