//! How many requests a second the server answers from PostgreSQL through PgBouncer.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs,
    api::{Api, string},
    load,
    proc::Memory,
    report::{Promise, Report, median},
    server::Server,
};
use crate::{debian, process, test, workspace};

/// Where the server and the load are kept; what is between them takes its time from both.
const SERVER_CORE: u32 = 0;
const LOAD_CORE: u32 = 1;

/// Rounds, of which the middle one counts, and how long each lasts.
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(3);

/// What the Node original answers a second on two cores, by what is asked.
const LESSON: f64 = 2_826.0;
const EXISTING: f64 = 1_664.0;
const COURSES: f64 = 3_396.0;
const OVERVIEW: f64 = 244.0;

/// Rows beside those of the sample, and of them the section with the lesson of a usual size.
const ROWS: &str = include_str!("rows.sql");
const SECTION: &str = "00000003-0000-0000-0000-000000000000";
const ITS_DOCUMENT: &str = "00000002-0000-0000-0000-000000000000";

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
    process::run(
        Command::new(&programs.ultudy)
            .arg("migrate")
            .env("DATABASE_URL", &services.direct_url),
    )?;
    let folder = tempdir()?;
    let settings = [("DATABASE_URL", services.url.as_str())];
    let server = Server::start_on_core(&programs.ultudy, folder.path(), &settings, SERVER_CORE)?;
    let (document, section) = lesson(&server.api)?;
    // Row-level security holds for whoever owns the tables, too.
    fill(&services.direct_url.replace("//owner@", "//superuser@"))?;
    pin_this(LOAD_CORE)?;
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
        let load = load::run(api.address_of_server(), &question.request, SPAN)?;
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

/// Puts in the rows of `rows.sql`.
fn fill(url: &str) -> Result<()> {
    let folder = tempdir()?;
    let file = folder.path().join("rows.sql");
    std::fs::write(&file, ROWS)?;
    process::run(
        Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set",
                "ON_ERROR_STOP=1",
                "--file",
            ])
            .arg(&file)
            .arg(url),
    )
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

/// Keeps all threads of this process on one core.
fn pin_this(core: u32) -> Result<()> {
    let mut taskset = Command::new("taskset");
    taskset.args(["--all-tasks", "--cpu-list", "--pid"]);
    process::run(
        taskset
            .args([core.to_string(), std::process::id().to_string()])
            .stdout(Stdio::null()),
    )
}

/// PostgreSQL and PgBouncer, until dropped.
struct Services {
    child: Child,
    url: String,
    direct_url: String,
}

impl Services {
    fn start() -> Result<Self> {
        let mut child = workspace::cargo(["run", "--locked", "--quiet"])
            .args(["--package", "ultudy-testkit", "--example", "services"])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut url = None;
        for line in output.lines() {
            let line = line?;
            if let Some(pooled) = line.strip_prefix("export DATABASE_URL=") {
                url = Some(pooled.to_owned());
            }
            if let Some(direct) = line.strip_prefix("export DATABASE_DIRECT_URL=") {
                return Ok(Self {
                    child,
                    url: url.context("no DATABASE_URL")?,
                    direct_url: direct.to_owned(),
                });
            }
        }
        bail!("the services did not start")
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // Asked, so that it takes its servers along.
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}
