//! The program's commands, one a file.

use std::fmt::Display;

pub mod extract;
pub mod migrate;
pub mod openapi;
pub mod serve;

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

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new("setting", error)
    }
}
