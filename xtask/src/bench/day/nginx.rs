//! nginx before the APIs.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

/// Until dropped.
pub struct Nginx {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// For `/proc`.
    pub pid: u32,
}

impl Nginx {
    /// Starts the testkit's example before servers at these addresses.
    pub fn start(program: &Path, apis: &[&str]) -> Result<Self> {
        let ports = apis.iter().filter_map(|api| api.rsplit(':').next());
        let mut child = Command::new(program)
            .args(ports)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let said = line.trim().split_once(' ');
        let (port, pid) = said.with_context(|| format!("nginx' keeper said {line:?}"))?;
        Ok(Self {
            child,
            address: format!("127.0.0.1:{port}"),
            pid: pid.parse()?,
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The end of its input is its end.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
