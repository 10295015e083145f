//! nginx with the shipped files before real API servers.

use reqwest::Url;
use ultudy_testkit::nginx::Nginx;

use crate::api::Api;

mod bad;
mod deployment;
mod https;
mod load;
mod once;
mod reload;
mod streams;
mod watcher;
mod whose;

/// The port a server listens on.
pub fn port(api: &Api) -> u16 {
    let url = Url::parse(api.server.base_url()).expect("a URL");
    url.port().expect("a port")
}

/// nginx before these servers.
pub fn before(apis: &[&Api]) -> Nginx {
    let ports: Vec<u16> = apis.iter().map(|api| port(api)).collect();
    Nginx::start(&ports).expect("nginx starts")
}
