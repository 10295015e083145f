//! `cargo xtask ci`: everything a change must pass.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{dependencies, process, test::Test, workspace};

/// Format, lints, outside code, then the tests: what a change must pass
#[derive(Args)]
pub struct Ci {}

impl Ci {
    /// Runs the steps, cheapest first, and says what each took.
    pub fn run(&self) -> Result<()> {
        step("format", format)?;
        step("dependencies", dependencies::check)?;
        step("lints", lint)?;
        step("tests", || Test::default().run())
    }
}

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("== {name}");
    let started = Instant::now();
    let outcome = work().with_context(|| format!("step `{name}`"));
    println!("== {name}: {}", process::words(started.elapsed()));
    outcome
}

fn format() -> Result<()> {
    process::run(&mut workspace::cargo(["fmt", "--all", "--check"]))
}

fn lint() -> Result<()> {
    let mut clippy = workspace::cargo(["clippy", "--locked", "--workspace", "--all-targets"]);
    process::run_within(
        Duration::from_secs(15 * 60),
        clippy.args(["--", "--deny", "warnings"]),
    )
}
