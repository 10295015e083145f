//! How many requests a second the server answers from PostgreSQL through PgBouncer.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs,
    api::{Api, string},
    load,
    proc::Memory,
    report::{Promise, Report, median},
    server::Server,
    services::{ITS_DOCUMENT, SECTION, Services},
};
use crate::{debian, test, workspace};

/// Where the server and the load are kept; what is between them takes its time from both.
const SERVER_CORE: u32 = 0;
const LOAD_CORE: usize = 1;

/// Rounds, of which the middle one counts, and how long each lasts.
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(3);

/// What the Node original answers a second on two cores, by what is asked.
const LESSON: f64 = 2_826.0;
const EXISTING: f64 = 1_664.0;
const COURSES: f64 = 3_396.0;
const OVERVIEW: f64 = 244.0;

/// Starts everything, asks, counts.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "GET and POST over loopback by 24 connections that each ask again when they are answered; \
         the server pinned to the first processor core, the load to the second. PostgreSQL, and \
         PgBouncer in transaction mode before it, run on the same machine and take their time from \
         both cores. Medians of 5 rounds of 3 s. A lesson of three concepts, and as a long one the \
         sample course's first, read as their tenant under row-level security, uncached; beside \
         what the Node original answers on two cores. Whether it lives asks no database.",
    );
    let services = Services::start()?;
    services.migrate(&programs.ultudy)?;
    let folder = tempdir()?;
    let settings = [
        ("DATABASE_URL", services.url.as_str()),
        ("ENABLE_LESSON_CACHE", "false"),
    ];
    let server = Server::start_on_core(&programs.ultudy, folder.path(), &settings, SERVER_CORE)?;
    let (document, section) = lesson(&server.api)?;
    services.fill()?;
    let _pinned = load::pin_to(LOAD_CORE)?;
    for question in questions(&server.api, &document, &section) {
        ask(&mut report, &server.api, &question)?;
    }
    let most = Memory::of(server.pid())?.most;
    report.promised(
        "resident memory at most",
        most,
        "MiB",
        Promise::AtMost(60.0),
    );
    Ok(report)
}

/// What is asked, over and over.
struct Question {
    what: &'static str,
    request: String,
    promise: Option<Promise>,
}

fn questions(api: &Api, document: &str, section: &str) -> Vec<Question> {
    let address = api.address_of_server();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let generate = |document: &str, section: &str| {
        let body = json!({"document_id": document, "section_id": section}).to_string();
        format!(
            "POST /api/lessons/generate HTTP/1.1\r\nHost: {address}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let times = |times: f64, reference: f64| Some(Promise::AtLeast(times * reference));
    let of = |section: &str| format!("/api/lessons?section_id={section}");
    let question = |what, request, promise| Question {
        what,
        request,
        promise,
    };
    vec![
        question("a lesson", get(&of(SECTION)), times(4.0, LESSON)),
        question("a long lesson", get(&of(section)), None),
        question(
            "asking for a lesson that exists",
            generate(ITS_DOCUMENT, SECTION),
            times(4.0, EXISTING),
        ),
        question(
            "asking for a long lesson that exists",
            generate(document, section),
            None,
        ),
        question("the courses", get("/api/courses"), times(3.0, COURSES)),
        question(
            "progress, 500 concepts",
            get("/api/progress/overview"),
            times(4.0, OVERVIEW),
        ),
        question("whether it lives", get("/health/live"), None),
    ]
}

/// Asks in rounds; the middle one counts.
fn ask(report: &mut Report, api: &Api, question: &Question) -> Result<()> {
    let what = question.what;
    let mut rates = Vec::new();
    let mut slowest = Vec::new();
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let load = load::run(api.address_of_server(), &question.request, SPAN, None)?;
        rates.push(load.rate);
        slowest.push(load.p99);
        bytes = load.bytes;
    }
    let rate = median(rates);
    match question.promise {
        Some(promise) => report.promised(what, rate, "/s", promise),
        None => report.value(what, rate, "/s"),
    }
    report.value(format!("{what}, p99"), median(slowest), "ms");
    let bytes = f64::from(u32::try_from(bytes)?);
    report.value(format!("{what}, body"), bytes, "bytes");
    Ok(())
}

/// A document and a section of it whose lesson exists.
fn lesson(api: &Api) -> Result<(String, String)> {
    let document = api.document(&workspace::root().join("sample/course.pdf"))?;
    let sections = api.get(&format!("/api/sections?document_id={document}"))?;
    let section = string(&sections["sections"][0], "id")?;
    let asked = json!({"document_id": document, "section_id": section});
    let answer = api.post("/api/lessons/generate", &asked)?;
    if let Some(job) = answer["job_id"].as_str() {
        api.ended(job)?;
    }
    Ok((document, section))
}
