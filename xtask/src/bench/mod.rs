//! `cargo xtask bench`: what the product promises in numbers, measured on the release build.

mod api;
mod books;
mod cache;
mod calls;
mod content;
mod corpus;
mod database;
mod day;
mod example;
mod extraction;
mod growth;
mod lessons;
mod limits;
mod load;
mod machine;
mod memory;
mod model;
mod page;
mod proc;
mod queue;
mod readers;
mod recovery;
mod redis;
mod report;
mod search;
mod server;
mod services;
mod start;
mod streams;
mod study;
mod transfer;
mod upload;
mod vectors;
mod words;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

pub use self::{
    api::Api,
    corpus::book,
    machine::Machine,
    report::{Promise, Report, Table},
    server::Server,
    streams::HoldStreams,
};
use crate::{process, workspace};

/// The measurements: name on the command line and in bench/results/, and the function.
const MEASUREMENTS: [(&str, Measure); 23] = [
    ("start", start::measure),
    ("memory", memory::measure),
    ("upload", upload::measure),
    ("extraction", extraction::measure),
    ("page", page::measure),
    ("corpus", corpus::measure),
    ("content", content::measure),
    ("search", search::measure),
    ("vectors", vectors::measure),
    ("transfer", transfer::measure),
    ("growth", growth::measure),
    ("database", database::measure),
    ("queue", queue::measure),
    ("limits", limits::measure),
    ("cache", cache::measure),
    ("calls", calls::measure),
    ("readers", readers::measure),
    ("streams", streams::measure),
    ("words", words::measure),
    ("lessons-flow", lessons::measure),
    ("recovery", recovery::measure),
    ("day", day::measure),
    ("day-rolling", day::measure_rolling),
];

type Measure = fn(&Programs) -> Result<Report>;

/// The programs under measurement, built for release.
pub struct Programs {
    /// The product.
    pub ultudy: PathBuf,
    /// The least that such a program can be; see bench/baseline.
    pub baseline: PathBuf,
}

impl Programs {
    /// Builds them.
    pub fn build() -> Result<Self> {
        process::run(&mut workspace::cargo([
            "build",
            "--locked",
            "--release",
            "--package",
            "ultudy",
            "--package",
            "ultudy-baseline",
        ]))?;
        let folder = workspace::target_directory()?.join("release");
        Ok(Self {
            ultudy: folder.join("ultudy"),
            baseline: folder.join("ultudy-baseline"),
        })
    }
}

/// Measures what the product promises and writes bench/results/ (start, memory, upload,
/// extraction, page, corpus, content, search, vectors, transfer, growth, database, queue, limits, cache,
/// calls, readers, streams, words, lessons-flow, recovery, day, day-rolling)
#[derive(Args)]
pub struct Bench {
    /// What to measure; everything if none is named
    names: Vec<String>,
}

impl Bench {
    /// Builds, measures, writes; fails at the end if a promise is broken.
    pub fn run(&self) -> Result<()> {
        let chosen = self.chosen()?;
        let programs = Programs::build()?;
        let machine = Machine::of_this_run()?;
        let mut broken = Vec::new();
        for (name, measure) in chosen {
            println!("== {name}");
            let report = measure(&programs)?;
            print!("{}", report.as_markdown(name, &machine));
            report.write(name, &machine)?;
            broken.extend(report.broken());
        }
        if broken.is_empty() {
            return Ok(());
        }
        bail!("not as promised: {}", broken.join("; "))
    }

    fn chosen(&self) -> Result<Vec<(&'static str, Measure)>> {
        for name in &self.names {
            if !MEASUREMENTS.iter().any(|(known, _)| known == name) {
                bail!("nothing is called {name}; see --help");
            }
        }
        let wanted = |name: &str| self.names.is_empty() || self.names.iter().any(|n| n == name);
        let all = MEASUREMENTS.into_iter();
        Ok(all.filter(|(name, _)| wanted(name)).collect())
    }
}
