//! As many calls as a worker may have open.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::{TempDir, tempdir};

use super::super::{
    Programs, load,
    model::Model,
    proc::{self, Memory},
    report::{Promise, Report, Table},
    server::Server,
    services::Services,
};
use crate::{debian, test};

/// The student's sections.
const ROWS: &str = include_str!("rows.sql");
/// Calls in flight at once: the most that LESSON_QUEUE_CONCURRENCY may be.
const CALLS: u32 = 10_000;
/// Of these, those that are opened and looked at before the others.
const FEW: usize = super::CALLS;
/// Sections of a document in `rows.sql`.
const OF_DOCUMENT: u32 = 100;
/// Connections that ask for the lessons.
const CALLERS: usize = 16;
/// What a call may hold, in KiB.
const EACH: Promise = Promise::AtMost(80.0);
/// For how long the calls are left alone, to see what holding them takes.
const HELD: Duration = Duration::from_secs(20);
/// How long storing the lessons may take.
const PATIENCE: Duration = Duration::from_secs(600);
const EVERY: Duration = Duration::from_millis(500);

/// Opens all calls, looks, and has them answered.
pub fn measure(programs: &Programs, report: &mut Report) -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    let services = Services::start()?;
    services.migrate(&programs.ultudy)?;
    services.run(ROWS, &[&format!("sections={CALLS}")])?;
    let mut bench = Bench {
        folder: tempdir()?,
        model: Model::start()?,
        services,
        programs,
    };
    let api = bench.start("api")?;
    let worker = bench.start("worker")?;
    let idle = Memory::of(worker.pid())?.now;
    let requests = requests();
    let (few, rest) = requests.split_at_checked(FEW).context("too few calls")?;
    load::each(api.api.address_of_server(), few, CALLERS)?;
    bench.model.until("in_flight", FEW)?;
    let with_few = Memory::of(worker.pid())?;
    load::each(api.api.address_of_server(), rest, CALLERS)?;
    bench.model.until("in_flight", CALLS as usize)?;
    let before = proc::processor_time(worker.pid())?;
    thread::sleep(HELD);
    let spent = proc::processor_time(worker.pid())?.saturating_sub(before);
    let open = Memory::of(worker.pid())?;
    bench.model.say("release")?;
    let ended = bench.ended()?;
    let most = Memory::of(worker.pid())?.most;

    let each = |mib: f64| (mib - idle) * 1024.0 / f64::from(CALLS);
    report.value("a worker before", idle, "MiB");
    report.promised(
        "a worker with 1,000 calls in flight",
        with_few.now,
        "MiB",
        super::LIMIT,
    );
    report.promised(
        "the most that it held until then",
        with_few.most,
        "MiB",
        super::LIMIT,
    );
    report.value("with 10,000 calls in flight", open.now, "MiB");
    report.promised("of that for each call", each(open.now), "KiB", EACH);
    report.promised(
        "the most until then, for each call",
        each(open.most),
        "KiB",
        EACH,
    );
    report.value("the most until all lessons were stored", most, "MiB");
    let cores = spent.as_secs_f64() / HELD.as_secs_f64();
    report.value("% of a core while the calls were held", cores * 100.0, "");
    let failed = ended.iter().filter(|row| row[0] != "completed");
    let failed: Vec<Vec<String>> = failed.cloned().collect();
    let count: f64 = failed
        .iter()
        .filter_map(|row| row.last()?.parse::<f64>().ok())
        .sum();
    report.promised("lessons that failed", count, "", Promise::AtMost(0.0));
    let again = bench
        .services
        .number("SELECT count(*) FROM jobs WHERE attempt > 0 OR lost > 0")?;
    report.promised("calls made again", again, "", Promise::AtMost(0.0));
    if !failed.is_empty() {
        report.tables.push(Table {
            title: "What failed",
            head: vec!["Status", "Why", "How often"],
            rows: failed,
        });
    }
    Ok(())
}

/// For the lesson of each section.
fn requests() -> Vec<String> {
    let nth = |kind: u32, n: u32| format!("{kind:08x}-0000-0000-0000-{n:012x}");
    let request = |n: u32| {
        let (document, section) = (nth(2, n / OF_DOCUMENT), nth(3, n));
        let body = json!({"document_id": document, "section_id": section}).to_string();
        format!(
            "POST /api/lessons/generate HTTP/1.1\r\nHost: localhost\r\nX-User-Id: student\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    (0..CALLS).map(request).collect()
}

struct Bench<'a> {
    folder: TempDir,
    model: Model,
    services: Services,
    programs: &'a Programs,
}

impl Bench<'_> {
    fn start(&self, role: &str) -> Result<Server> {
        let (model, concurrency) = (self.model.settings(), CALLS.to_string());
        let mut settings = vec![
            ("DATABASE_URL", self.services.url.as_str()),
            ("REDIS_URL", self.services.redis_url.as_str()),
            ("AUTH_MODE", "dev"),
            ("SAMPLE_COURSE", "false"),
            ("LESSON_QUEUE_CONCURRENCY", concurrency.as_str()),
            ("LLM_TIMEOUT_SECONDS", "3600"),
            ("LLM_IDLE_SECONDS", "3600"),
        ];
        settings.extend(model.iter().map(|(name, value)| (*name, value.as_str())));
        Server::start_as(role, &self.programs.ultudy, self.folder.path(), &settings)
    }

    /// How the jobs ended, when all have: status, why, how often.
    fn ended(&self) -> Result<Vec<Vec<String>>> {
        let begun = Instant::now();
        let open = "SELECT count(*) FROM jobs WHERE status IN ('queued', 'processing')";
        while self.services.number(open)? > 0.0 {
            if begun.elapsed() > PATIENCE {
                bail!("not all lessons are stored after {PATIENCE:?}");
            }
            thread::sleep(EVERY);
        }
        let ends = "SELECT status, coalesce(failure_code || ': ' || failure_message, ''), count(*)
            FROM jobs GROUP BY 1, 2 ORDER BY 1, 2";
        self.services.rows(ends).context("how the jobs ended")
    }
}
