//! A language model for a measurement, which holds its calls until it is told to answer.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::workspace;

/// How long its calls may take to be as many as are waited for.
const PATIENCE: Duration = Duration::from_secs(300);
const EVERY: Duration = Duration::from_millis(20);

/// The testkit's model, until dropped.
pub struct Model {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Its address, key and name.
    said: String,
}

impl Model {
    /// Starts it; its calls are held.
    pub fn start() -> Result<Self> {
        let mut cargo = workspace::cargo(["run", "--locked", "--quiet"]);
        Self::start_by(cargo.args(["--package", "ultudy-testkit", "--example", "llm"]))
    }

    /// Starts it by this command, which runs the testkit's example.
    pub fn start_by(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut said = String::new();
        output.read_line(&mut said)?;
        Ok(Self {
            child,
            input,
            output,
            said,
        })
    }

    /// Of a server that is to ask it.
    pub fn settings(&self) -> [(&'static str, String); 4] {
        let mut words = self.said.split_whitespace().map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        [
            ("OPENAI_BASE_URL", next()),
            ("OPENAI_API_KEY", next()),
            ("LLM_MODEL", next()),
            ("LLM_PROVIDER", "openai".into()),
        ]
    }

    /// For `/proc`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Says a word (`hold`, `release`, `pace SECONDS`, `counts`); what it counts.
    pub fn say(&mut self, word: &str) -> Result<Value> {
        let input = self.input.as_mut().context("no input")?;
        writeln!(input, "{word}")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("the model said {line:?}"))
    }

    /// Waits until one of its counts has come so far, or further.
    pub fn until(&mut self, count: &str, wanted: usize) -> Result<()> {
        let mut counts = Value::Null;
        for _ in 0..PATIENCE.as_millis() / EVERY.as_millis() {
            counts = self.say("counts")?;
            if counts[count].as_u64() >= u64::try_from(wanted).ok() {
                return Ok(());
            }
            thread::sleep(EVERY);
        }
        bail!("the model counts {counts}, not {wanted} {count}")
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // The end of its input is its end.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
