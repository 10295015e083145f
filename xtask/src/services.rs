//! `cargo xtask services`: the services of a larger deployment, on this machine.

use anyhow::Result;
use clap::Args;

use crate::{debian, process, test, workspace};

/// Starts PostgreSQL and PgBouncer on free ports and prints their addresses, until Ctrl-C
#[derive(Args)]
pub struct Services {}

impl Services {
    /// Installs what is missing, then hands over to the test bench, which knows how to start them.
    pub fn run(&self) -> Result<()> {
        debian::ensure(&test::PACKAGES)?;
        let example = [
            "run",
            "--package",
            "ultudy-testkit",
            "--example",
            "services",
        ];
        process::run(&mut workspace::cargo(example))
    }
}
