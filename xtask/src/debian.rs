//! Debian packages that a chore needs.

use std::{io::IsTerminal as _, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::process;

/// A package and what it is for.
pub struct Package {
    /// Its name in Debian.
    pub name: &'static str,
    /// What it is needed for, after "for".
    pub purpose: &'static str,
}

/// Installs those of `packages` that are missing, and says which and why.
pub fn ensure(packages: &[Package]) -> Result<()> {
    if !Path::new("/etc/debian_version").exists() {
        return explain(packages);
    }
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| is_missing(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for package in &missing {
        println!("installing {} for {}", package.name, package.purpose);
    }
    install(
        &missing
            .iter()
            .map(|package| package.name)
            .collect::<Vec<_>>(),
    )
}

fn is_missing(package: &Package) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package.name]);
    // A package that was never known is an error there; one that was removed is not "installed".
    query
        .output()
        .map_or(true, |answer| answer.stdout != b"installed")
}

fn install(names: &[&str]) -> Result<()> {
    let Some(prefix) = privilege() else {
        bail!(
            "this needs root; please run: sudo apt-get install --yes {}",
            names.join(" ")
        );
    };
    process::run(&mut apt_get(prefix, &["--quiet", "update"]))?;
    let mut arguments = vec!["--quiet", "install", "--yes", "--no-install-recommends"];
    arguments.extend(names);
    process::run(&mut apt_get(prefix, &arguments)).context("could not install them all")
}

/// What to put before a command so that it runs as root, if there is a way.
fn privilege() -> Option<&'static [&'static str]> {
    if rustix::process::geteuid().is_root() {
        Some(&["env"])
    } else if process::succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Command {
    let mut words = prefix.iter();
    let mut command = Command::new(words.next().unwrap_or(&"env"));
    command
        .args(words)
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    if !std::io::stdout().is_terminal() {
        command.arg("-o=Dpkg::Use-Pty=0");
    }
    command.args(arguments);
    command
}

fn explain(packages: &[Package]) -> Result<()> {
    println!("Not a Debian system: make sure that these are installed and on the PATH:");
    for package in packages {
        println!("  {} for {}", package.name, package.purpose);
    }
    Ok(())
}
