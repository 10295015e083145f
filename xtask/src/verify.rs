//! `cargo xtask verify`: checks by heavy outside tools, too slow for every change.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{debian, process, test, workspace};

/// Changed copies of each file of the corpus.
const MUTATIONS: &str = "60";

/// Checks by outside tools that are too heavy for every change (cargo-deny)
#[derive(Args)]
pub struct Verify {
    /// Also ask the network: for published security advisories about what we use
    #[arg(long)]
    online: bool,
    /// Minutes of arbitrary pages through the code that makes sections of them
    #[arg(long, value_name = "N", default_value_t = 1)]
    fuzz_minutes: u64,
    /// Only this: what a second user is answered on every call, in bench/results/isolation.md
    #[arg(long)]
    isolation: bool,
}

impl Verify {
    /// Runs them all, installing what is missing.
    pub fn run(&self) -> Result<()> {
        if self.isolation {
            return isolation();
        }
        ensure_cargo_deny()?;
        process::run(&mut workspace::cargo([
            "deny",
            // Not --offline: packages of other systems are not downloaded by a build.
            "--locked", "check", "licenses", "bans", "sources",
        ]))?;
        if self.online {
            process::run(&mut workspace::cargo(["deny", "check", "advisories"]))?;
        }
        mutate_corpus()?;
        fuzz(self.fuzz_minutes)?;
        isolation()
    }
}

/// One user with every id of another, on every call and every set-up.
fn isolation() -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    let report = workspace::root().join("bench/results/isolation.md");
    let mut test = workspace::cargo(["test", "--locked", "--workspace", "--test", "e2e"]);
    process::run(test.arg("isolation::").env("ISOLATION_REPORT", report))
}

/// Changes bytes of the corpus's files at random, if the corpus is here.
fn mutate_corpus() -> Result<()> {
    let report = workspace::root().join("bench/results/mutations");
    process::run(
        content_test("mutations::changed_files_of_the_corpus")
            .env("MUTATIONS", MUTATIONS)
            .env("MUTATIONS_REPORT", report),
    )
}

fn fuzz(minutes: u64) -> Result<()> {
    process::run(content_test("fuzz::").env("FUZZ_MINUTES", minutes.to_string()))
}

/// A test of the reader's, optimised: these take their time.
fn content_test(name: &str) -> Command {
    workspace::cargo([
        "test",
        "--release",
        "-p",
        "ultudy-content",
        name,
        "--",
        "--nocapture",
    ])
}

fn ensure_cargo_deny() -> Result<()> {
    if process::succeeds(Command::new("cargo-deny").arg("--version")) {
        return Ok(());
    }
    println!("installing cargo-deny, which takes some minutes");
    process::run(&mut workspace::cargo(["install", "--locked", "cargo-deny"]))
}
