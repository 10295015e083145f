//! What it costs to show a lesson.

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs,
    api::{Api, string},
    proc,
    report::{Promise, Report},
    server::Server,
};
use crate::workspace;

/// How often the page is shown.
const VISITS: u32 = 2000;

/// What one showing may cost, in milliseconds of processor time.
const LIMIT: Promise = Promise::AtMost(1.0);

/// Makes a lesson of the sample course and shows it many times.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "The learn page of a lesson of the sample course, asked for 2,000 times over one \
         connection: processor time of the server, all threads, per page.",
    );
    let folder = tempdir()?;
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&programs.ultudy, folder.path(), &settings)?;
    let section = lesson(&server.api)?;
    for path in [format!("/learn/{section}"), "/health".to_owned()] {
        report_path(&mut report, &server, &path)?;
    }
    Ok(report)
}

fn report_path(report: &mut Report, server: &Server, path: &str) -> Result<()> {
    server.api.visit(path)?;
    let before = proc::processor_time(server.pid())?;
    for _ in 0..VISITS {
        server.api.visit(path)?;
    }
    let spent = proc::processor_time(server.pid())?.saturating_sub(before);
    let each = spent.as_secs_f64() * 1000.0 / f64::from(VISITS);
    if path.starts_with("/learn") {
        report.promised("the learn page", each, "ms", LIMIT);
    } else {
        report.value(path, each, "ms");
    }
    Ok(())
}

/// Makes the lesson of the sample's second section; the section's id.
fn lesson(api: &Api) -> Result<String> {
    let document = api.document(&workspace::root().join("sample/course.pdf"))?;
    let sections = api.get(&format!("/api/sections?document_id={document}"))?;
    let section = sections["sections"].get(1).context("no second section")?;
    let section = string(section, "id")?;
    let asked = json!({ "document_id": document, "section_id": section });
    let answer = api.post("/api/lessons/generate", &asked)?;
    if let Some(job) = answer["job_id"].as_str() {
        let job = api.ended(job)?;
        if job["status"] != "completed" {
            bail!("the lesson failed: {}", job["error"]);
        }
    }
    Ok(section)
}
