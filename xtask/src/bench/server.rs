//! A program under measurement, running.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::api::Api;

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    /// Held open, or its next word would be an error to it.
    _output: BufReader<ChildStdout>,
    pub api: Api,
}

impl Server {
    /// Starts `program` on a free port with its data in `folder`; answers as soon as it says where
    /// it listens. It sees none of our environment but `PATH`.
    pub fn start(program: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        Self::spawn(&mut Command::new(program), folder, settings)
            .with_context(|| format!("cannot start {}", program.display()))
    }

    /// The same by one of its commands, `api` or `worker`; what it has on this machine is in `folder`.
    pub fn start_as(
        role: &str,
        program: &Path,
        folder: &Path,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let objects = format!("file://{}", folder.join("objects").display());
        let mut command = Command::new(program);
        command.arg(role).env("OBJECT_STORE_URL", objects);
        Self::spawn(&mut command, folder, settings)
            .with_context(|| format!("cannot start {} {role}", program.display()))
    }

    /// The same, with all its threads on one processor core from the start: it makes no more of
    /// them than that core is good for.
    pub fn start_on_core(
        program: &Path,
        folder: &Path,
        settings: &[(&str, &str)],
        core: u32,
    ) -> Result<Self> {
        let mut taskset = Command::new("taskset");
        taskset.args(["--cpu-list", &core.to_string()]).arg(program);
        Self::spawn(&mut taskset, folder, settings)
            .with_context(|| format!("cannot start {} on a core", program.display()))
    }

    fn spawn(command: &mut Command, folder: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let mut child = cleared(command)
            .envs(env::var_os("PATH").map(|path| ("PATH", path)))
            .env("DATA_DIR", folder)
            .env("PORT", "0")
            // What it can do is measured, not how often somebody may ask.
            .env("ENABLE_RATE_LIMITING", "false")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        // Where it has accounts it says something else before.
        let url = loop {
            line.clear();
            if output.read_line(&mut line)? == 0 {
                bail!("it did not start");
            }
            if let Some(url) = line.trim().strip_prefix("Ultudy listens on ") {
                break url;
            }
        };
        Ok(Self {
            child,
            _output: output,
            api: Api::new(url),
        })
    }

    /// For `/proc`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to stop (SIGTERM) and waits until it has.
    pub fn stop(&mut self) -> Result<()> {
        let pid = Pid::from_raw(self.pid().cast_signed()).context("no process")?;
        kill_process(pid, Signal::TERM)?;
        let status = self.child.wait()?;
        status
            .success()
            .then_some(())
            .with_context(|| format!("it ended with {status}"))
    }
}

/// Sees none of our environment, but what it was given.
fn cleared(command: &mut Command) -> &mut Command {
    let given: Vec<_> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    command.env_clear().envs(given)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
