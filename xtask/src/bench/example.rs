//! Programs of ours that only measurements need.

use std::path::PathBuf;

use anyhow::Result;

use crate::{process, workspace};

/// Builds an example of one of our crates for release; where it lies.
pub fn build(package: &str, name: &str) -> Result<PathBuf> {
    process::run(&mut workspace::cargo([
        "build",
        "--locked",
        "--release",
        "--package",
        package,
        "--example",
        name,
    ]))?;
    let folder = workspace::target_directory()?.join("release/examples");
    Ok(folder.join(name))
}
