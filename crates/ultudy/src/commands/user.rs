//! `ultudy user`: looks after accounts, beside a server that runs or not.

use std::{io::Write, net::SocketAddr};

use clap::Subcommand;
use ultudy_app::accounts;

use super::Failure;
use crate::{config::Config, wire};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Print a link by which somebody can choose a new password, once, within 24 hours.
    Reset {
        /// The account's e-mail address.
        email: String,
    },
}

/// Does it.
pub fn run(user: &User) -> Result<(), Failure> {
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    match user {
        User::Reset { email } => runtime.block_on(reset(&config, email)),
    }
}

async fn reset(config: &Config, email: &str) -> Result<(), Failure> {
    let app = wire::app(config).await?;
    let link = accounts::reset_link(&app, email)
        .await
        .map_err(|error| Failure::new(email, error))?;
    let address = SocketAddr::from((config.host, config.port));
    let mut out = std::io::stdout().lock();
    writeln!(out, "http://{address}/reset#{}", link.reveal())
        .map_err(|error| Failure::new("standard output", error))
}
