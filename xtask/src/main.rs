//! `cargo xtask`: the project's own chores, one subcommand a file.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool speaks to its terminal"
)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod ci;
mod debian;
mod dependencies;
mod npm;
mod process;
mod python;
mod runner;
mod sample_course;
mod services;
mod soak;
mod test;
mod verify;
mod workspace;

/// Ultudy's chores: tests, checks, benchmarks and generated files.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    Test(test::Test),
    Ci(ci::Ci),
    Verify(verify::Verify),
    Bench(bench::Bench),
    Soak(soak::Soak),
    Services(services::Services),
    SampleCourse(sample_course::SampleCourse),
    #[command(hide = true)]
    HoldStreams(bench::HoldStreams),
}

impl Chore {
    fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Test(chore) => chore.run(),
            Self::Ci(chore) => chore.run(),
            Self::Verify(chore) => chore.run(),
            Self::Bench(chore) => chore.run(),
            Self::Soak(chore) => chore.run(),
            Self::Services(chore) => chore.run(),
            Self::SampleCourse(chore) => chore.run(),
            Self::HoldStreams(chore) => chore.run(),
        }
    }
}

fn main() -> ExitCode {
    let outcome = process::forward_signals().and_then(|()| Cli::parse().chore.run());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
