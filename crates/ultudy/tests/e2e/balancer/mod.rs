//! nginx with the shipped files before real API servers.

use ultudy_testkit::nginx::Nginx;

use crate::{api::Api, fleet};

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
    fleet::port(api.server.base_url())
}

/// nginx before these servers.
pub fn before(apis: &[&Api]) -> Nginx {
    let ports: Vec<u16> = apis.iter().map(|api| port(api)).collect();
    Nginx::start(&ports).expect("nginx starts")
}
