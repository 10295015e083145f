//! Packages of PyPI, each set in a Python of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::process;

/// A Python in this folder with the packages, which are there if the modules can be imported; its
/// program.
pub fn ensure(folder: &Path, packages: &[&str], modules: &str) -> Result<PathBuf> {
    let program = folder.join("bin/python");
    let import = format!("import {modules}");
    if process::succeeds(Command::new(&program).args(["-c", &import])) {
        return Ok(program);
    }
    process::run(Command::new("python3").args(["-m", "venv"]).arg(folder))
        .context("Python 3.11 with venv is needed")?;
    let mut pip = Command::new(&program);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    process::run(pip.args(packages))?;
    Ok(program)
}
