//! The instruments beside the checkout, and the other programs that are measured with them.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{process, python, workspace};

/// What the instruments import.
const PACKAGES: [&str; 6] = [
    "pikepdf",
    "pymupdf",
    "pypdfium2",
    "pdfminer.six",
    "rapidfuzz",
    "snowballstemmer",
];
const MODULES: &str = "pikepdf, pymupdf, pypdfium2, pdfminer, rapidfuzz, snowballstemmer";
/// Prints a file's text with pdf.js.
const PDFJS_SCRIPT: &str = include_str!("pdfjs.mjs");

/// The instruments and what they run on.
pub struct Tools {
    python: PathBuf,
    instruments: PathBuf,
    /// A folder with pdf.js and a script for it, where node and npm are.
    pdfjs: Option<PathBuf>,
}

impl Tools {
    /// Finds the instruments and installs what they need into target/.
    pub fn ready() -> Result<Self> {
        let instruments = workspace::root().join("../shared/instruments");
        if !instruments.is_dir() {
            bail!("the instruments are not in ../shared/instruments; see bench/README.md");
        }
        let folder = workspace::target_directory()?.join("instruments");
        fs::create_dir_all(&folder)?;
        Ok(Self {
            python: python::ensure(&folder.join("python"), &PACKAGES, MODULES)?,
            pdfjs: pdfjs(&folder.join("pdfjs"))?,
            instruments,
        })
    }

    /// What comes with the instruments for people to read.
    pub fn readme(&self) -> Result<String> {
        fs::read_to_string(self.instruments.join("README.md")).context("the instruments' README")
    }

    /// Runs an instrument and gives what it prints.
    pub fn run(&self, script: &str, arguments: &[&OsStr]) -> Result<String> {
        let mut command = Command::new(&self.python);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        process::output(command.arg(self.instruments.join(script)).args(arguments))
    }

    /// [`Tools::run`] for an instrument that prints JSON.
    pub fn json(&self, script: &str, arguments: &[&OsStr]) -> Result<Value> {
        let printed = self.run(script, arguments)?;
        serde_json::from_str(&printed).with_context(|| format!("what {script} says"))
    }

    /// A file's text as pdf.js reads it; none where there is no pdf.js.
    pub fn pdfjs_text(&self, file: &Path) -> Result<Option<String>> {
        let Some(folder) = &self.pdfjs else {
            return Ok(None);
        };
        let mut node = Command::new("node");
        node.current_dir(folder).arg("text.mjs").arg(file);
        process::output(&mut node).map(Some)
    }
}

fn pdfjs(folder: &Path) -> Result<Option<PathBuf>> {
    let has = |program: &str| process::succeeds(Command::new(program).arg("--version"));
    if !has("node") || !has("npm") {
        println!("node or npm is not here: pdf.js is left out");
        return Ok(None);
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("text.mjs"), PDFJS_SCRIPT)?;
    if !folder.join("node_modules/pdfjs-dist").is_dir() {
        let mut npm = Command::new("npm");
        npm.current_dir(folder).args([
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--no-save",
        ]);
        process::run(npm.arg("pdfjs-dist@5"))?;
    }
    Ok(Some(folder.to_owned()))
}
