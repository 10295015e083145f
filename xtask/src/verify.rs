//! `cargo xtask verify`: checks by heavy outside tools, too slow for every change.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{process, workspace};

/// Checks by outside tools that are too heavy for every change (cargo-deny)
#[derive(Args)]
pub struct Verify {
    /// Also ask the network: for published security advisories about what we use
    #[arg(long)]
    online: bool,
}

impl Verify {
    /// Runs them all, installing what is missing.
    pub fn run(&self) -> Result<()> {
        ensure_cargo_deny()?;
        process::run(&mut workspace::cargo([
            "deny",
            // Not --offline: packages of other systems are not downloaded by a build.
            "--locked", "check", "licenses", "bans", "sources",
        ]))?;
        if self.online {
            process::run(&mut workspace::cargo(["deny", "check", "advisories"]))?;
        }
        Ok(())
    }
}

fn ensure_cargo_deny() -> Result<()> {
    if process::succeeds(Command::new("cargo-deny").arg("--version")) {
        return Ok(());
    }
    println!("installing cargo-deny, which takes some minutes");
    process::run(&mut workspace::cargo(["install", "--locked", "cargo-deny"]))
}
