//! A day of students: the whole fleet on this machine, at the rate that it is meant for, and at as many
//! times of it as it bears.

mod fleet;
mod nginx;
mod rolling;
mod statements;
mod students;
mod usage;

use std::env;

use anyhow::{Context as _, Result};

use self::{
    fleet::{Fleet, PLACES},
    students::Found,
    usage::Usage,
};
pub use self::{nginx::Nginx, rolling::measure as measure_rolling};
use super::{
    Programs,
    report::{Promise, Report, Table},
};
use crate::{debian, test};

/// Lesson requests a minute; `DAY_RATE` in the environment for another.
const RATE: f64 = 2_000.0;
/// Of them those whose text nobody has had made into a lesson.
const NEW: f64 = 0.2;
/// Minutes that are measured; `DAY_MINUTES` for others.
const MINUTES: f64 = 10.0;
/// As many times the load, one after the other until something gives; `DAY_TIMES` for others.
const TIMES: &str = "2,3,4,6,8,12";
/// Seconds that the model takes.
const MODEL: f64 = 60.0;
/// Seconds until as many wait as will, and for which a multiple is measured.
const RISE: f64 = 90.0;
const SPAN: f64 = 60.0;
/// The share of a worker's places that may be taken, for who comes at random comes at once, too.
const FILL: f64 = 0.8;

/// What the students' connections did.
const RESENT: &str = "requests sent again, as browsers do, by another connection than a kept one that was just \
                      being closed";

/// What is promised: ms, s, s, cores of two, MiB.
const READ: f64 = 50.0;
const READY: f64 = 65.0;
const LIVE: f64 = 1.0;
const CORES: f64 = 1.0;
const MEMORY: f64 = 1024.0;

/// Starts everything, lets students come, looks.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "nginx and PgBouncer as shipped, two APIs, a worker (LESSON_QUEUE_CONCURRENCY=600, AUTH_MODE=jwt, \
         limits on), PostgreSQL with fsync, and Redis, all on these cores with a model that takes 60 s a lesson, \
         word by word, and with the students, whose times include what they take from the fleet. Lesson \
         requests come at random (Poisson) from 10,000 of 100,000 users, 2,000 a minute; a classmate has had 80 \
         of a hundred texts made into a lesson before. Each student asks how the job stands at once and then 2 s \
         after each answer, opens the lesson, answers five questions 4 s after each other, reads the lesson \
         again meanwhile, and looks at all progress; every tenth user has a stream of live updates open. Times \
         are from when a request was due. 10 minutes, after 90 s in which the load rises. Then as many times \
         that load for 60 s after such 90 s each, with as many workers as keep a fifth of their places free, \
         until a promise is broken.",
    );
    let (rate, minutes) = (setting("DAY_RATE", RATE)?, setting("DAY_MINUTES", MINUTES)?);
    let mut fleet = Fleet::start(programs)?;
    fleet.model.say(&format!("pace {MODEL}"))?;
    let (found, usage, statements) = run(&mut fleet, rate, minutes * 60.0)?;
    describe(&mut report, &found, &usage)?;
    report.tables.push(processes(&usage));
    report.tables.push(times(&found)?);
    report.tables.push(statements);

    let mut raised = Raised::of(rate, 1, 1.0, &found, &usage)?;
    let mut table = Table {
        title: "More of it",
        head: Raised::HEAD.to_vec(),
        rows: vec![raised.row()],
    };
    let multiples = env::var("DAY_TIMES").unwrap_or_else(|_| TIMES.to_owned());
    let mut borne = f64::from(u8::from(raised.gave.is_empty()));
    for multiple in multiples.split(',').filter(|text| !text.is_empty()) {
        let multiple: f64 = multiple.trim().parse().context("DAY_TIMES")?;
        let rate = multiple * rate;
        let workers = (rate * NEW / 60.0 * MODEL / (f64::from(PLACES) * FILL)).ceil();
        fleet.add_workers(workers as usize)?;
        let (found, usage, _) = run(&mut fleet, rate, SPAN)?;
        raised = Raised::of(rate, workers as usize, multiple, &found, &usage)?;
        table.rows.push(raised.row());
        if !raised.gave.is_empty() {
            break;
        }
        borne = multiple;
    }
    report.value("times this load that all promises hold at", borne, "");
    report.tables.push(table);
    Ok(report)
}

fn setting(name: &str, otherwise: f64) -> Result<f64> {
    match env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} is no number")),
        Err(_) => Ok(otherwise),
    }
}

/// Lets so many come a minute until all is as it stays, then for so many seconds.
fn run(fleet: &mut Fleet<'_>, rate: f64, seconds: f64) -> Result<(Found, Usage, Table)> {
    fleet.students.say(&format!("load {rate} {RISE}"))?;
    statements::begin(&fleet.services)?;
    let watched = fleet.watched()?;
    let load = format!("load {rate} {seconds}");
    let (_, usage) = usage::during(&watched, || fleet.students.say(&load))?;
    let statements = statements::found(&fleet.services, seconds)?;
    Ok((fleet.students.found()?, usage, statements))
}

fn describe(report: &mut Report, found: &Found, usage: &Usage) -> Result<()> {
    let at_most = |limit| Promise::AtMost(limit);
    report.value("lessons asked for", f64::from(found.visits), "");
    report.value("of them with all that follows", f64::from(found.whole), "");
    report.value("requests answered", f64::from(found.answered), "");
    report.value("requests refused by limits", f64::from(found.refused), "");
    report.value(RESENT, f64::from(found.resent), "");
    let failures = f64::from(found.failures());
    report.promised("requests that failed", failures, "", at_most(0.0));
    for (what, key) in [
        ("opening a lesson that is there, p99", "open"),
        ("reading it, p99", "read"),
    ] {
        let p99 = found.times(key)?.p99.unwrap_or(f64::NAN);
        report.promised(what, p99, "ms", at_most(READ));
    }
    let seconds = |key: &str, of: fn(students::Times) -> Option<f64>| -> Result<f64> {
        Ok(of(found.times(key)?).unwrap_or(f64::NAN) / 1_000.0)
    };
    let known = "a text that a classmate had made into a lesson, from due to stored";
    let what = format!("{known}, p99");
    report.value(what, seconds("stored_known", |it| it.p99)?, "s");
    let what = "a new text, from due to the student's knowing that its lesson is there, p95";
    let ready = seconds("ready_new", |it| it.p95)?;
    report.promised(what, ready, "s", at_most(READY));
    let live = found.times("live")?;
    report.value("ends of jobs told live", f64::from(live.count), "");
    let what = "from a row's end to the student's stream, the longest";
    report.promised(what, seconds("live", |it| it.max)?, "s", at_most(LIVE));
    let what = "the same, p99";
    report.value(what, seconds("live", |it| it.p99)?, "s");
    let what = "processor cores that ours used";
    report.promised(what, usage.ours(), "", at_most(CORES));
    let what = "the most memory of ours together";
    report.promised(what, usage.ours_memory, "MiB", at_most(MEMORY));
    report.value("processor cores busy, all in all", usage.machine, "");
    Ok(())
}

fn processes(usage: &Usage) -> Table {
    let row = |used: &usage::Used| {
        vec![
            used.name.clone(),
            format!("{:.1}", used.cores * 100.0),
            format!("{:.0}", used.memory),
        ]
    };
    Table {
        title: "What each process used",
        head: vec!["Process", "% of a core", "MiB at most"],
        rows: usage.each.iter().map(row).collect(),
    }
}

/// What the students waited for.
const WAITS: [(&str, &str); 12] = [
    ("ask", "asking for a lesson that is not there"),
    ("poll", "asking how its job stands"),
    ("open", "opening a lesson that is there"),
    ("read", "reading it again"),
    ("check_in", "answering a question"),
    ("overview", "all progress"),
    ("stored_known", "a known text, from due to stored"),
    ("ready_known", "a known text, from due to told"),
    ("stored_new", "a new text, from due to stored"),
    ("ready_new", "a new text, from due to told"),
    ("live", "from stored to the stream"),
    ("late", "how late the students themselves were"),
];

fn times(found: &Found) -> Result<Table> {
    let row = |(key, what): (&str, &str)| -> Result<Vec<String>> {
        let times = found.times(key)?;
        let cell = |ms: Option<f64>| ms.map_or_else(String::new, |ms| format!("{ms:.1}"));
        let cells = [times.p50, times.p95, times.p99, times.max].map(cell);
        let count = times.count.to_string();
        Ok([vec![what.to_owned(), count], cells.to_vec()].concat())
    };
    Ok(Table {
        title: "What the students waited for",
        head: vec![
            "What",
            "How often",
            "p50, ms",
            "p95, ms",
            "p99, ms",
            "max, ms",
        ],
        rows: WAITS.into_iter().map(row).collect::<Result<_>>()?,
    })
}

/// What some multiple of the load found.
struct Raised {
    cells: Vec<String>,
    /// What was not as promised.
    gave: Vec<String>,
}

impl Raised {
    const HEAD: [&'static str; 12] = [
        "Times",
        "Lessons/min",
        "Workers",
        "Requests",
        "Failed",
        "Opened, p99 ms",
        "New, p95 s",
        "Live, max s",
        "Ours, cores",
        "PostgreSQL, cores",
        "All, cores",
        "What gave",
    ];

    fn of(rate: f64, workers: usize, multiple: f64, found: &Found, usage: &Usage) -> Result<Self> {
        let open = found.times("open")?.p99.unwrap_or(f64::NAN);
        let read = found.times("read")?.p99.unwrap_or(f64::NAN);
        let ready = found.times("ready_new")?.p95.unwrap_or(f64::NAN) / 1_000.0;
        let live = found.times("live")?.max.unwrap_or(f64::NAN) / 1_000.0;
        let failures = found.failures();
        let mut gave = Vec::new();
        for (what, found, limit) in [
            ("opening a lesson", open, READ),
            ("reading it", read, READ),
            ("new lessons", ready, READY),
            ("live updates", live, LIVE),
        ] {
            // What did not happen at all is not as promised, either.
            if found.is_nan() || found > limit {
                gave.push(what.to_owned());
            }
        }
        let reasons = found.failed.iter();
        gave.extend(reasons.map(|(why, count)| format!("{count} × {why}")));
        let postgres = usage.each.iter().find(|used| used.name == "PostgreSQL");
        let cells = vec![
            format!("{multiple}"),
            format!("{rate:.0}"),
            workers.to_string(),
            (found.answered + found.refused + failures).to_string(),
            failures.to_string(),
            format!("{:.1}", open.max(read)),
            format!("{ready:.1}"),
            format!("{live:.2}"),
            format!("{:.2}", usage.ours()),
            format!("{:.2}", postgres.map_or(f64::NAN, |used| used.cores)),
            format!("{:.2}", usage.machine),
        ];
        Ok(Self { cells, gave })
    }

    fn row(&self) -> Vec<String> {
        let gave = match self.gave.is_empty() {
            true => "nothing".to_owned(),
            false => self.gave.join("; "),
        };
        [self.cells.clone(), vec![gave]].concat()
    }
}
