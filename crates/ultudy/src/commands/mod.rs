//! The program's commands, one a file.

use std::fmt::Display;

use tracing_subscriber::EnvFilter;

use crate::log::{self, Log};

pub mod extract;
pub mod healthcheck;
pub mod import;
pub mod migrate;
pub mod openapi;
mod progress;
pub mod serve;
pub mod study;
pub mod transfer;
pub mod usage;
pub mod user;

/// Why a command ended badly: one line.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Failure {
    what: String,
    why: String,
}

impl Failure {
    /// `what` failed, because of `why`.
    pub fn new(what: impl Display, why: impl Display) -> Self {
        Self {
            what: what.to_string(),
            why: why.to_string(),
        }
    }
}

/// Logs to standard error what `filter`, the setting LOG, lets through, until what it gives is
/// dropped.
pub fn log_to_stderr(filter: &str) -> Result<Log, Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| Failure::new("setting LOG", error))?;
    log::begin(filter).map_err(|error| Failure::new("log", error))
}

/// Names with counts, as a sentence lists them.
fn counts(of: impl Iterator<Item = (&'static str, u64)>) -> String {
    let named = of.map(|(name, count)| format!("{count} {}", name.replace('_', " ")));
    named.collect::<Vec<_>>().join(", ")
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new("setting", error)
    }
}
