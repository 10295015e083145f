//! `cargo xtask soak`: a fleet under faults for as long as wanted.

use anyhow::Result;
use clap::Args;

use crate::{bench::Machine, debian, process, test, workspace};

/// Runs a fleet through nginx while all that it is made of is killed, frozen, cut off and emptied by
/// chance, and writes bench/results/soak.md
#[derive(Args)]
pub struct Soak {
    /// How long
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    minutes: f64,
    /// What decides which faults come
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

impl Soak {
    /// Runs it as the test it is, optimised as tests are; fails if anything was lost. The logs of the
    /// fleet's processes are left in target/soak.
    pub fn run(&self) -> Result<()> {
        debian::ensure(&test::PACKAGES)?;
        let report = workspace::root().join("bench/results/soak.md");
        let logs = workspace::root().join("target/soak");
        std::fs::create_dir_all(&logs)?;
        let mut test = workspace::cargo(["test", "--locked", "--workspace", "--test", "e2e"]);
        test.args(["soak::", "--", "--ignored", "--nocapture"])
            .env("SOAK_REPORT", &report)
            .env("SOAK_LOGS", &logs)
            .env("SOAK_MINUTES", self.minutes.to_string())
            .env("SOAK_SEED", self.seed.to_string());
        let machine = Machine::of_this_run()?;
        let outcome = process::run(&mut test);
        if report.is_file() {
            let text = std::fs::read_to_string(&report)?;
            std::fs::write(&report, format!("{text}\n{}\n", machine.line()))?;
        }
        outcome
    }
}
