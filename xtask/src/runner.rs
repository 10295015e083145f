//! Builds all tests once and runs those of some crates, with cargo-nextest where it is installed.

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::Message;

use crate::{process, test::Database, workspace};

/// How long building all tests from nothing may take.
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);

/// Crates whose tests share a server within one process. cargo-nextest gives each test a process,
/// and so each a PostgreSQL of its own: minutes instead of seconds.
const TOGETHER: [&str; 1] = ["ultudy-store"];

/// Tests of the product that name their databases, whatever the others use: they run once, where all
/// share a server.
const WITH_A_SERVER: &str = "backlog|bad_database|failures|fleet|gone_in_the_middle|import|isolation\
    |lesson_cache|postgres|roles|soak|transfer";

/// Tests of the product that are about what stands beside the database, or need none: they run once,
/// where each server has a file of its own. One waits for a minute to pass by the limiter's clock.
const BESIDE_THE_DATABASE: [&str; 6] = [
    "redis::",
    "network::",
    "model::",
    "study_command::",
    "limits::of_twenty_lessons",
    "objects::",
];

/// Tests of the product that take the whole machine: they run one by one behind the others, which
/// would wait for the database longer than a request is to.
const ALONE: [&str; 2] = ["backlog::ten_thousand", "soak::rolling::"];

/// Tests of the product at once: they wait for servers and leases more than they compute.
const PRODUCT_AT_ONCE: &str = "3";

/// All tests, built.
pub struct Runner {
    programs: Vec<Program>,
    /// Whether cargo-nextest is installed, to run each test in a process of its own.
    nextest: bool,
}

/// One built test program.
struct Program {
    krate: String,
    directory: PathBuf,
    path: PathBuf,
}

impl Runner {
    /// Builds every test of the workspace: all at once, since building crate by crate would choose
    /// other features for the same dependencies and compile them again.
    pub fn build() -> Result<Self> {
        let arguments = ["test", "--locked", "--workspace", "--no-run"];
        process::run_within(BUILD_LIMIT, &mut workspace::cargo(arguments))?;
        Ok(Self {
            programs: programs()?,
            nextest: process::succeeds(&mut workspace::cargo(["nextest", "--version"])),
        })
    }

    /// Runs all tests of these crates, each program of them within `limit`; fails at the end if one
    /// of them did.
    pub fn run(&self, crates: &[&str], limit: Duration, database: Database) -> Result<()> {
        let share_a_server =
            |name: &str| TOGETHER.contains(&name) || database == Database::Postgres;
        let (apart, together): (Vec<&str>, Vec<&str>) = crates
            .iter()
            .partition(|name| self.nextest && !share_a_server(name));
        let mut outcomes = Vec::new();
        if !apart.is_empty() {
            outcomes.push(nextest(&apart, limit));
        }
        let is_together = |program: &&Program| together.contains(&program.krate.as_str());
        for program in self.programs.iter().filter(is_together) {
            outcomes.push(program.run(limit, database));
        }
        let failures = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        let failures: Vec<_> = failures.map(|error| format!("{error:#}")).collect();
        if failures.is_empty() {
            return Ok(());
        }
        bail!("{}", failures.join("; "))
    }

    /// Runs the tests of one crate whose names hold `name`, in the program's own words and
    /// with these variables set.
    pub fn test(&self, krate: &str, name: &str, variables: &[(&str, String)]) -> Result<()> {
        for program in self
            .programs
            .iter()
            .filter(|program| program.krate == krate)
        {
            let mut command = program.command();
            command.args([name, "--nocapture"]);
            command.envs(variables.iter().map(|(key, value)| (key, value)));
            process::run(&mut command)?;
        }
        Ok(())
    }

    /// Whether the one test of a crate that has this name passes, with these variables set.
    pub fn passes(&self, krate: &str, name: &str, variables: &[(&str, &str)]) -> Result<bool> {
        for program in &self.programs {
            if program.krate != krate {
                continue;
            }
            let mut command = program.command();
            command.args(["--exact", name]);
            command.envs(variables.iter().copied());
            let output = command.output().context("the test program")?;
            let said = String::from_utf8_lossy(&output.stdout);
            if said.contains("running 1 test") {
                if !output.status.success() {
                    print!("{said}");
                }
                return Ok(output.status.success());
            }
        }
        bail!("{krate} has no test {name}")
    }
}

impl Program {
    fn run(&self, limit: Duration, database: Database) -> Result<()> {
        if database == Database::Sqlite {
            return process::run_within(limit, self.command().arg("--quiet"));
        }
        let mut others = self.on_postgres(PRODUCT_AT_ONCE);
        for name in BESIDE_THE_DATABASE.iter().chain(&ALONE) {
            others.args(["--skip", name]);
        }
        let others = process::run_within(limit, &mut others);
        let alone = process::run_within(limit, self.on_postgres("1").args(ALONE));
        others.and(alone)
    }

    fn on_postgres(&self, at_once: &str) -> Command {
        let mut command = self.command();
        command.env("TEST_DATABASE", "postgres");
        command.args(["--quiet", "--test-threads", at_once]);
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .current_dir(&self.directory)
            .env("CARGO_MANIFEST_DIR", &self.directory);
        command
    }
}

fn nextest(crates: &[&str], limit: Duration) -> Result<()> {
    let packages: Vec<_> = crates
        .iter()
        .map(|name| format!("package({name})"))
        .collect();
    let mut nextest = workspace::cargo(["nextest", "run", "--locked", "--workspace"]);
    if crates == ["ultudy"] {
        nextest.args(["--test-threads", PRODUCT_AT_ONCE]);
    }
    nextest.args(["--no-fail-fast", "--status-level=slow", "--filterset"]);
    let tests = format!(
        "({}) - (package(ultudy) & test(/^({WITH_A_SERVER})::/))",
        packages.join(" | ")
    );
    process::run_within(limit, nextest.arg(tests))
}

/// The test programs of a build that is already done, as cargo names them.
fn programs() -> Result<Vec<Program>> {
    let messages = process::output(&mut workspace::cargo([
        "test",
        "--locked",
        "--workspace",
        "--no-run",
        "--quiet",
        "--message-format=json",
    ]))?;
    let mut programs = Vec::new();
    for message in Message::parse_stream(messages.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo's own words")?
            && artifact.profile.test
            && let Some(path) = artifact.executable
        {
            let manifest = artifact.manifest_path;
            let directory = manifest.parent().context("a manifest lies in a folder")?;
            programs.push(Program {
                krate: directory.file_name().unwrap_or_default().to_owned(),
                directory: directory.into(),
                path: path.into(),
            });
        }
    }
    Ok(programs)
}
