//! PostgreSQL with pgvector, the peer that the search by vectors is compared with.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::{process, python, workspace};

/// Its programs, as a package of PyPI.
const PACKAGE: &str = "pgserver==0.1.4";
const WHERE: &str = "import os, pgserver; \
    print(os.path.join(os.path.dirname(pgserver.__file__), 'pginstall', 'bin'))";
/// Who runs it if we are root, as whom it refuses to.
const USER: &str = "postgres";
/// Room for all vectors and their index.
const SETTINGS: [&str; 9] = [
    "listen_addresses=127.0.0.1",
    "shared_buffers=4GB",
    "effective_cache_size=8GB",
    "max_wal_size=8GB",
    "wal_level=minimal",
    "max_wal_senders=0",
    "fsync=off",
    "random_page_cost=1.1",
    "jit=off",
];
const ATTEMPTS: usize = 600;
const EVERY: Duration = Duration::from_millis(100);

/// A running server, gone when dropped.
pub struct Peer {
    child: Child,
    pub url: String,
    _folder: TempDir,
}

impl Peer {
    /// Installs and starts it.
    pub fn start() -> Result<Self> {
        let folder = workspace::target_directory()?.join("pgvector");
        let python = python::ensure(&folder, &[PACKAGE], "pgserver")?;
        let programs = process::output(Command::new(python).args(["-c", WHERE]))?;
        let programs = PathBuf::from(programs.trim());
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        if is_root() {
            let ids = |flag| process::output(Command::new("id").args([flag, USER]));
            let (user, group) = (ids("-u")?.trim().parse()?, ids("-g")?.trim().parse()?);
            chown(folder.path(), Some(user), Some(group))?;
            chown(&data, Some(user), Some(group))?;
        }
        process::run(
            command(&programs.join("initdb"))
                .args(["--username", USER, "--auth", "trust", "--encoding", "UTF8"])
                .args(["--locale", "C", "--no-sync", "--pgdata"])
                .arg(&data),
        )?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut serve = command(&programs.join("postgres"));
        serve.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        serve.arg("-k").arg(folder.path());
        for setting in SETTINGS {
            serve.args(["-c", setting]);
        }
        let child = serve
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let peer = Self {
            child,
            url: format!("postgres://{USER}@127.0.0.1:{port}/postgres"),
            _folder: folder,
        };
        let is_ready = || {
            let mut ready = Command::new(programs.join("pg_isready"));
            process::succeeds(ready.args(["-h", "127.0.0.1", "-p", &port.to_string()]))
        };
        for _ in 0..ATTEMPTS {
            if is_ready() {
                return Ok(peer);
            }
            thread::sleep(EVERY);
        }
        bail!("PostgreSQL with pgvector does not start")
    }

    /// For `/proc`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", USER, "--regid", USER, "--clear-groups"])
        .arg(program);
    command
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Its data goes with it.
        let pid = rustix::process::Pid::from_raw(self.child.id().cast_signed());
        let stopped = pid.context("no process").and_then(|pid| {
            Ok(rustix::process::kill_process(
                pid,
                rustix::process::Signal::QUIT,
            )?)
        });
        if stopped.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
