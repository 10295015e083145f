//! The servers that the product uses, for a measurement.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tempfile::tempdir;

use super::proc;
use crate::{process, workspace};

/// Rows of many lessons, and of them the section with a lesson of a usual size.
const ROWS: &str = include_str!("rows.sql");
pub const SECTION: &str = "00000003-0000-0000-0000-000000000000";
pub const ITS_DOCUMENT: &str = "00000002-0000-0000-0000-000000000000";

/// PostgreSQL, PgBouncer and Redis, until dropped.
pub struct Services {
    child: Child,
    /// Held open, or their next word would be an error to them.
    _output: BufReader<ChildStdout>,
    /// Through PgBouncer.
    pub url: String,
    /// Past it.
    pub direct_url: String,
    pub redis_url: String,
    /// Their processes: name and id.
    pub processes: Vec<(String, u32)>,
}

impl Services {
    /// The processor time of each of the servers so far, by their programs' names.
    pub fn processor_times(&self) -> Result<BTreeMap<String, Duration>> {
        proc::processor_time_below(self.child.id())
    }

    /// Starts them, on free ports.
    pub fn start() -> Result<Self> {
        let mut cargo = workspace::cargo(["run", "--locked", "--quiet"]);
        cargo.args(["--package", "ultudy-testkit", "--example", "services"]);
        Self::start_by(&mut cargo)
    }

    /// Starts them by this command, which runs the testkit's example.
    pub fn start_by(command: &mut Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let (mut url, mut redis_url, mut processes) = (None, None, Vec::new());
        for line in output.by_ref().lines() {
            let line = line?;
            if let Some(list) = line.strip_prefix("# processes: ") {
                processes = list.split(", ").filter_map(process_of).collect();
            }
            if let Some(pooled) = line.strip_prefix("export DATABASE_URL=") {
                url = Some(pooled.to_owned());
            }
            if let Some(redis) = line.strip_prefix("export REDIS_URL=") {
                redis_url = Some(redis.to_owned());
            }
            if let Some(direct) = line.strip_prefix("export DATABASE_DIRECT_URL=") {
                return Ok(Self {
                    child,
                    _output: output,
                    url: url.context("no DATABASE_URL")?,
                    direct_url: direct.to_owned(),
                    redis_url: redis_url.context("no REDIS_URL")?,
                    processes,
                });
            }
        }
        bail!("the services did not start")
    }

    /// Brings the database to the program's schema.
    pub fn migrate(&self, program: &Path) -> Result<()> {
        process::run(
            Command::new(program)
                .arg("migrate")
                .env("DATABASE_URL", &self.direct_url),
        )
    }

    /// What a query answers that gives one number.
    pub fn number(&self, sql: &str) -> Result<f64> {
        let number = process::output(
            Command::new("psql")
                .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command"])
                .args([sql, &self.as_superuser()]),
        )?;
        let number = number.trim();
        number
            .parse()
            .with_context(|| format!("{number:?} is no number"))
    }

    /// What a query answers: its rows' columns as text.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<String>>> {
        let text = process::output(
            Command::new("psql")
                .args(["--no-psqlrc", "--tuples-only", "--no-align"])
                .args(["--field-separator", "\t", "--command"])
                .args([sql, &self.as_superuser()]),
        )?;
        let row = |line: &str| line.split('\t').map(str::to_owned).collect();
        Ok(text.lines().map(row).collect())
    }

    /// Past it as the superuser: row-level security holds for whoever owns the tables, too.
    pub fn as_superuser(&self) -> String {
        self.direct_url.replace("//owner@", "//superuser@")
    }

    /// How many transactions of any process PostgreSQL has ended, but for its own.
    pub fn queries(&self) -> Result<f64> {
        self.number(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database
            WHERE datname = current_database()",
        )
    }

    /// Puts in the rows of `rows.sql`: they are of the owner of a document that is there.
    pub fn fill(&self) -> Result<()> {
        self.run(ROWS, &[])
    }

    /// Runs a script, which refers to these as psql's variables.
    pub fn run(&self, script: &str, variables: &[&str]) -> Result<()> {
        let folder = tempdir()?;
        let file = folder.path().join("script.sql");
        std::fs::write(&file, script)?;
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        for variable in variables {
            psql.args(["--set", variable]);
        }
        process::run(psql.arg("--file").arg(&file).arg(self.as_superuser()))
    }
}

/// Of `NAME ID`.
fn process_of(text: &str) -> Option<(String, u32)> {
    let (name, id) = text.rsplit_once(' ')?;
    Some((name.to_owned(), id.parse().ok()?))
}

impl Drop for Services {
    fn drop(&mut self) {
        // Asked, so that it takes its servers along.
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}
