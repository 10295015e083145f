//! Azure's blob storage on a free port: the npm package `azurite`, which `cargo xtask verify storage`
//! installs.

use std::{
    io::{BufRead as _, BufReader},
    process::{ChildStdout, Command, Stdio},
};

use crate::{Error, Result, node, ports::free_port, process::ChildProcess};

const MAKE_CONTAINER: &str = include_str!("../azurite/container.mjs");
/// In the folder of its packages.
const PROGRAM: &str = "node_modules/azurite/dist/src/blob/main.js";
const ANNOUNCEMENT: &str = "Azurite Blob service successfully listens on ";
/// The container there is.
pub const CONTAINER: &str = "ultudy-test";
/// The account that every azurite has, and its key, which the world knows.
pub const ACCOUNT: &str = "devstoreaccount1";
/// See [`ACCOUNT`].
pub const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A running server.
#[derive(Debug)]
pub struct Azurite {
    _process: ChildProcess,
    endpoint: String,
    /// It would die of writing to nobody.
    _output: Option<BufReader<ChildStdout>>,
}

impl Azurite {
    /// Starts one that keeps everything in memory; there is the [`CONTAINER`] when this returns.
    ///
    /// # Errors
    /// Node.js or the package is not there.
    pub fn start() -> Result<Self> {
        let port = free_port()?.to_string();
        let mut command = Command::new("node");
        command
            .arg(node::installed("azurite")?.join(PROGRAM))
            .args(["--blobHost", "127.0.0.1", "--blobPort", &port])
            .args(["--silent", "--inMemoryPersistence"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = ChildProcess::spawn(&mut command)?;
        let mut output = process.child_mut().stdout.take().map(BufReader::new);
        loop {
            let mut line = String::new();
            let read = output.as_mut().map(|output| output.read_line(&mut line));
            if read.transpose()?.unwrap_or_default() == 0 {
                return Err(Error::Failed {
                    program: "azurite".into(),
                    status: process.kill()?,
                    output: line,
                });
            }
            if line.starts_with(ANNOUNCEMENT) {
                break;
            }
        }
        let endpoint = format!("http://127.0.0.1:{port}/{ACCOUNT}");
        make_container(&endpoint)?;
        Ok(Self {
            _process: process,
            endpoint,
            _output: output,
        })
    }

    /// Where it answers.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The settings that lead to its container.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OBJECT_STORE_URL", format!("az://{CONTAINER}")),
            ("AZURE_STORAGE_ACCOUNT", ACCOUNT.into()),
            ("AZURE_STORAGE_KEY", KEY.into()),
            ("AZURE_STORAGE_ENDPOINT", self.endpoint.clone()),
        ]
    }
}

fn make_container(endpoint: &str) -> Result<()> {
    let made = Command::new("node")
        .args(["--input-type=module", "--eval", MAKE_CONTAINER, "--"])
        .args([endpoint, ACCOUNT, KEY, CONTAINER])
        .output()?;
    match made.status.success() {
        true => Ok(()),
        false => Err(Error::Failed {
            program: "making a container".into(),
            status: made.status,
            output: String::from_utf8_lossy(&made.stderr).into_owned(),
        }),
    }
}
