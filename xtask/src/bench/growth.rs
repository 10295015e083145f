//! Whether lists and reads cost the same when there is a hundred times as much.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::{
    Programs,
    report::{Promise, Report, Table},
};
use crate::{debian, process, test, workspace};

/// Lessons of the large database; there are five times as many concepts, ten times as many answers
/// and a tenth as many users. Another number may be named in the environment.
const LESSONS: &str = "1000000";
const LESSONS_NAMED: &str = "GROWTH_LESSONS";

/// How much longer nineteen of twenty calls may take.
const RATIO: Promise = Promise::AtMost(1.5);

/// A table of so many rows is rightly read whole.
const FEW_ROWS: u64 = 1_000;

/// The indexes that are built concurrently, each of which must be what some read is found by.
const INDEXES: [&str; 4] = [
    "idx_concepts_lesson",
    "idx_jobs_owner_status",
    "idx_lessons_document_owner",
    "idx_lessons_section_owner",
];

/// What `crates/ultudy-store/examples/growth` prints.
#[derive(Deserialize)]
struct Growth {
    filled_seconds: u32,
    rows: std::collections::BTreeMap<String, u64>,
    bytes: u64,
    plans: Plans,
    reads: Vec<Read>,
}

#[derive(Deserialize)]
struct Plans {
    plans: u32,
    statements: u32,
    read_whole: Vec<String>,
    indexes: std::collections::BTreeMap<String, u32>,
}

/// Milliseconds that nineteen of twenty calls take.
#[derive(Deserialize)]
struct Read {
    name: String,
    small: f64,
    large: f64,
    first_small: f64,
    first_large: f64,
}

/// Fills, explains, times.
pub fn measure(_: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let lessons = std::env::var(LESSONS_NAMED).unwrap_or_else(|_| LESSONS.to_owned());
    let printed = process::output(
        workspace::cargo(["run", "--locked", "--release", "--quiet"])
            .args(["--package", "ultudy-store", "--example", "growth", "--"])
            .arg(&lessons),
    )?;
    let mut growth: Growth = serde_json::from_str(&printed).context("the example's output")?;
    let rows = &growth.rows;
    let is_large = |table: &str| rows.get(table).is_some_and(|rows| *rows > FEW_ROWS);
    let whole = growth.plans.read_whole.iter();
    let large = whole.filter(|it| it.split_once(':').is_none_or(|(table, _)| is_large(table)));
    growth.plans.read_whole = large.cloned().collect();
    if growth.reads.is_empty() || growth.plans.plans == 0 {
        bail!("nothing was read or explained");
    }
    Ok(report(&growth))
}

fn report(growth: &Growth) -> Report {
    let mut report = Report::new(
        "A PostgreSQL of its own with a database of 1,000,000 lessons, 5,000,000 concepts and \
         10,000,000 answers of 100,000 users (another number of lessons in GROWTH_LESSONS), and \
         another with a hundredth of them. Every list and read of the store, as the tenant under \
         row-level security, begun and ended as the program does, one after the other. Each read is \
         called for 60 users picked at random, as many on both databases: once each (the first \
         calls, whose rows may be on disk), then 5 rounds of 4 calls each, on the two databases in \
         turn; a figure is the middle one of the rounds' 95th percentiles. Plans are what the server's auto_explain \
         wrote of the same calls on the large one.",
    );
    report.value("filling both", f64::from(growth.filled_seconds), "s");
    report.value("the large database", to_gib(growth.bytes), "GiB");
    report.value("plans looked at", f64::from(growth.plans.plans), "");
    report.value("of statements", f64::from(growth.plans.statements), "");
    report.promised(
        "large tables read whole",
        to_f64(growth.plans.read_whole.len()),
        "",
        Promise::AtMost(0.0),
    );
    for index in INDEXES {
        let used = growth.plans.indexes.get(index).copied().unwrap_or(0);
        let what = format!("plans with {index}");
        report.promised(what, f64::from(used), "", Promise::AtLeast(1.0));
    }
    for read in &growth.reads {
        let what = format!("{}, p95 against a hundredth", read.name);
        report.promised(what, read.large / read.small, "times", RATIO);
    }
    report.tables.push(Table {
        title: "Nineteen of twenty calls take at most",
        head: vec![
            "Read",
            "a hundredth, ms",
            "all, ms",
            "first calls, a hundredth, ms",
            "first calls, all, ms",
        ],
        rows: growth.reads.iter().map(times).collect(),
    });
    report.tables.push(Table {
        title: "Rows",
        head: vec!["Table", "Rows"],
        rows: growth
            .rows
            .iter()
            .map(|(table, rows)| vec![table.clone(), rows.to_string()])
            .collect(),
    });
    report.tables.push(Table {
        title: "Read whole",
        head: vec!["Table: statement"],
        rows: growth
            .plans
            .read_whole
            .iter()
            .map(|it| vec![it.clone()])
            .collect(),
    });
    report
}

fn times(read: &Read) -> Vec<String> {
    let ms = |value: f64| format!("{value:.2}");
    vec![
        read.name.clone(),
        ms(read.small),
        ms(read.large),
        ms(read.first_small),
        ms(read.first_large),
    ]
}

#[allow(clippy::cast_precision_loss, reason = "a database's size")]
fn to_gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

#[allow(clippy::cast_precision_loss, reason = "a few")]
fn to_f64(count: usize) -> f64 {
    count as f64
}
