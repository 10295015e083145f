//! How soon jobs run again after Redis was away, came back empty, or was replaced.

use anyhow::{Context as _, Result};
use serde_json::Value;
use tempfile::tempdir;

use super::{
    Programs,
    report::{Promise, Report},
};
use crate::{debian, process, test, workspace};

/// What is measured: the test's name for it, the sentence, and how many seconds it may take.
const CASES: [(&str, &str, f64); 5] = [
    (
        "restarted",
        "Redis killed and back with what it had: until a job that was accepted meanwhile has ended",
        8.0,
    ),
    (
        "flushed",
        "Redis emptied (FLUSHALL): until a job that waited has ended",
        8.0,
    ),
    (
        "restarted_empty",
        "Redis killed and back empty: until a job that waited and one that was accepted meanwhile have ended",
        8.0,
    ),
    (
        "failed_over",
        "the primary killed and its replica promoted behind the same address: until a job that was accepted \
         meanwhile has ended",
        8.0,
    ),
    (
        "cluster",
        "the queue's master on a cluster killed (cluster-node-timeout 2 s): from the kill until a job that was \
         accepted then has ended",
        10.0,
    ),
];

/// Has the test measure it that knows how to kill these servers.
pub fn measure(_: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let folder = tempdir()?;
    let found = folder.path().join("found.json");
    let mut run = workspace::cargo(["test", "--locked", "--workspace", "--test", "e2e"]);
    run.args(["redis::recovery::", "--", "--ignored", "--nocapture"])
        .env("RECOVERY_FOUND", &found);
    process::run(&mut run)?;
    let found: Value = serde_json::from_slice(&std::fs::read(&found)?)?;
    let seconds = |name: &str| found[name].as_f64().context("nothing was found");
    let mut report = Report::new(
        "One process of the program (optimised as tests are) with each of these Redis, a small PDF as the \
         job. From when a Redis that takes commands is there again until the last job has ended, the longest \
         of 3 times. What bounds it: the connection is tried again within half a second, each call gives up \
         after 2 s, and a job of which the queue knows nothing is looked for every 5 s, by whichever process \
         asks first (`worker/reconcile.rs`), which is told within that time that Redis came back empty. On a \
         cluster its own time-out and election come first.",
    );
    report.value("undisturbed, for comparison", seconds("nothing")?, "s");
    for (name, what, most) in CASES {
        report.promised(what, seconds(name)?, "s", Promise::AtMost(most));
    }
    Ok(report)
}
