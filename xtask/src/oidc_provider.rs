//! The OpenID provider that the tests sign in at: an npm package, installed into target/.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    debian::{self, Package},
    process, workspace,
};

const MANIFEST: &str = include_str!("../../crates/ultudy-testkit/oidc-provider/package.json");
const LOCK: &str = include_str!("../../crates/ultudy-testkit/oidc-provider/package-lock.json");
/// Debian 12's are new enough.
const PACKAGES: [Package; 2] = [
    Package {
        name: "nodejs",
        purpose: "the tests of signing in at a provider",
    },
    Package {
        name: "npm",
        purpose: "installing that provider",
    },
];

/// Installs it, unless that very one is there.
pub fn ensure() -> Result<()> {
    let folder = workspace::target_directory()?.join("oidc-provider");
    let installed = folder.join("installed.json");
    if fs::read_to_string(&installed).is_ok_and(|lock| lock == LOCK) {
        return Ok(());
    }
    let has = |program: &str| process::succeeds(Command::new(program).arg("--version"));
    if !has("node") || !has("npm") {
        debian::ensure(&PACKAGES)?;
    }
    println!("installing the npm package oidc-provider for the tests of signing in at a provider");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), MANIFEST)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args([
        "ci",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]);
    process::run(&mut npm).context("the package oidc-provider")?;
    // Last: what was interrupted is done again.
    Ok(fs::write(installed, LOCK)?)
}
