//! What the idle server holds in memory.

use anyhow::Result;
use tempfile::tempdir;

use super::{
    Programs,
    proc::Memory,
    report::{Promise, Report},
    server::Server,
};

/// What the idle server may hold, in MiB.
const LIMIT: Promise = Promise::AtMost(40.0);

/// Starts both programs and looks.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "Resident memory (VmRSS) of the server without the sample course: after the first answer \
         of /health, and after the first page.",
    );
    let folder = tempdir()?;
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&programs.ultudy, folder.path(), &settings)?;
    server.api.visit("/health")?;
    let started = Memory::of(server.pid())?.now;
    server.api.visit("/")?;
    let visited = Memory::of(server.pid())?.now;
    report.promised("idle after the start", started, "MiB", LIMIT);
    report.promised("idle after the first page", visited, "MiB", LIMIT);

    let baseline = Server::start(&programs.baseline, folder.path(), &[])?;
    baseline.api.visit("/health")?;
    report.value("baseline", Memory::of(baseline.pid())?.now, "MiB");
    Ok(report)
}
