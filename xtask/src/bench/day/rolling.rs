//! The same day with a deployment in its middle: each of our processes is replaced, nginx reads its files
//! anew.

use std::{thread, time::Duration, time::Instant};

use anyhow::Result;

use super::{
    super::{
        Programs,
        report::{Promise, Report, Table},
    },
    MINUTES, MODEL, RATE, RESENT, RISE,
    fleet::Fleet,
    setting, times,
};
use crate::{debian, test};

/// What a student's stream does not tell since it was being opened again; the answers to looks do.
const UNTOLD: &str = "an end that no stream told";
/// The share of the time after which the first is replaced, and between two.
const STEP: f64 = 0.15;

/// Starts everything, lets students come, replaces all of ours meanwhile.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "The fleet and the students of `cargo xtask bench day`. While they study, both APIs are told to stop \
         (SIGTERM), waited for and started again, one after the other, then the only worker, then nginx \
         reads its files anew (SIGHUP). Meanwhile no worker is there for as long as that one drains: lessons \
         that it was at (60 s each) are handed back and made anew. Students connect their streams anew after \
         3 s.",
    );
    let (rate, minutes) = (setting("DAY_RATE", RATE)?, setting("DAY_MINUTES", MINUTES)?);
    let mut fleet = Fleet::start(programs)?;
    fleet.model.say(&format!("pace {MODEL}"))?;
    fleet.students.say(&format!("load {rate} {RISE}"))?;
    let seconds = minutes * 60.0;
    fleet.students.begin(&format!("load {rate} {seconds}"))?;
    let replaced = deploy(&mut fleet, Duration::from_secs_f64(seconds * STEP))?;
    fleet.students.done()?;
    let found = fleet.students.found()?;

    report.value("lessons asked for", f64::from(found.visits), "");
    report.value("of them with all that follows", f64::from(found.whole), "");
    report.value("requests answered", f64::from(found.answered), "");
    report.value("requests refused by limits", f64::from(found.refused), "");
    report.value(RESENT, f64::from(found.resent), "");
    let untold = found.failed.get(UNTOLD).copied().unwrap_or_default();
    let failed = f64::from(found.failures() - untold);
    report.promised("requests that failed", failed, "", Promise::AtMost(0.0));
    let what = "ends of jobs while their student's stream was being opened again";
    report.value(what, f64::from(untold), "");
    for (what, jobs) in [
        ("jobs that have not ended well", "status <> 'completed'"),
        ("jobs whose worker vanished", "lost > 0"),
        ("jobs that were tried again", "attempt > 0"),
    ] {
        let count = fleet
            .services
            .number(&format!("SELECT count(*) FROM jobs WHERE {jobs}"))?;
        report.promised(what, count, "", Promise::AtMost(0.0));
    }
    report.tables.push(replaced);
    report.tables.push(times(&found)?);
    if found.failures() > 0 {
        let failed = found.failed.iter();
        report.tables.push(Table {
            title: "What failed",
            head: vec!["What", "How often"],
            rows: failed
                .map(|(what, count)| vec![what.clone(), count.to_string()])
                .collect(),
        });
    }
    Ok(report)
}

/// Replaces one after the other; how long each took.
fn deploy(fleet: &mut Fleet<'_>, pause: Duration) -> Result<Table> {
    let mut rows = Vec::new();
    let mut note = |what: String, begun: Instant| {
        rows.push(vec![what, format!("{:.1}", begun.elapsed().as_secs_f64())]);
    };
    for number in 0..fleet.apis() {
        thread::sleep(pause);
        let begun = Instant::now();
        fleet.replace_api(number)?;
        note(format!("API {}", number + 1), begun);
    }
    thread::sleep(pause);
    let begun = Instant::now();
    fleet.replace_worker()?;
    note("the worker".into(), begun);
    thread::sleep(pause);
    fleet.reload_nginx()?;
    Ok(Table {
        title: "From the order to stop until it served again",
        head: vec!["What", "Seconds"],
        rows,
    })
}
