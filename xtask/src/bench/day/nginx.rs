//! nginx before the APIs.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

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

impl Nginx {
    /// Has it read its files anew.
    pub fn reload(&self) -> Result<()> {
        let pid = Pid::from_raw(self.pid.cast_signed()).context("no process")?;
        Ok(kill_process(pid, Signal::HUP)?)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The end of its input is its end.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
