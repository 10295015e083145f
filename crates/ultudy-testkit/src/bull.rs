//! Real Bull 4 on the test's Redis: producers, workers and bull-board of the npm packages that
//! `cargo xtask test` installs.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{ChildStdout, Command, Stdio},
};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::{Error, Result, node, process::ChildProcess, redis::Redis};

const SCRIPT: &str = include_str!("../bull/peer.js");
/// Where the packages are installed, in the folder of built programs.
const FOLDER: &str = "bull";

/// A queue as Bull sees it.
#[derive(Debug)]
pub struct Bull {
    port: u16,
    queue: String,
    library: PathBuf,
    script: NamedTempFile,
}

/// What somebody asks bull-board for.
#[derive(Debug, Clone)]
pub struct Request {
    /// GET, PUT …
    pub method: &'static str,
    /// From `/` on.
    pub path: String,
}

impl Bull {
    /// The queue of this name.
    ///
    /// # Errors
    /// The packages are not installed.
    pub fn new(redis: &Redis, queue: &str) -> Result<Self> {
        let script = tempfile::Builder::new().suffix(".cjs").tempfile()?;
        std::fs::write(script.path(), SCRIPT)?;
        Ok(Self {
            port: redis.port(),
            queue: queue.to_owned(),
            library: node::installed(FOLDER)?,
            script,
        })
    }

    /// Adds jobs, `{"data": …, "opts": …}` each.
    ///
    /// # Errors
    /// Bull fails.
    pub fn add(&self, jobs: &[Value]) -> Result<()> {
        self.said("add", &Value::from(jobs)).map(drop)
    }

    /// How many jobs are in each state.
    ///
    /// # Errors
    /// Bull fails.
    pub fn counts(&self) -> Result<Value> {
        let mut said = self.said("counts", &Value::Null)?;
        Ok(said.pop().unwrap_or_default())
    }

    /// Pauses the queue for all workers.
    ///
    /// # Errors
    /// Bull fails.
    pub fn pause(&self) -> Result<()> {
        self.said("pause", &Value::Null).map(drop)
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// Bull fails.
    pub fn resume(&self) -> Result<()> {
        self.said("resume", &Value::Null).map(drop)
    }

    /// What bull-board answers: `{"status": …, "body": …}` each.
    ///
    /// # Errors
    /// It does not start.
    pub fn board(&self, requests: &[Request]) -> Result<Vec<Value>> {
        let requests = requests
            .iter()
            .map(|Request { method, path }| serde_json::json!({"method": method, "path": path}));
        self.said("board", &requests.collect())
    }

    /// Starts a worker that does nothing, so many jobs at once.
    ///
    /// # Errors
    /// Node.js is not there.
    pub fn work(&self, concurrency: usize) -> Result<Worker> {
        self.start(&serde_json::json!({ "concurrency": concurrency }))
    }

    /// Starts a worker that fails each job for this reason.
    ///
    /// # Errors
    /// Node.js is not there.
    pub fn fail(&self, reason: &str) -> Result<Worker> {
        self.start(&serde_json::json!({ "concurrency": 1, "fails": reason }))
    }

    /// Starts a worker that takes a job and never comes to its end.
    ///
    /// # Errors
    /// Node.js is not there.
    pub fn hang(&self) -> Result<Worker> {
        self.start(&serde_json::json!({ "concurrency": 1, "hangs": true }))
    }

    fn start(&self, settings: &Value) -> Result<Worker> {
        let mut command = self.command("work", settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = ChildProcess::spawn(&mut command)?;
        let output = process.child_mut().stdout.take().map(BufReader::new);
        Ok(Worker { process, output })
    }

    /// The lines that a verb says until it ends.
    fn said(&self, verb: &str, settings: &Value) -> Result<Vec<Value>> {
        // A list of jobs is too long for a command line.
        let file = NamedTempFile::new()?;
        std::fs::write(file.path(), settings.to_string())?;
        let mut command = self.command(verb, &Value::from(format!("@{}", file.path().display())));
        let output = command.output().map_err(|source| Error::Start {
            program: "node".into(),
            source,
        })?;
        if !output.status.success() {
            return Err(Error::Failed {
                program: format!("peer.js {verb}"),
                status: output.status,
                output: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
        let said = String::from_utf8_lossy(&output.stdout);
        Ok(said
            .lines()
            .map(|line| line.parse().unwrap_or_default())
            .collect())
    }

    fn command(&self, verb: &str, settings: &Value) -> Command {
        let mut command = Command::new("node");
        command
            .arg(self.script.path())
            .arg(&self.library)
            .arg(self.port.to_string())
            .args([&self.queue, verb, &settings.to_string()]);
        command
    }
}

/// A running Bull worker.
#[derive(Debug)]
pub struct Worker {
    process: ChildProcess,
    output: Option<BufReader<ChildStdout>>,
}

impl Worker {
    /// Takes what it says: an iterator over the `jobId`s of the jobs it runs, which waits for the
    /// next one and ends with the worker.
    ///
    /// # Panics
    /// When taken twice.
    pub fn jobs(&mut self) -> impl Iterator<Item = String> + Send + use<> {
        let output = self.output.take();
        #[allow(clippy::expect_used, reason = "a test that takes it twice is wrong")]
        let lines = output.expect("its output is taken once").lines();
        lines.map_while(|line| {
            let said: Value = line.ok()?.parse().ok()?;
            Some(said.as_str()?.to_owned())
        })
    }

    /// Kills it at once, as a crash does.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(mut self) -> Result<()> {
        self.process.kill()?;
        Ok(())
    }
}
