//! Where and when a measurement was made: a number without it says nothing.

use std::{fs, process::Command, thread};

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::proc;
use crate::{process, workspace};

/// The machine, the day and the state of the code.
#[derive(Serialize)]
pub struct Machine {
    processor: String,
    cores: usize,
    memory_mib: u64,
    kernel: String,
    date: String,
    /// With a plus at the end when there were changes beyond it.
    commit: String,
}

impl Machine {
    /// Asks the system, the calendar and git.
    pub fn of_this_run() -> Result<Self> {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo")?;
        let meminfo = fs::read_to_string("/proc/meminfo")?;
        Ok(Self {
            processor: proc::field(&cpuinfo, "model name")
                .unwrap_or_default()
                .to_owned(),
            cores: thread::available_parallelism()?.get(),
            memory_mib: proc::kib(&meminfo, "MemTotal").context("no MemTotal")? / 1024,
            kernel: process::output(Command::new("uname").args(["--kernel-release"]))?,
            date: process::output(Command::new("date").args(["--utc", "+%F"]))?,
            commit: commit()?,
        })
    }

    /// In one line.
    pub fn line(&self) -> String {
        format!(
            "{}, {} cores, {} MiB, Linux {}; {}, commit {}",
            self.processor, self.cores, self.memory_mib, self.kernel, self.date, self.commit
        )
    }
}

fn commit() -> Result<String> {
    let git = |arguments: &[&str]| {
        process::output(
            Command::new("git")
                .current_dir(workspace::root())
                .args(arguments),
        )
    };
    let head = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--", "crates", "Cargo.lock"])?;
    Ok(if changed.is_empty() { head } else { head + "+" })
}
