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

/// Rounds, of which the middle one counts, and how long each lasts.
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(3);

/// What the Node original answers a second on two cores, by what is asked.
const LESSON: f64 = 2_826.0;
const EXISTING: f64 = 1_664.0;
const COURSES: f64 = 3_396.0;

/// Starts everything, asks, counts.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "GET and POST over loopback by 24 connections that each ask again when they are answered; \
         the server pinned to the first processor core, the load to the second. PostgreSQL, and \
         PgBouncer in transaction mode before it, run on the same machine and take their time from \
         both cores. Medians of 5 rounds of 3 s. The sample course's first lesson, read as its \
         tenant under row-level security, uncached; beside what the Node original answers on two \
         cores.",
    );
    let services = Services::start()?;
    process::run(
        Command::new(&programs.ultudy)
            .arg("migrate")
            .env("DATABASE_URL", &services.direct_url),
    )?;
    let folder = tempdir()?;
    let settings = [("DATABASE_URL", services.url.as_str())];
    let server = Server::start(&programs.ultudy, folder.path(), &settings)?;
    let (document, section) = lesson(&server.api)?;
    pin(server.pid(), 0)?;
    pin(std::process::id(), 1)?;

    let address = server.api.address_of_server();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let body = json!({"document_id": document, "section_id": section}).to_string();
    let post = format!(
        "POST /api/lessons/generate HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for (what, request, times, reference) in [
        (
            "a lesson",
            get(&format!("/api/lessons?section_id={section}")),
            4.0,
            LESSON,
        ),
        ("asking for a lesson that exists", post, 4.0, EXISTING),
        ("the courses", get("/api/courses"), 3.0, COURSES),
    ] {
        let mut rates = Vec::new();
        let mut slowest = Vec::new();
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let load = load::run(address, &request, SPAN)?;
            rates.push(load.rate);
            slowest.push(load.p99);
            bytes = load.bytes;
        }
        let promise = Promise::AtLeast(times * reference);
        report.promised(what, median(rates), "/s", promise);
        report.value(format!("{what}, p99"), median(slowest), "ms");
        report.value(
            format!("{what}, body"),
            f64::from(u32::try_from(bytes)?),
            "bytes",
        );
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

/// Keeps all threads of a process on one core.
fn pin(pid: u32, core: u32) -> Result<()> {
    let mut taskset = Command::new("taskset");
    taskset.args(["--all-tasks", "--cpu-list", "--pid"]);
    process::run(
        taskset
            .args([core.to_string(), pid.to_string()])
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
