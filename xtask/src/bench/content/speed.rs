//! How long lessons take.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::tempdir;

use super::{Bench, book};
use crate::bench::{
    api::string,
    report::{Promise, median},
    server::Server,
    study,
};

/// Pages of the sections whose lessons are timed.
const PAGES: i64 = 10;
/// What such a lesson may take, in milliseconds.
const LESSON: Promise = Promise::AtMost(200.0);
/// Pages of the book that is promised, and what it may take, in seconds.
const BOOK_PAGES: f64 = 300.0;
const BOOK: Promise = Promise::AtMost(15.0);
/// Books that are timed.
const BOOKS: [&str; 2] = ["01", "02"];

const SECONDS_OF_DAY: f64 = 86_400.0;

/// Times single lessons in the server and whole books on the command line.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    lessons(bench)?;
    for number in BOOKS {
        let file = book(number)?;
        let begun = Instant::now();
        let found = study::json(&bench.programs.ultudy, &file)?;
        let seconds = begun.elapsed().as_secs_f64();
        let pages = pages(&found);
        let what = format!("{number}: {pages} pages, to the last section's end, with all lessons");
        bench.report.value(what, seconds, "s");
        bench.report.promised(
            format!("{number}: the same for each {BOOK_PAGES} pages"),
            seconds * BOOK_PAGES / pages,
            "s",
            BOOK,
        );
    }
    Ok(())
}

/// The last page of the sections.
fn pages(found: &Value) -> f64 {
    let ends = study::array(found, "sections")
        .iter()
        .map(|section| section["page_end"].as_f64());
    ends.flatten().fold(1.0, f64::max)
}

/// Lessons of all ten-page sections of the largest book, as their jobs' times tell.
fn lessons(bench: &mut Bench<'_>) -> Result<()> {
    let folder = tempdir()?;
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&bench.programs.ultudy, folder.path(), &settings)?;
    let document = server.api.document(&book("01")?)?;
    let sections = server
        .api
        .get(&format!("/api/sections?document_id={document}"))?;
    let page = |section: &Value, name: &str| section[name].as_i64().unwrap_or_default();
    let of_ten = study::array(&sections, "sections")
        .iter()
        .filter(|section| page(section, "page_end") - page(section, "page_start") + 1 == PAGES);
    let mut times = Vec::new();
    for section in of_ten {
        let asked = json!({ "document_id": document, "section_id": string(section, "id")? });
        let answer = server.api.post("/api/lessons/generate", &asked)?;
        let job = server.api.ended(&string(&answer, "job_id")?)?;
        if job["status"] != "completed" {
            bail!("the lesson failed: {}", job["error"]);
        }
        let at = |name: &str| string(&job, name).and_then(|time| seconds_of_day(&time));
        let taken = (at("completed_at")? - at("started_at")?).rem_euclid(SECONDS_OF_DAY);
        times.push(taken * 1000.0);
    }
    let (count, worst) = (times.len(), times.iter().copied().fold(0.0, f64::max));
    if count == 0 {
        bail!("no section has {PAGES} pages");
    }
    let what = format!(
        "the lesson of a section of {PAGES} pages, from its job's start to its end, median of {count}"
    );
    bench.report.promised(what, median(times), "ms", LESSON);
    bench.report.value("the slowest of them", worst, "ms");
    Ok(())
}

/// Seconds since midnight of a time such as `2026-01-31T23:59:59.123456Z`.
fn seconds_of_day(time: &str) -> Result<f64> {
    let parse = || {
        let (_, clock) = time.trim_end_matches('Z').split_once('T')?;
        let parts: Vec<f64> = clock
            .split(':')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let [hours, minutes, seconds] = parts[..] else {
            return None;
        };
        Some((hours * 60.0 + minutes) * 60.0 + seconds)
    };
    parse().with_context(|| format!("{time} is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read() {
        let seconds = seconds_of_day("2026-01-31T01:02:03.5Z").unwrap();
        assert!((seconds - 3723.5).abs() < 1e-9);
        assert!(seconds_of_day("soon").is_err());
    }
}
