//! `ultudy study` as a measured program.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process;

/// What it writes to standard output for one file.
pub fn text(program: &Path, file: &Path, format: &str) -> Result<String> {
    let mut command = Command::new(program);
    process::output(command.arg("study").arg(file).args(["--format", format]))
}

/// Everything it finds in one file.
pub fn json(program: &Path, file: &Path) -> Result<Value> {
    let text = text(program, file, "json")?;
    serde_json::from_str(&text).with_context(|| format!("what it says of {}", file.display()))
}

/// An array of an answer; empty where there is none.
pub fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}
