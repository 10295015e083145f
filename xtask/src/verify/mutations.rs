//! Changed copies of the corpus's files through the reader, built for release.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::Verify;
use crate::{
    bench::{Machine, Programs, Report, Table},
    runner::Runner,
    workspace,
};

/// Changed copies of each file of the corpus.
const MUTATIONS: u32 = 60;

/// What came of a file's copies.
#[derive(Deserialize)]
struct Ends {
    /// How often each end.
    ends: BTreeMap<String, u32>,
    slowest_seconds: f64,
    /// Which copy that was.
    slowest_seed: u64,
}

/// Changes bytes of the corpus's files at random and writes bench/results/mutations.
pub(super) fn check(_: &Verify) -> Result<()> {
    let programs = Programs::build()?;
    let found = workspace::target_directory()?.join("mutations.json");
    Runner::build()?.test(
        "ultudy-content",
        "mutations::changed_files_of_the_corpus",
        &[
            ("MUTATIONS", MUTATIONS.to_string()),
            ("MUTATIONS_READER", programs.ultudy.display().to_string()),
            ("MUTATIONS_REPORT", found.display().to_string()),
        ],
    )?;
    let found = fs::read(&found).with_context(|| format!("cannot read {}", found.display()))?;
    let report = report(&serde_json::from_slice(&found)?);
    let machine = Machine::of_this_run()?;
    print!("{}", report.as_markdown("mutations", &machine));
    report.write("mutations", &machine)
}

fn report(files: &BTreeMap<String, Ends>) -> Report {
    let mut report = Report::new(
        "60 copies of each file of the corpus, up to 20 bytes of each changed at random, through \
         the reader process, built for release, with the product's limits, as many at once as the \
         machine has processors: how they ended (a document, or the code of the failure) and the \
         slowest. The check fails if one crashes its parent, outlives a limit or leaves a process \
         behind.",
    );
    let rows = files.iter().map(|(name, found)| {
        let ends = found
            .ends
            .iter()
            .map(|(end, count)| format!("{count} {end}"));
        vec![
            name.clone(),
            ends.collect::<Vec<_>>().join(", "),
            format!("{:.1} s", found.slowest_seconds),
            found.slowest_seed.to_string(),
        ]
    });
    report.tables.push(Table {
        title: "",
        head: vec!["File", "Ends", "Slowest", "Its seed"],
        rows: rows.collect(),
    });
    report
}
