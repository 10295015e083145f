//! The rules of `deny.toml` that are checked here.

use serde::Deserialize;

/// The file.
#[derive(Deserialize)]
pub struct Policy {
    pub licenses: Licences,
    pub bans: Bans,
}

/// Which licences may come in.
#[derive(Deserialize)]
pub struct Licences {
    /// For every package, as SPDX ids, with ` WITH exception` where there is one.
    pub allow: Vec<String>,
    /// For one package beyond those.
    pub exceptions: Vec<Exception>,
}

/// Licences allowed for one package.
#[derive(Deserialize)]
pub struct Exception {
    #[serde(rename = "crate")]
    pub name: String,
    pub allow: Vec<String>,
}

/// Which packages may not come in.
#[derive(Deserialize)]
pub struct Bans {
    pub deny: Vec<Ban>,
}

/// One of them.
#[derive(Deserialize)]
pub struct Ban {
    #[serde(rename = "crate")]
    pub name: String,
    pub reason: String,
}
