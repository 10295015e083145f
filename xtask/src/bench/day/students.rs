//! The students: a process of its own, the testkit's example `day`.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Number, Value};

/// Until dropped.
pub struct Students {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    pub described: Described,
}

/// What it needs.
#[derive(Deserialize)]
pub struct Described {
    pub issuer: String,
    pub jwks_url: String,
    pub audience: String,
    /// What the rows must be like: psql's variables.
    pub rows: BTreeMap<String, Number>,
}

/// What it found in a load.
#[derive(Deserialize)]
pub struct Found {
    /// Lessons asked for, and those that were also read, and whose questions were answered.
    pub visits: u32,
    pub whole: u32,
    /// Requests answered well, and refused by limits.
    pub answered: u32,
    pub refused: u32,
    /// Requests sent again, as the connection that was kept for them turned out to be closed.
    pub resent: u32,
    /// Whatever else happened, and how often.
    pub failed: BTreeMap<String, u32>,
    times: BTreeMap<String, Times>,
}

/// Milliseconds; none of what did not happen.
#[derive(Deserialize, Clone, Copy)]
pub struct Times {
    pub count: u32,
    pub p50: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub max: Option<f64>,
}

impl Students {
    pub fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().context("no input")?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let described = answer(&mut output)?;
        Ok(Self {
            child,
            input,
            output,
            described,
        })
    }

    /// For `/proc`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Says it and waits until it is done.
    pub fn say(&mut self, words: &str) -> Result<Value> {
        self.begin(words)?;
        self.done().with_context(|| format!("after {words:?}"))
    }

    /// Says it.
    pub fn begin(&mut self, words: &str) -> Result<()> {
        Ok(writeln!(self.input, "{words}")?)
    }

    /// Waits until what was said last is done.
    pub fn done(&mut self) -> Result<Value> {
        answer(&mut self.output)
    }

    /// What the last load found, when all have gone.
    pub fn found(&mut self) -> Result<Found> {
        writeln!(self.input, "drain")?;
        answer(&mut self.output)
    }
}

fn answer<T: DeserializeOwned>(output: &mut BufReader<ChildStdout>) -> Result<T> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    serde_json::from_str(&line).with_context(|| format!("the students said {line:?}"))
}

impl Found {
    /// The times of one kind.
    pub fn times(&self, what: &str) -> Result<Times> {
        let times = self.times.get(what).copied();
        times.with_context(|| format!("no times of {what}"))
    }

    /// How often anything went wrong.
    pub fn failures(&self) -> u32 {
        self.failed.values().sum()
    }
}

impl Drop for Students {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
