//! Where a request comes from, past proxies that are trusted.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{Extensions, HeaderMap, header, request::Parts},
};
use ipnet::IpNet;
use ultudy_app::accounts::Client;

use crate::{CookieSecure, HttpState, error::ApiError};

/// Who knocks, and whether over https.
pub struct Knocks {
    /// The client.
    pub client: Client,
    /// Whether its session's cookie may go over https only.
    pub secure: bool,
}

impl FromRequestParts<HttpState> for Knocks {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let peer = peer(&parts.extensions);
        let headers = &parts.headers;
        let trusted = &state.config.trusted_proxies;
        let agent = headers.get(header::USER_AGENT);
        let secure = match state.config.cookie_secure {
            CookieSecure::Always => true,
            CookieSecure::Never => false,
            CookieSecure::Auto => is_https(peer, headers, trusted),
        };
        Ok(Self {
            client: Client {
                address: peer.map(|peer| origin(peer, headers, trusted)),
                user_agent: agent.and_then(|it| it.to_str().ok()).map(str::to_owned),
            },
            secure,
        })
    }
}

/// The address a request comes from.
pub fn address(request: &Request, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = peer(request.extensions());
    peer.map(|peer| origin(peer, request.headers(), trusted))
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(peer)| peer.ip().to_canonical())
}

/// The last address before the trusted proxies: what stands to the left of it in
/// `X-Forwarded-For` the client may have written itself.
fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut found = peer;
    for hop in values(headers, "x-forwarded-for").into_iter().rev() {
        if !is_one_of(trusted, found) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(address) => found = address.to_canonical(),
            Err(_) => break,
        }
    }
    found
}

fn is_one_of(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

fn is_https(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    peer.is_some_and(|peer| is_one_of(trusted, peer))
        && values(headers, "x-forwarded-proto")
            .last()
            .is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let all = headers.get_all(name).into_iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const PROXIES: [&str; 2] = ["127.0.0.1/32", "10.0.0.0/24"];

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn seen(peer: &str, forwarded: &[&'static str]) -> IpAddr {
        let headers = forwarded.iter().map(|list| {
            let name = header::HeaderName::from_static("x-forwarded-for");
            (name, HeaderValue::from_static(list))
        });
        origin(ip(peer), &headers.collect(), &PROXIES.map(net))
    }

    #[test]
    fn only_a_trusted_proxy_says_who_is_behind_it() {
        assert_eq!(seen("127.0.0.1", &["192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(seen("192.0.2.9", &["192.0.2.1"]), ip("192.0.2.9"));
        assert_eq!(seen("127.0.0.1", &[]), ip("127.0.0.1"));
        assert_eq!(seen("127.0.0.1", &["nonsense"]), ip("127.0.0.1"));
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        let two_proxies = &["6.6.6.6, 192.0.2.1", "10.0.0.2"];
        assert_eq!(seen("127.0.0.1", two_proxies), ip("192.0.2.1"));
        // One of the network may be any of it, and who is next to it is not.
        assert_eq!(seen("10.0.0.9", &["192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(seen("10.0.1.9", &["192.0.2.1"]), ip("10.0.1.9"));
    }

    #[test]
    fn https_is_what_a_trusted_proxy_calls_so() {
        let name = header::HeaderName::from_static("x-forwarded-proto");
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static("https"))]);
        let trusted = [net("127.0.0.1/32")];
        assert!(is_https(Some(ip("127.0.0.1")), &headers, &trusted));
        assert!(!is_https(Some(ip("192.0.2.1")), &headers, &trusted));
        assert!(!is_https(
            Some(ip("127.0.0.1")),
            &HeaderMap::new(),
            &trusted
        ));
    }
}
