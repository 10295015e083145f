//! How long 100,000 rows take to PostgreSQL and back, directly and through PgBouncer.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::tempdir;

use super::{
    Programs,
    report::{Promise, Report},
};
use crate::{debian, process, test, workspace};

/// Documents of the student, which make a little more than 100,000 rows.
const DOCUMENTS: &str = "190";

/// What 100,000 rows may take, in seconds.
const LIMIT: Promise = Promise::AtMost(30.0);

/// Fills a folder, then carries it over and back, each way of reaching the server on its own.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "`ultudy transfer --to URL` and `--from URL`: one student's rows, with their search index \
         and files (190 of 100 KB), read, hashed, stored, and hashed again at the destination. \
         PostgreSQL on the same machine, by itself and behind PgBouncer in transaction mode, its \
         `fsync` off as in the tests. Rows are a student's after years: sections with their \
         texts, lessons, concepts, questions, answers, passages.",
    );
    let folder = tempdir()?;
    let corpus = [
        "run",
        "--locked",
        "--release",
        "--quiet",
        "--package",
        "ultudy-store",
    ];
    let rows = process::output(
        workspace::cargo(corpus)
            .args(["--example", "transfer_corpus", "--"])
            .arg(folder.path())
            .arg(DOCUMENTS),
    )?;
    report.value("rows", rows.parse()?, "");
    for way in ["DATABASE_DIRECT_URL", "DATABASE_URL"] {
        let services = Services::start()?;
        let url = services.url(way)?;
        let through = match way {
            "DATABASE_URL" => "through PgBouncer",
            _ => "directly",
        };
        run(
            programs,
            folder.path(),
            folder.path(),
            &["migrate"],
            &[("DATABASE_URL", url)],
        )?;
        let server_files = tempdir()?;
        let objects = format!("file://{}", server_files.path().display());
        let settings = [("OBJECT_STORE_URL", objects.as_str())];
        let begun = Instant::now();
        run(
            programs,
            folder.path(),
            folder.path(),
            &["transfer", "--to", url],
            &settings,
        )?;
        let taken = begun.elapsed().as_secs_f64();
        report.promised(format!("to PostgreSQL, {through}"), taken, "s", LIMIT);
        let back = tempdir()?;
        let begun = Instant::now();
        run(
            programs,
            back.path(),
            back.path(),
            &["transfer", "--from", url],
            &settings,
        )?;
        let taken = begun.elapsed().as_secs_f64();
        report.promised(format!("back to SQLite, {through}"), taken, "s", LIMIT);
    }
    Ok(report)
}

fn run(
    programs: &Programs,
    data_dir: &Path,
    current: &Path,
    arguments: &[&str],
    settings: &[(&str, &str)],
) -> Result<()> {
    let mut command = Command::new(&programs.ultudy);
    command
        .args(arguments)
        .current_dir(current)
        .env("DATA_DIR", data_dir)
        .env("LOG", "warn")
        .envs(settings.iter().copied());
    process::run(&mut command)
}

/// PostgreSQL and PgBouncer with an empty database; gone when dropped.
struct Services {
    child: Child,
    said: Vec<String>,
}

impl Services {
    fn start() -> Result<Self> {
        let example = [
            "run",
            "--quiet",
            "--package",
            "ultudy-testkit",
            "--example",
            "services",
        ];
        let mut child = workspace::cargo(example)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the services")?;
        let output = child.stdout.take().context("no output")?;
        let mut services = Self {
            child,
            said: Vec::new(),
        };
        for line in BufReader::new(output).lines() {
            let line = line?;
            let is_last = line.starts_with('#');
            services.said.push(line);
            if is_last {
                return Ok(services);
            }
        }
        bail!("the services did not start")
    }

    fn url(&self, name: &str) -> Result<&str> {
        let exported = format!("export {name}=");
        let mut urls = self
            .said
            .iter()
            .filter_map(|line| line.strip_prefix(&exported));
        urls.next()
            .context("the services did not say where they are")
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // `cargo run` becomes the program, which clears up when told to stop.
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}
