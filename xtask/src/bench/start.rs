//! From the start of the program to its first answer.

use std::{path::Path, time::Instant};

use anyhow::Result;
use tempfile::tempdir;

use super::{
    Programs,
    report::{Promise, Report, median},
    server::Server,
};

/// How often each is started.
const STARTS: usize = 20;

/// What the start may take, in milliseconds.
const LIMIT: Promise = Promise::AtMost(60.0);

/// Starts ours in an empty folder and in a used one, and the baseline beside it.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "From the start of the process to the first 200 of /health, median of 20. The first start \
         makes the database and begins to load the sample course; the baseline is a minimal axum \
         and SQLite program (bench/baseline) in the same run.",
    );
    let used = tempdir()?;
    start(&programs.ultudy, used.path())?;
    let first = || start(&programs.ultudy, tempdir()?.path());
    let later = || start(&programs.ultudy, used.path());
    let baseline = || start(&programs.baseline, tempdir()?.path());
    report.promised("first start", repeat(first)?, "ms", LIMIT);
    report.promised("later start", repeat(later)?, "ms", LIMIT);
    report.value("baseline", repeat(baseline)?, "ms");
    Ok(report)
}

fn repeat(mut start: impl FnMut() -> Result<f64>) -> Result<f64> {
    let times: Result<Vec<_>> = (0..STARTS).map(|_| start()).collect();
    Ok(median(times?))
}

/// Milliseconds of one start.
fn start(program: &Path, folder: &Path) -> Result<f64> {
    let begun = Instant::now();
    let server = Server::start(program, folder, &[])?;
    server.api.visit("/health")?;
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}
