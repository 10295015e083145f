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
    books,
    report::{Report, Table},
    server::Server,
    study,
};
use crate::workspace;

/// Where the corpus is, if it is: it is no part of the project.
pub fn folder() -> Option<PathBuf> {
    let folder = workspace::root().join("../shared/corpus");
    folder.is_dir().then_some(folder)
}

/// The books that are looked at more closely.
const BOOKS: [&str; 4] = ["01", "02", "03", "04"];
const HEAD: [&str; 9] = [
    "File",
    "Pages",
    "Sections",
    "Found by",
    "Language",
    "Recognised pages",
    "Lessons",
    "Seconds",
    "Outcome",
];

/// Uploads one file after the other.
pub fn measure(programs: &Programs) -> Result<Report> {
    let files = files()?;
    let mut report = Report::new(
        "Every PDF of the corpus, uploaded through the API one after the other: pages and \
         sections of the finished document, how they were found, its language, pages whose text was \
         recognised from a picture, and the seconds from the upload's first byte to the job's end, or \
         why there is none; and how many of its sections `ultudy study` makes a lesson of. \
         results/books has the first sections and a whole lesson of each book.",
    );
    let data = tempdir()?;
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&programs.ultudy, data.path(), &settings)?;
    let course = server.api.course()?;
    let mut rows = Vec::new();
    for file in &files {
        rows.push(row(programs, &server.api, file, &course)?);
    }
    report.tables.push(Table {
        title: "",
        head: HEAD.to_vec(),
        rows,
    });
    for number in BOOKS {
        books::write(programs, number)?;
    }
    Ok(report)
}

/// The book whose file name begins with `number`.
pub fn book(number: &str) -> Result<PathBuf> {
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with(number)
    };
    let found = files()?.into_iter().find(is_it);
    found.with_context(|| format!("the corpus has no {number}"))
}

/// Its PDFs, by name.
///
/// # Errors
/// It is not here.
fn files() -> Result<Vec<PathBuf>> {
    let Some(folder) = folder() else {
        bail!("the corpus is not here; see bench/README.md");
    };
    let entries: std::io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    let paths = entries?.into_iter().map(|entry| entry.path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    Ok(files)
}

fn row(programs: &Programs, api: &Api, file: &Path, course: &str) -> Result<Vec<String>> {
    let name = file.file_name().context("a file has a name")?;
    let name = name.to_string_lossy().into_owned();
    let failed = |seconds: String, outcome: String| {
        let mut row = vec![String::new(); HEAD.len() - 2];
        row[0].clone_from(&name);
        row.extend([seconds, outcome]);
        row
    };
    let begun = Instant::now();
    let upload = match api.upload(file, course)? {
        Ok(upload) => upload,
        Err(refusal) => return Ok(failed(String::new(), refusal)),
    };
    let job = api.ended(&upload.job)?;
    let seconds = format!("{:.2}", begun.elapsed().as_secs_f64());
    if job["status"] != "completed" {
        let reason = job["error"].as_str().unwrap_or_default();
        return Ok(failed(seconds, format!("failed: {reason}")));
    }
    let document = api.get(&format!("/api/documents/{}", upload.document))?;
    let sections = api.get(&format!("/api/sections?document_id={}", upload.document))?;
    let studied = study::json(&programs.ultudy, file)?;
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let recognised = study::array(&document, "recognised_pages").len();
    Ok(vec![
        name.clone(),
        document["pages"].to_string(),
        study::array(&sections, "sections").len().to_string(),
        text("sectioning"),
        text("language"),
        recognised.to_string(),
        study::array(&studied, "lessons").len().to_string(),
        seconds,
        "completed".into(),
    ])
}
