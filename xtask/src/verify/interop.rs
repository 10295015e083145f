//! Our queue and Bull's on the same Redis, with ten thousand jobs.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Verify;
use crate::{
    bench::{Machine, Report, Table},
    debian, npm,
    runner::Runner,
    test, workspace,
};

const JOBS: u32 = 10_000;

/// What each test leaves, by its file, and what was done in it.
const SHOWN: [(&str, &str); 11] = [
    ("bull-adds-ours-runs", "Bull adds, our worker runs"),
    ("ours-adds-bull-runs", "ours adds, Bull's worker runs"),
    ("both", "both add, both kinds of worker run"),
    (
        "stalled-check",
        "Bull checks for stalled jobs every 200 ms while ours holds one for 16 s",
    ),
    (
        "killed",
        "Bull's worker is killed in the middle of a job, ours looks",
    ),
    (
        "lock-gone",
        "the lock of a job that ours runs is gone, Bull looks",
    ),
    ("bull-delays", "Bull delays, our worker runs"),
    ("ours-delays", "ours delays, Bull's worker runs"),
    (
        "unplaced",
        "Bull's worker runs from a list with jobs that are not in their places, ours adds more",
    ),
    ("pause", "Bull pauses, then resumes"),
    ("board", "bull-board lists, retries, promotes, cleans"),
];

/// Runs the tests that CI runs with fewer jobs, and writes bench/results/interop.
pub(super) fn check(_: &Verify) -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    npm::ensure()?;
    let folder = workspace::target_directory()?.join("interop");
    if folder.exists() {
        // What an earlier run left says nothing of this one.
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Runner::build()?.test(
        "ultudy-engines",
        "queue::interop::",
        &[
            ("INTEROP_JOBS", JOBS.to_string()),
            ("INTEROP_REPORT", folder.display().to_string()),
        ],
    )?;
    let mut rows = Vec::new();
    for (file, done) in SHOWN {
        let path = folder.join(file).with_extension("json");
        let found = fs::read(&path).with_context(|| format!("{} left nothing", path.display()))?;
        rows.push(vec![
            done.to_owned(),
            words(&serde_json::from_slice(&found)?),
        ]);
    }
    let mut report = Report::new(
        "Our queue and npm bull 4.16.5 with bull-board 6.21.3 on the same keys of one Redis; what \
         each counted. The check fails if a job runs twice or never, if Bull takes a job that we \
         run, or if the dashboard's doing has another effect than on Bull's own jobs.",
    );
    report.tables.push(Table {
        title: "",
        head: vec!["What is done", "What came of it"],
        rows,
    });
    let machine = Machine::of_this_run()?;
    print!("{}", report.as_markdown("interop", &machine));
    report.write("interop", &machine)
}

/// `a: 1, b: 2`.
fn words(found: &BTreeMap<String, Value>) -> String {
    let words = found.iter().map(|(name, value)| match value {
        Value::Object(parts) => parts
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect::<Vec<_>>()
            .join(", "),
        value => format!("{name}: {value}"),
    });
    words.collect::<Vec<_>>().join(", ")
}
