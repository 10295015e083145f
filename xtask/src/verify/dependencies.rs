//! Licences, bans, sources and, if asked for, advisories, by cargo-deny itself.

use std::process::Command;

use anyhow::Result;

use super::Verify;
use crate::{process, workspace};

/// Runs cargo-deny, installing it if it is missing.
pub(super) fn check(verify: &Verify) -> Result<()> {
    ensure_cargo_deny()?;
    process::run(&mut workspace::cargo([
        "deny",
        // Not --offline: packages of other systems are not downloaded by a build.
        "--locked", "check", "licenses", "bans", "sources",
    ]))?;
    if verify.online {
        process::run(&mut workspace::cargo(["deny", "check", "advisories"]))?;
    }
    Ok(())
}

fn ensure_cargo_deny() -> Result<()> {
    if process::succeeds(Command::new("cargo-deny").arg("--version")) {
        return Ok(());
    }
    println!("installing cargo-deny, which takes some minutes");
    process::run(&mut workspace::cargo(["install", "--locked", "cargo-deny"]))
}
