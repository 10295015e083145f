//! Every file of the corpus through the API.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use tempfile::tempdir;

use super::{
    Programs,
    api::Api,
    report::{Report, Table},
    server::Server,
};
use crate::workspace;

/// Where the corpus is, if it is: it is no part of the project.
pub fn folder() -> Option<PathBuf> {
    let folder = workspace::root().join("../shared/corpus");
    folder.is_dir().then_some(folder)
}

/// Uploads one file after the other.
pub fn measure(programs: &Programs) -> Result<Report> {
    let Some(folder) = folder() else {
        bail!("the corpus is not here; see bench/README.md");
    };
    let mut report = Report::new(
        "Every PDF of the corpus, uploaded through the API one after the other: pages and \
         sections of the finished document and the seconds from the upload's first byte to the \
         job's end, or why there is none.",
    );
    let data = tempdir()?;
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&programs.ultudy, data.path(), &settings)?;
    let course = server.api.course()?;
    let rows: Result<_> = files(&folder)?
        .iter()
        .map(|file| row(&server.api, file, &course))
        .collect();
    report.table = Some(Table {
        head: vec!["File", "Pages", "Sections", "Seconds", "Outcome"],
        rows: rows?,
    });
    Ok(report)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries: std::io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    let paths = entries?.into_iter().map(|entry| entry.path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    Ok(files)
}

fn row(api: &Api, file: &Path, course: &str) -> Result<Vec<String>> {
    let name = file.file_name().context("a file has a name")?;
    let name = name.to_string_lossy().into_owned();
    let begun = Instant::now();
    let upload = match api.upload(file, course)? {
        Ok(upload) => upload,
        Err(refusal) => return Ok(vec![name, "".into(), "".into(), "".into(), refusal]),
    };
    let job = api.ended(&upload.job)?;
    let seconds = format!("{:.2}", begun.elapsed().as_secs_f64());
    if job["status"] != "completed" {
        let reason = format!("failed: {}", job["error"].as_str().unwrap_or_default());
        return Ok(vec![name, "".into(), "".into(), seconds, reason]);
    }
    let document = api.get(&format!("/api/documents/{}", upload.document))?;
    let sections = api.get(&format!("/api/sections?document_id={}", upload.document))?;
    let sections = sections["sections"].as_array().map_or(0, Vec::len);
    let pages = document["pages"].to_string();
    Ok(vec![
        name,
        pages,
        sections.to_string(),
        seconds,
        "completed".into(),
    ])
}
