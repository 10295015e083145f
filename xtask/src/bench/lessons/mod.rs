//! How many lessons a second go from the request to a completed row, how long those wait who all
//! want the same, and how soon a killed worker's job runs again.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs, load,
    model::Model,
    proc,
    report::{Promise, Report, median},
    server::Server,
    services::Services,
};
use crate::{debian, test};

/// Users with a document each, their texts alike.
const ROWS: &str = include_str!("rows.sql");
/// Lessons of a round, and rounds, of which the middle one counts.
const LESSONS: u32 = 3_000;
const ROUNDS: u32 = 5;
/// Lessons before.
const WARM_UP: u32 = 1_000;
/// Who want the same text at once.
const SAME: u32 = 2_000;
/// Everybody.
const USERS: u32 = 1 + WARM_UP + LESSONS * ROUNDS;
/// Connections that ask.
const CALLERS: usize = 64;
/// How often a worker is killed.
const KILLS: u32 = 3;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(180);
/// Asking is a process of its own each time; what is measured the rows tell.
const EVERY: Duration = Duration::from_millis(500);
/// The texts of `rows.sql`.
const FIRST: u32 = 1;
const SECOND: u32 = 2;

/// Starts an API and a worker over PostgreSQL and Redis, and asks.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "An API and a worker with LESSON_QUEUE_CONCURRENCY=50 over PostgreSQL (through PgBouncer) and \
         Redis, all on the same two cores with whoever asks, over 64 connections. Lessons a second: \
         from the first row enqueued to the last completed, of 3,000 users who ask for a text whose \
         generation is there, so that nothing is generated and everything else is done; medians of 5 \
         rounds, after 1,000 such lessons and VACUUM ANALYZE. The same text for 2,000 users at once: the model holds its answer until all wait, and \
         the time is from when the generation was stored to the last completed row. A killed worker: \
         from SIGKILL until another one asks the model for the same lesson; the worst of 3.",
    );
    let services = Services::start()?;
    services.migrate(&programs.ultudy)?;
    services.run(ROWS, &[&format!("users={USERS}")])?;
    let mut bench = Bench {
        folder: tempdir()?,
        model: Model::start()?,
        services,
        programs,
    };
    let api = bench.start("api")?;
    let worker = bench.start("worker")?;
    let address = api.api.address_of_server();

    load::each(address, &asked(FIRST, 0..1), 1)?;
    bench.model.until("in_flight", 1)?;
    bench.model.say("release")?;
    bench.until_completed(FIRST, 1)?;
    // The server plans a statement for the rows there are; autovacuum has it plan anew within a minute.
    load::each(address, &asked(FIRST, 1..1 + WARM_UP), CALLERS)?;
    bench.until_completed(FIRST, 1 + WARM_UP)?;
    bench.services.run("VACUUM ANALYZE", &[])?;
    let before = bench.processor_times(&[("API", &api), ("worker", &worker)])?;
    let (mut rates, mut refused) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let from = 1 + WARM_UP + round * LESSONS;
        refused += load::each(address, &asked(FIRST, from..from + LESSONS), CALLERS)?;
        bench.until_completed(FIRST, from + LESSONS)?;
        let took = "SELECT extract(epoch FROM max(completed_at) - min(created_at)) FROM (
            SELECT * FROM jobs WHERE section_id::text LIKE '00000003%' ORDER BY created_at DESC LIMIT ";
        let took = bench.services.number(&format!("{took}{LESSONS}) latest"))?;
        rates.push(f64::from(LESSONS) / took);
    }
    let rate = median(rates);
    report.promised("lessons", rate, "/s", Promise::AtLeast(1_500.0));
    let what = "requests for them that failed, such as by 503, and were sent again";
    report.value(what, refused as f64, "");
    let after = bench.processor_times(&[("API", &api), ("worker", &worker)])?;
    let mut all = 0.0;
    for ((who, before), (_, after)) in before.iter().zip(&after) {
        let spent = after.saturating_sub(*before).as_secs_f64() * 1000.0;
        let each = spent / f64::from(LESSONS * ROUNDS);
        report.value(format!("processor time a lesson: {who}"), each, "ms");
        all += each;
    }
    report.value("processor time a lesson: all of these", all, "ms");

    bench.model.say("hold")?;
    let made = bench.made()?;
    load::each(address, &asked(SECOND, 0..SAME), CALLERS)?;
    bench.until(
        "SELECT count(*) FROM jobs WHERE waits_for IS NOT NULL AND status = 'queued'",
        SAME - 1,
    )?;
    bench.model.say("release")?;
    bench.until_completed(SECOND, SAME)?;
    let waited = "SELECT extract(epoch FROM max(j.completed_at) - max(g.created_at))
        FROM jobs j, generations g WHERE j.section_id::text LIKE '00000004%'";
    let waited = bench.services.number(waited)?;
    let what = "2,000 users want the same text: the last row completed after its generation";
    report.promised(what, waited, "s", Promise::AtMost(2.0));
    let what = "2,000 users want the same text: generations";
    let generated = (bench.made()? - made) as f64;
    report.promised(what, generated, "", Promise::AtMost(1.0));

    let worst = bench.recoveries(address, worker)?;
    let what = "a killed worker's job runs again, the worst of 3";
    report.promised(what, worst, "s", Promise::AtMost(12.0));
    Ok(report)
}

/// Requests of these users for one of the texts.
fn asked(text: u32, users: std::ops::Range<u32>) -> Vec<String> {
    let nth = |kind: u32, n: u32| format!("{kind:08x}-0000-0000-0000-{n:012x}");
    let request = |n: u32| {
        let section = nth(2 + text, n);
        let body = json!({"document_id": nth(2, n), "section_id": section}).to_string();
        format!(
            "POST /api/lessons/generate HTTP/1.1\r\nHost: localhost\r\nX-User-Id: user-{n}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    users.map(|user| request(user + 1)).collect()
}

struct Bench<'a> {
    folder: tempfile::TempDir,
    model: Model,
    services: Services,
    programs: &'a Programs,
}

impl Bench<'_> {
    fn start(&self, role: &str) -> Result<Server> {
        let model = self.model.settings();
        let mut settings = vec![
            ("DATABASE_URL", self.services.url.as_str()),
            ("REDIS_URL", self.services.redis_url.as_str()),
            ("AUTH_MODE", "dev"),
            ("SAMPLE_COURSE", "false"),
            ("LESSON_QUEUE_CONCURRENCY", "50"),
            ("LLM_TIMEOUT_SECONDS", "3600"),
            ("LLM_IDLE_SECONDS", "3600"),
        ];
        settings.extend(model.iter().map(|(name, value)| (*name, value.as_str())));
        Server::start_as(role, &self.programs.ultudy, self.folder.path(), &settings)
    }

    /// The processor time so far of these, of the services, and of whoever asks.
    fn processor_times(&self, servers: &[(&str, &Server)]) -> Result<Vec<(String, Duration)>> {
        let of_server = |(name, server): &(&str, &Server)| {
            Ok(((*name).into(), proc::processor_time(server.pid())?))
        };
        let mut times: Vec<_> = servers.iter().map(of_server).collect::<Result<_>>()?;
        let services = self.services.processor_times()?;
        for name in ["postgres", "pgbouncer", "redis-server"] {
            let time = services.get(name).copied();
            times.push((name.to_owned(), time.context("a service does not run")?));
        }
        let own = proc::processor_time(std::process::id())?;
        times.push(("whoever asks".to_owned(), own));
        Ok(times)
    }

    fn made(&mut self) -> Result<u64> {
        Ok(self.model.say("counts")?["made"]
            .as_u64()
            .unwrap_or_default())
    }

    fn until_completed(&self, text: u32, jobs: u32) -> Result<()> {
        let kind = 2 + text;
        self.until(
            &format!(
                "SELECT count(*) FROM jobs WHERE status = 'completed'
                    AND section_id::text LIKE '{kind:08x}%'"
            ),
            jobs,
        )
    }

    fn until(&self, sql: &str, wanted: u32) -> Result<()> {
        let begun = Instant::now();
        let mut found = 0.0;
        while begun.elapsed() < PATIENCE {
            found = self.services.number(sql)?;
            if found >= f64::from(wanted) {
                return Ok(());
            }
            thread::sleep(EVERY);
        }
        bail!("{found} of {wanted}: {sql}")
    }

    /// Kills workers in the middle of a lesson, each while another waits; the longest time in
    /// seconds.
    fn recoveries(&mut self, address: &str, mut worker: Server) -> Result<f64> {
        let mut worst: f64 = 0.0;
        for kill in 0..KILLS {
            self.model.say("hold")?;
            let made = self.made()?;
            // A text of the one user's own.
            let user = SAME + kill;
            let own = format!(
                "UPDATE sections SET markdown = markdown || ' A {kill} is a number of its own.'
                WHERE owner_id = 'user-{}' AND section_number = 2;",
                user + 1
            );
            self.services.run(&own, &[])?;
            load::each(address, &asked(SECOND, user..user + 1), 1)?;
            self.model.until("made", usize::try_from(made)? + 1)?;
            let next = self.start("worker")?;
            let killed = Instant::now();
            drop(std::mem::replace(&mut worker, next));
            self.model.until("made", usize::try_from(made)? + 2)?;
            worst = worst.max(killed.elapsed().as_secs_f64());
            // Nothing of this one is left for the next to run again.
            self.model.say("release")?;
            self.until_completed(SECOND, SAME + kill + 1)?;
        }
        Ok(worst)
    }
}
