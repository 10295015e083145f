//! A real OpenID provider on a free port: the npm package `oidc-provider`, which
//! `cargo xtask test` installs.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Error, Result, node, process::ChildProcess};

const SCRIPT: &str = include_str!("../oidc-provider/server.mjs");
/// What the provider calls the server that signs people in.
pub const CLIENT_ID: &str = "ultudy";
/// In the folder of its packages.
const LIBRARY: &str = "node_modules/oidc-provider/lib/index.js";
const ANNOUNCEMENT: &str = "issuer ";

/// How a provider is set up.
#[derive(Debug, Clone, Default)]
pub struct Setup<'a> {
    /// Where it sends browsers back to.
    pub redirect: &'a str,
    /// The client's secret; none for a public client.
    pub secret: Option<&'a str>,
    /// What the claim `roles` says of whom.
    pub roles: Value,
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// Its certificate and key, in files; by http without.
    pub tls: Option<(&'a Path, &'a Path)>,
}

/// A running provider.
#[derive(Debug)]
pub struct OidcProvider {
    process: ChildProcess,
    issuer: String,
    /// It would die of writing to nobody.
    _output: Option<BufReader<ChildStdout>>,
    _folder: TempDir,
}

impl OidcProvider {
    /// Starts one; it answers when this returns.
    ///
    /// # Errors
    /// Node.js or the package is not there.
    pub fn start(setup: &Setup<'_>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let script = folder.path().join("server.mjs");
        fs::write(&script, SCRIPT)?;
        let settings = json!({
            "library": node::installed("oidc-provider")?.join(LIBRARY),
            "port": setup.port,
            "secret": setup.secret,
            "redirect": setup.redirect,
            "roles": match &setup.roles {
                Value::Null => json!({}),
                roles => roles.clone(),
            },
            "tls": setup.tls.map(|(cert, key)| json!({"cert": cert, "key": key})),
        });
        let mut command = Command::new("node");
        command
            .arg(&script)
            .arg(settings.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = ChildProcess::spawn(&mut command)?;
        let mut output = process.child_mut().stdout.take().map(BufReader::new);
        let issuer = loop {
            let mut line = String::new();
            let read = output.as_mut().map(|output| output.read_line(&mut line));
            if read.transpose()?.unwrap_or_default() == 0 {
                break None;
            }
            if let Some(issuer) = line.trim().strip_prefix(ANNOUNCEMENT) {
                break Some(issuer.to_owned());
            }
        };
        match issuer {
            Some(issuer) => Ok(Self {
                process,
                issuer,
                _output: output,
                _folder: folder,
            }),
            None => Err(Error::Failed {
                program: "node server.mjs".into(),
                status: process.kill()?,
                output: String::new(),
            }),
        }
    }

    /// Its name for itself.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        let (_, port) = self.issuer.rsplit_once(':').unwrap_or_default();
        port.parse().unwrap_or_default()
    }

    /// Ends it at once.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(mut self) -> Result<()> {
        self.process.kill()?;
        Ok(())
    }
}
