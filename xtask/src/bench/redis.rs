//! A Redis of a measurement's own.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::process;

/// How long a server may take to answer at first, in steps of 20 ms.
const STEPS: usize = 500;

/// One server that keeps nothing on disk, until dropped.
pub struct Redis {
    server: Child,
    pub port: u16,
    folder: TempDir,
}

impl Redis {
    /// Starts it on a free port.
    pub fn start() -> Result<Self> {
        let folder = tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &port.to_string()])
            .args(["--slowlog-log-slower-than", "1000"])
            .args(["--slowlog-max-len", "100000"])
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start redis-server")?;
        let redis = Self {
            server,
            port,
            folder,
        };
        for _ in 0..STEPS {
            if redis.cli(&["PING"]).is_ok_and(|answer| answer == "PONG") {
                return Ok(redis);
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("Redis does not answer");
    }

    /// A folder that is gone with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `redis-cli` answers.
    pub fn cli(&self, words: &[&str]) -> Result<String> {
        let port = self.port.to_string();
        process::output(Command::new("redis-cli").args(["-p", &port]).args(words))
    }

    /// Hears these channels until what it gives back is dropped.
    pub fn listen(&self, channels: &[&str]) -> Result<Listener> {
        let mut child = Command::new("redis-cli")
            .args(["-p", &self.port.to_string(), "SUBSCRIBE"])
            .args(channels)
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start redis-cli")?;
        for _ in 0..STEPS {
            let heard = self.cli(&[&["PUBSUB", "NUMSUB"], channels].concat())?;
            let counts = heard
                .lines()
                .filter_map(|line| line.trim().parse::<u32>().ok());
            if counts.sum::<u32>() as usize == channels.len() {
                return Ok(Listener(child));
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        bail!("nobody listens");
    }

    /// Keeps it on one processor core.
    pub fn keep_on(&self, core: u32) -> Result<()> {
        let mut taskset = Command::new("taskset");
        taskset.args(["--all-tasks", "--cpu-list", "--pid"]);
        taskset.args([core.to_string(), self.server.id().to_string()]);
        process::run(taskset.stdout(Stdio::null()))
    }

    /// Numbers that one of our examples says of this server.
    pub fn load(&self, example: &Path, words: &[&str]) -> Result<Vec<f64>> {
        numbers(Command::new(example).arg(self.url()).args(words))
    }

    /// The same from one processor core.
    pub fn load_on(&self, core: u32, example: &Path, words: &[&str]) -> Result<Vec<f64>> {
        let mut taskset = Command::new("taskset");
        taskset.args(["--cpu-list", &core.to_string()]).arg(example);
        numbers(taskset.arg(self.url()).args(words))
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

/// Somebody who listens, until dropped.
pub struct Listener(Child);

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The number, or the list of them, that a program says.
pub fn numbers(program: &mut Command) -> Result<Vec<f64>> {
    let said: Value = serde_json::from_str(&process::output(program)?)?;
    let numbers = match said {
        Value::Array(numbers) => numbers,
        number => vec![number],
    };
    Ok(numbers.iter().filter_map(Value::as_f64).collect())
}
