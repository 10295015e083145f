//! `ultudy user`: looks after accounts, beside a server that runs or not.

use std::{io::Write, net::SocketAddr};

use clap::Subcommand;
use ultudy_app::accounts;
use ultudy_http::auth::LOCAL_OWNER;

use super::{Failure, counts};
use crate::{config::Config, wire};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Print a link by which somebody can choose a new password, once, within 24 hours.
    Reset {
        /// The account's e-mail address.
        email: String,
    },
    /// Give an account all that the one user of AUTH_MODE=local has, or somebody else who has
    /// no account: courses, documents, lessons, mastery, history. All or nothing; what the
    /// account has stays beside it.
    Give {
        /// The account's e-mail address.
        email: String,
        /// Whose data, as its owner_id says.
        #[arg(long, value_name = "OWNER", default_value = LOCAL_OWNER)]
        from: String,
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
        User::Give { email, from } => runtime.block_on(give(&config, email, from)),
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

async fn give(config: &Config, email: &str, from: &str) -> Result<(), Failure> {
    let app = wire::app(config).await?;
    let given = accounts::give(&app, from, email)
        .await
        .map_err(|error| Failure::new(email, error))?;
    let counts = counts(given.iter().map(|(table, rows)| (table.name, *rows)));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{email} has now what {from:?} had: {counts}.")
        .map_err(|error| Failure::new("standard output", error))
}
