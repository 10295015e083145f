//! How much slower reading a large textbook is than the PDF library alone.

use std::{fs::File, path::Path, process::Command, time::Instant};

use anyhow::{Result, bail};

use super::{
    Programs, corpus,
    report::{Promise, Report, median},
};

/// The large textbook in the corpus.
const BOOK: &str = "01-textbook-huge-sicp.pdf";

/// How often each way reads it.
const RUNS: usize = 3;

/// Reads the book both ways.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "The 894 pages of the corpus's largest textbook through `ultudy extract`, which finds \
         sections, headings, paragraphs, tables and code, and through the PDF library's plain \
         text alone (`--raw`); wall time of the process, median of 3.",
    );
    let Some(book) = corpus::folder().map(|folder| folder.join(BOOK)) else {
        bail!("the corpus is not here; see bench/README.md");
    };
    let (full, raw) = (
        repeat(|| read(&programs.ultudy, &book, &[]))?,
        repeat(|| read(&programs.ultudy, &book, &["--raw"]))?,
    );
    report.value("ours", full, "s");
    report.value("the library alone", raw, "s");
    report.promised(
        "speed of ours",
        raw / full * 100.0,
        "% of it",
        Promise::AtLeast(60.0),
    );
    Ok(report)
}

fn repeat(mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    let times: Result<Vec<_>> = (0..RUNS).map(|_| run()).collect();
    Ok(median(times?))
}

/// Seconds to read the book.
fn read(program: &Path, book: &Path, options: &[&str]) -> Result<f64> {
    let begun = Instant::now();
    let mut command = Command::new(program);
    let output = command
        .arg("extract")
        .args(options)
        .stdin(File::open(book)?)
        .output()?;
    if !output.status.success() {
        bail!("extract: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(begun.elapsed().as_secs_f64())
}
