//! Builds all tests once and runs those of some crates, with cargo-nextest where it is installed.

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::Message;

use crate::{process, workspace};

/// How long building all tests from nothing may take.
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);

/// All tests, built.
pub enum Runner {
    /// cargo-nextest finds and runs them, each in a process of its own.
    Nextest,
    /// The built test programs, each run whole.
    Programs(Vec<Program>),
}

/// One built test program.
pub struct Program {
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
        let nextest = process::succeeds(&mut workspace::cargo(["nextest", "--version"]));
        if nextest {
            Ok(Self::Nextest)
        } else {
            Ok(Self::Programs(programs()?))
        }
    }

    /// Runs the tests of these crates; fails when one of them fails, or none is there.
    pub fn run(&self, crates: &[&str], limit: Duration) -> Result<()> {
        match self {
            Self::Nextest => nextest(crates, limit),
            Self::Programs(programs) => run_programs(programs, crates, limit),
        }
    }
}

fn nextest(crates: &[&str], limit: Duration) -> Result<()> {
    let packages: Vec<_> = crates
        .iter()
        .map(|name| format!("package({name})"))
        .collect();
    let mut nextest = workspace::cargo(["nextest", "run", "--locked", "--workspace"]);
    nextest.args(["--no-fail-fast", "--status-level=slow", "--filterset"]);
    process::run_within(limit, nextest.arg(packages.join(" | ")))
}

fn run_programs(programs: &[Program], crates: &[&str], limit: Duration) -> Result<()> {
    let mut failed = Vec::new();
    let chosen = programs
        .iter()
        .filter(|program| crates.contains(&program.krate.as_str()));
    for program in chosen {
        let mut command = Command::new(&program.path);
        command
            .current_dir(&program.directory)
            .env("CARGO_MANIFEST_DIR", &program.directory);
        if let Err(error) = process::run_within(limit, &mut command) {
            failed.push(format!("{error:#}"));
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("tests failed: {}", failed.join("; "))
    }
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
