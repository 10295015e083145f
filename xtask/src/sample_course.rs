//! `cargo xtask sample-course`: the sample course's PDF from its source.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::{
    debian::{self, Package},
    process, workspace,
};

/// The browser that prints and the fonts that the style sheet names.
const PACKAGES: [Package; 3] = [
    Package {
        name: "chromium",
        purpose: "printing the sample course",
    },
    Package {
        name: "fonts-sil-gentiumplus",
        purpose: "its text",
    },
    Package {
        name: "fonts-dejavu-core",
        purpose: "its code and figures",
    },
];

/// Where the PDF and the hashes of all that made it stand, beside the sources.
const PDF: &str = "course.pdf";
const SUMS: &str = "SHA256SUMS";

/// Makes sample/course.pdf from its source with headless Chromium
#[derive(Args)]
pub struct SampleCourse {}

impl SampleCourse {
    /// Prints the pages and notes what they were made from.
    pub fn run(&self) -> Result<()> {
        debian::ensure(&PACKAGES)?;
        let folder = folder();
        print(&folder.join("course.html"), &folder.join(PDF))?;
        fs::write(folder.join(SUMS), sums(&folder)?)?;
        Ok(())
    }
}

fn folder() -> PathBuf {
    workspace::root().join("sample")
}

/// Prints a page with its headings as bookmarks.
fn print(page: &Path, pdf: &Path) -> Result<()> {
    let profile = tempfile::tempdir()?;
    let mut chromium = Command::new("chromium");
    chromium
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--no-first-run", "--disable-background-networking"])
        .arg(joined("--user-data-dir=", profile.path()))
        .args(["--no-pdf-header-footer", "--generate-pdf-document-outline"])
        .arg(joined("--print-to-pdf=", pdf))
        .arg(joined("file://", page));
    process::run_within(Duration::from_secs(60), &mut chromium)
}

fn joined(prefix: &str, path: &Path) -> String {
    format!("{prefix}{}", path.display())
}

/// The hashes of the PDF and of its sources, as `sha256sum --check` reads them.
fn sums(folder: &Path) -> Result<String> {
    let mut names = vec![PDF.to_owned(), "course.css".into(), "course.html".into()];
    for figure in fs::read_dir(folder.join("figures"))? {
        let name = figure?.file_name().into_string();
        names.push(format!("figures/{}", name.ok().context("a name in UTF-8")?));
    }
    names.sort();
    names.iter().map(|name| sum(folder, name)).collect()
}

fn sum(folder: &Path, name: &str) -> Result<String> {
    let bytes = fs::read(folder.join(name)).with_context(|| name.to_owned())?;
    Ok(format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pdf_was_made_from_the_committed_source() {
        let noted = fs::read_to_string(folder().join(SUMS)).unwrap();
        let now = sums(&folder()).unwrap();
        assert_eq!(now, noted, "please run `cargo xtask sample-course`");
    }
}
